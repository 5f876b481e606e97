"""Every format in a real sandbox: the same as without it, with what its reader loads late."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from datasets.engine.cage.client import Cage, Limits
from datasets.engine.file_run import FileJob, preview_caged, read_caged
from datasets.engine.file_work import file_read
from segplatform.kernel.errors import TooLarge
from segplatform.kernel.progress import NullProgress
from tests.contracts.test_connectors import parquet_sources, sqlite_sources
from tests.datasets.engine.csv_files import rows_of
from tests.datasets.engine.workbook_files import save_ods, save_xls, save_xlsb
from tests.samples import parquet_bomb

LIMITS = Limits(seconds=60, memory_bytes=900_000_000, disk_bytes=2**30)
ROWS = [("id", "name"), *((n, f"name {n}") for n in range(50))]


def written(name: str, text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_text(text, encoding="utf-16" if name == "wide.json" else "utf-8")
        return folder / name

    return write


FILES: dict[str, Callable[[Path], Path]] = {
    "json lines": written("a.jsonl", "".join(f'{{"a": {n}, "b": "x"}}\n' for n in range(50))),
    "json": written("wide.json", json.dumps({"data": [{"a": n} for n in range(50)]})),
    "blanks": written("a.txt", "".join(f"{n}   Name {n}   {n},5\n" for n in range(50))),
    "parquet": lambda folder: parquet_sources(folder)["constant"],
    "sqlite": lambda folder: sqlite_sources(folder)["constant"],
    "xls": lambda folder: save_xls(folder, ("Data", ROWS)),
    "ods": lambda folder: save_ods(folder, ("Data", ROWS)),
    "xlsb": lambda folder: save_xlsb(folder, "Data", ROWS),
}


@pytest.mark.parametrize("kind", FILES)
def test_it_reads_the_same_as_without_a_cage(kind: str, cage: Cage, tmp_path: Path) -> None:
    path = FILES[kind](tmp_path)
    folder, out, plain = tmp_path / "work", tmp_path / "out", tmp_path / "plain"
    for each in (folder, out, plain):
        each.mkdir(mode=0o700)
    job = FileJob(path, path.name, {}, folder, LIMITS)
    shown = preview_caged(cage, job, NullProgress(), rows=5, lenient=False)
    found = read_caged(cage, job, out, NullProgress())
    expected = file_read(
        path, path.name, {}, out_dir=plain, progress=NullProgress(), memory_bytes=2**30
    )
    assert found.report == expected.report
    assert found.report["rows_read"] == 50
    assert rows_of(out) == rows_of(plain)
    assert [column["type"] for column in shown["columns"]] == [c["type"] for c in found.columns]


def test_a_page_that_unpacks_to_too_much_is_a_sentence(cage: Cage, tmp_path: Path) -> None:
    path, folder = parquet_bomb(tmp_path / "bomb"), tmp_path / "work"
    folder.mkdir(mode=0o700)
    limits = Limits(seconds=60, memory_bytes=350_000_000, disk_bytes=2**30)
    job = FileJob(path, "bomb", {}, folder, limits)
    with pytest.raises(TooLarge, match="memory"):
        preview_caged(cage, job, NullProgress(), rows=5, lenient=False)
