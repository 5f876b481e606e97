"""Files of a version: written, described, and visible all at once."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.engine.duck import connect
from datasets.engine.store import TableWriter, file_info, publish_folder, write_parquet


def test_it_writes_a_select_in_its_order(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with connect(2**28, tmp_path / "spill", paths=[out]) as con:
        info = write_parquet(con, "SELECT 5 - i AS x FROM range($1) t(i)", out, parameters=[5])
    file = out / "part-0.parquet"
    assert pq.read_table(file).column("x").to_pylist() == [5, 4, 3, 2, 1]
    assert info == {
        "name": "part-0.parquet",
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "bytes": file.stat().st_size,
        "rows": 5,
    }
    assert pq.read_metadata(file).row_group(0).column(0).compression == "ZSTD"


def test_it_writes_one_row_group_a_table(tmp_path: Path) -> None:
    table = pa.table({"__row": [1, 2], "x": ["a", None]})
    with TableWriter(tmp_path / "a.parquet", table.schema) as writer:
        writer.write(table)
        writer.write(table)
    assert pq.read_metadata(tmp_path / "a.parquet").num_row_groups == 2
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 4


def test_a_file_cut_short_is_not_described(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": range(1000)}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(pa.ArrowInvalid):
        file_info(tmp_path / "a.parquet")


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    tmp, final = tmp_path / "tmp", tmp_path / "a" / "b" / "final"
    (tmp / "deeper").mkdir(parents=True)
    (tmp / "deeper" / "x").write_text("1")
    publish_folder(tmp, final)
    assert (final / "deeper" / "x").read_text() == "1"
    assert not tmp.exists()


def test_a_version_is_never_replaced(tmp_path: Path) -> None:
    tmp, final = tmp_path / "tmp", tmp_path / "final"
    for folder, text in ((tmp, "new"), (final, "old")):
        folder.mkdir()
        (folder / "x").write_text(text)
    with pytest.raises(FileExistsError):
        publish_folder(tmp, final)
    assert (final / "x").read_text() == "old"
