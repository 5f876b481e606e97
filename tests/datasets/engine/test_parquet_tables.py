"""Parquet as databases and pandas write it: columns keep what they mean, damage has a sentence."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segplatform.kernel.errors import UserError
from tests.datasets.engine.format_files import import_file, preview_file

DAY = datetime(2010, 12, 1, 8, 26)
HERE = DAY.replace(tzinfo=UTC)
BIG = Decimal("123456789012345678901234")


def write(folder: Path, columns: dict[str, Any] | pa.Table, **options: Any) -> Path:
    path = folder / "upload"
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    pq.write_table(table, path, **options)
    return path


COLUMNS: list[tuple[str, pa.Array, str, Any]] = [
    ("leading zeros", pa.array(["00123"]), "text", "00123"),
    ("text of numbers", pa.array(["12"], pa.large_string()), "text", "12"),
    ("categories", pa.array(["a"]).dictionary_encode(), "text", "a"),
    ("empty text", pa.array([""]), "text", None),
    ("small", pa.array([-3], pa.int8()), "integer", -3),
    ("long", pa.array([2**62], pa.int64()), "integer", 2**62),
    ("unsigned", pa.array([7], pa.uint64()), "integer", 7),
    ("beyond", pa.array([2**63], pa.uint64()), "text", str(2**63)),
    ("half", pa.array([1.5], pa.float16()), "float", 1.5),
    ("double", pa.array([0.1]), "float", 0.1),
    ("money", pa.array([Decimal("2.50")], pa.decimal128(10, 2)), "decimal", Decimal("2.5000")),
    ("wide money", pa.array([Decimal("2.5")], pa.decimal128(38, 18)), "decimal", Decimal("2.5")),
    ("fine", pa.array([Decimal("0.123456")], pa.decimal128(38, 18)), "float", 0.123456),
    ("count", pa.array([Decimal(12)], pa.decimal128(38, 0)), "integer", 12),
    ("huge", pa.array([BIG], pa.decimal128(38, 0)), "text", str(BIG)),
    ("yes", pa.array([True]), "boolean", True),
    ("day", pa.array([date(2020, 1, 2)]), "date", date(2020, 1, 2)),
    ("day64", pa.array([date(2020, 1, 2)], pa.date64()), "date", date(2020, 1, 2)),
    ("moment", pa.array([DAY], pa.timestamp("ns")), "datetime", DAY),
    ("zone", pa.array([HERE], pa.timestamp("us", "Asia/Tokyo")), "datetime", DAY),
    ("time", pa.array([time(8, 26)]), "text", "08:26:00.000000"),
    ("length", pa.array([timedelta(hours=25)]), "text", "1 day, 1:00:00"),
    ("list", pa.array([[1, 2]]), "text", "[1, 2]"),
    ("struct", pa.array([{"a": {"b": 1.5}}]), "text", '{"a": {"b": 1.5}}'),
    ("map", pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), "text", '{"k": 1}'),
    ("old text", pa.array(["é".encode()]), "text", "é"),
    ("nothing", pa.nulls(1), "text", None),
]  # fmt: skip


def test_every_type_keeps_its_meaning(tmp_path: Path) -> None:
    path = write(tmp_path, {name: column for name, column, *_ in COLUMNS})
    shown, table = preview_file(path), import_file(path)
    assert table.names == [name for name, *_ in COLUMNS]
    assert dict(zip(table.names, table.types, strict=True)) == {n: t for n, _, t, _ in COLUMNS}
    assert dict(zip(table.names, table.rows[0], strict=True)) == {n: v for n, *_, v in COLUMNS}
    assert [column["type"] for column in shown.columns] == table.types
    assert "zone: times with a zone were moved to UTC." in table.said
    assert "list: nested values were written as JSON." in table.said
    assert shown.guesses["types.money"] == "Its type in the file is decimal128(10, 2)."


def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    values = {
        "n": pa.array([1.0, float("nan"), float("inf"), None]),
        "photo": pa.array([b"\xff\xfe", b"a", None, None]),
        "text": pa.array(["a\0b", None, None, None]),
    }
    table = import_file(write(tmp_path, values))
    assert (table.names, table.rows) == (["n", "text"], [(1.0, "ab")])
    assert table.report["rows_empty"] == 3
    for words in (
        "n: 2 values are NaN or infinite", "photo: it holds binary data", "1 cells held NUL",
        "n: every value is a whole number",
    ):  # fmt: skip
        assert words in table.said


def test_nanoseconds_that_are_left_out_are_counted(tmp_path: Path) -> None:
    times = pa.array([1_577_959_200_123_456_789, 1_577_959_200_123_456_000, None, 5],
                     pa.timestamp("ns"))  # fmt: skip
    table = import_file(write(tmp_path, {"t": times, "n": pa.array([1, 2, 3, 4])}))
    assert table.rows[0][0] == datetime(2020, 1, 2, 10, 0, 0, 123_456)
    assert table.report["warnings"] == ["t: 2 times have nanoseconds, which were left out."]


def test_a_type_can_be_chosen_and_its_misses_are_listed(tmp_path: Path) -> None:
    values = {"id": pa.array([17850.0, None, 1.5]), "day": pa.array(["2/1/2020", "x", None])}
    path = write(tmp_path, values)
    table = import_file(path, types={"id": "integer", "day": "date"}, date_order="dmy")
    assert table.rows == [(17850, date(2020, 1, 2)), (None, None), (None, None)]
    rejected = {(r["row"], r["column"], r["text"]) for r in table.report["rejected"]}
    assert rejected == {(2, "day", "x"), (3, "id", "1.5")}
    assert import_file(path, null_words=["x"]).rows[1:] == [(None, None), (1.5, None)]


def test_large_values_decide_over_all_rows(tmp_path: Path) -> None:
    values = pa.array([*range(20_000), 2**64 - 1], pa.uint64())
    path = write(tmp_path, {"id": values}, row_group_size=5_000)
    assert preview_file(path).columns == [{"name": "id", "type": "integer"}]
    table = import_file(path)
    assert table.types == ["text"]
    assert table.rows[-1] == (str(2**64 - 1),)


def test_the_index_of_pandas(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    frame = pd.DataFrame({"a": [1, 2, 3, 4]})
    frame[frame.a != 2].to_parquet(path)
    table = import_file(path)
    assert (table.names, table.rows) == (["a"], [(1,), (3,), (4,)])
    assert "the numbers that pandas gives" in table.said.lower()
    pd.DataFrame({"a": [1]}, index=["x"]).to_parquet(path)
    assert (import_file(path).names, import_file(path).rows) == (["a", "index"], [(1, "x")])


def test_texts_that_repeat_are_read_as_those_that_do_not(tmp_path: Path) -> None:
    cells = ["a\0b", "", None, "c", "c", "a\0b", "", "d"]
    columns = {"few": pa.array(cells), "many": pa.array([f"{n} é" for n in range(8)])}
    for size in (8, 1):  # all in one row group, and a dictionary for each row
        table = import_file(write(tmp_path, columns, row_group_size=size))
        assert [row[0] for row in table.rows] == ["ab", None, None, "c", "c", "ab", None, "d"]
        assert [row[1] for row in table.rows] == columns["many"].to_pylist()
        assert "2 cells held NUL" in table.said


def test_long_texts_in_a_small_dictionary_take_little_memory(tmp_path: Path) -> None:
    text = pa.DictionaryArray.from_arrays(
        pa.array([0] * 3_000, pa.int32()), pa.array(["x" * 500_000])
    )
    path = write(tmp_path, {"text": text})
    assert path.stat().st_size < 200_000
    before = pa.total_allocated_bytes()
    assert len(preview_file(path, 5).rows) == 5
    pa.default_memory_pool().release_unused()
    assert pa.total_allocated_bytes() - before < 10**8


@pytest.mark.parametrize("damage", ["cut", "footer", "pages", "sizes"])
def test_damage_ends_in_one_sentence(damage: str, tmp_path: Path) -> None:
    path = write(tmp_path, {"a": list(range(5_000)), "b": ["x"] * 5_000}, compression="gzip")
    data = bytearray(path.read_bytes())
    if damage == "cut":
        del data[len(data) // 2 :]
    elif damage == "footer":
        data[-60:-20] = b"\xff" * 40
    elif damage == "pages":
        data[40:200] = b"\xff" * 160
    else:
        data[-8:-4] = (2**31 - 1).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(UserError, match="damaged or was cut off"):
        import_file(path)


def test_an_encrypted_file_is_refused_as_such(tmp_path: Path) -> None:
    path = write(tmp_path, {"a": [1]})
    data = path.read_bytes()
    path.write_bytes(b"PARE" + data[4:-4] + b"PARE")
    with pytest.raises(UserError, match="encrypted"):
        preview_file(path)


def test_too_wide_and_too_large(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="1,001 columns"):
        import_file(write(tmp_path, {f"c{i}": [1] for i in range(1_001)}))
    with pytest.raises(UserError, match="Row 2 holds a cell of over 1 MB in “a”"):
        import_file(write(tmp_path, {"a": ["x", "x" * 2**21]}))
    with pytest.raises(UserError, match="no column"):
        import_file(write(tmp_path, {"photo": [b"\xff"]}))
