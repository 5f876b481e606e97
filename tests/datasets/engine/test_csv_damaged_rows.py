"""Rows and cells that do not fit: counted, kept with their original text, never lost silently."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from segplatform.kernel.errors import UserError
from tests.datasets.engine.csv_files import preview, read


def test_it_keeps_a_last_column_without_name_that_holds_a_late_value(tmp_path: Path) -> None:
    rows = b"".join(b"%d,x,\n" % i for i in range(2_000))
    table = read(tmp_path, b"a,b,\n" + rows + b"2000,x,late\n")
    assert table.names == ["a", "b", "column_3"]
    assert table.rows[-1] == (2000, "x", "late")


def test_it_skips_lines_above_the_table(tmp_path: Path) -> None:
    data = b"Sales report\nMade on 2020-01-01\n\nid,name,n\n1,Ada,5\n2,Bob,6\n"
    table = read(tmp_path, data)
    assert (table.names, table.rows) == (["id", "name", "n"], [(1, "Ada", 5), (2, "Bob", 6)])
    assert "3 lines above the table are skipped." in preview(tmp_path, data).warnings


def test_it_finds_a_first_number_late_in_an_empty_column(tmp_path: Path) -> None:
    rows = b"".join(b"%d,\n" % i for i in range(50_000))
    table = read(tmp_path, b"n,late\n" + rows + b"50000,1.5\n")
    assert table.types == ["integer", "decimal"]
    assert table.rows[-1] == (50_000, Decimal("1.5"))


def test_it_widens_integers_when_a_late_value_has_decimals(tmp_path: Path) -> None:
    rows = b"".join(b"%d,1\n" % i for i in range(5_000))
    table = read(tmp_path, b"n,x\n" + rows + b"5000,2.5\n")
    assert table.types == ["integer", "decimal"]


def test_it_refuses_bytes_that_are_not_in_the_chosen_encoding(tmp_path: Path) -> None:
    data = b"a,b\n" + b"1,x\n" * 400_000 + "2,café\n".encode("cp1252")
    with pytest.raises(UserError, match=r"byte 1,600,009 \(0xE9\) on line 400,002.*Windows-1252"):
        read(tmp_path, data, encoding="utf-8")


def test_it_keeps_unreadable_cells_of_a_chosen_type(tmp_path: Path) -> None:
    data = b"id,n\n1,5\n2,five\n3, \n4,six\n5,007\n"
    table = read(tmp_path, data, types={"n": "integer"})
    assert table.rows == [(1, 5), (2, None), (3, None), (4, None), (5, 7)]
    assert table.report["columns"] == {"n": {"unreadable": 2, "wanted": "integer"}}
    file = next(tmp_path.glob("out-*/rejected.parquet"))
    with duckdb.connect() as con:
        found = con.execute(f"SELECT row, \"column\", text FROM read_parquet('{file}')").fetchall()
    assert found == [(2, "n", "five"), (4, "n", "six")]
    assert table.report["rejected_total"] == 2


def test_it_rounds_a_chosen_decimal_aloud(tmp_path: Path) -> None:
    table = read(tmp_path, b"id,x\n1,1.123456\n2,2.5\n", types={"x": "decimal"})
    assert [row[1] for row in table.rows] == [Decimal("1.1235"), Decimal("2.5")]
    assert "1 values were rounded" in table.said


def test_it_refuses_a_type_for_an_unknown_column(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no column “nope”"):
        read(tmp_path, b"a,b\n1,2\n", types={"nope": "text"})


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_cell_over_1_mb_is_refused_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    long = "é" + "x" * 1_300_000
    lines = ["a,b", *[f"{row},2" for row in range(5_000)], f"7,{long}"]
    with pytest.raises(UserError, match="a cell may hold 1 MB"):
        read(tmp_path, "\n".join(lines).encode(encoding))
