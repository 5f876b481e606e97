"""Rows and cells that do not fit: counted, kept with their original text, never lost silently."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from segplatform.kernel.errors import UserError
from tests.datasets.engine.csv_files import preview, read


def test_it_pads_short_rows_and_rejects_long_ones(tmp_path: Path) -> None:
    table = read(tmp_path, b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n")
    assert table.rows == [(1, 2, 3), (4, 5, None), (10, 11, 12)]
    assert table.numbers == [1, 2, 4]
    [reject] = table.report["rejected"]
    assert (reject["row"], reject["column"], reject["text"]) == (3, None, "6,7,8,9")
    assert "1 short rows" in table.said
    assert "1 rows with more than 3 cells were rejected" in table.said


def test_it_takes_separators_at_the_end_of_rows_for_nothing(tmp_path: Path) -> None:
    table = read(tmp_path, b"a,b\n1,2,\n3,4,\n")
    assert (table.names, table.rows) == (["a", "b"], [(1, 2), (3, 4)])
    assert "1 empty columns without a name at the right were left out" in table.said


def test_it_keeps_a_last_column_without_name_that_holds_a_late_value(tmp_path: Path) -> None:
    rows = b"".join(b"%d,x,\n" % i for i in range(2_000))
    table = read(tmp_path, b"a,b,\n" + rows + b"2000,x,late\n")
    assert table.names == ["a", "b", "column_3"]
    assert table.rows[-1] == (2000, "x", "late")


def test_it_keeps_an_unclosed_quote_as_text(tmp_path: Path) -> None:
    table = read(tmp_path, b'a,b\n1,"abc\n2,def\n3,"g,h"\n')
    assert table.rows == [(1, '"abc'), (2, "def"), (3, "g,h")]
    assert "line 2" in table.said


def test_it_keeps_quotes_inside_cells(tmp_path: Path) -> None:
    table = read(tmp_path, b'a,b\n1,5" pipe\n2,"x"y\n3,"say ""hi"""\n')
    assert table.rows == [(1, '5" pipe'), (2, '"x"y'), (3, 'say "hi"')]


def test_it_reads_a_truncated_last_row(tmp_path: Path) -> None:
    table = read(tmp_path, b"a,b,c\n1,2,3\n4,5,6\n7,8")
    assert table.rows == [(1, 2, 3), (4, 5, 6), (7, 8, None)]
    assert "1 short rows" in table.said


def test_it_drops_and_counts_empty_rows(tmp_path: Path) -> None:
    table = read(tmp_path, b"a,b\n1,2\n\n,\n3,4\n\n\n")
    assert (table.rows, table.numbers) == ([(1, 2), (3, 4)], [1, 4])
    assert table.report["rows_empty"] == 4


def test_it_drops_a_million_empty_rows(tmp_path: Path) -> None:
    table = read(tmp_path, b"a,b\n1,2\n" + b"\n" * 1_000_000 + b"3,4\n")
    assert table.rows == [(1, 2), (3, 4)]
    assert table.numbers == [1, 1_000_002]
    assert table.report["rows_empty"] == 1_000_000


def test_it_reads_a_header_without_rows(tmp_path: Path) -> None:
    table = read(tmp_path, b"id,name,city\n")
    assert (table.names, table.rows) == (["id", "name", "city"], [])
    assert "no rows" in table.said


def test_it_says_that_there_is_one_column(tmp_path: Path) -> None:
    table = read(tmp_path, b"name\nAda\nBob\n")
    assert (table.names, table.rows) == (["name"], [("Ada",), ("Bob",)])
    assert "Only one column" in table.said


def test_it_skips_lines_above_the_table(tmp_path: Path) -> None:
    data = b"Sales report\nMade on 2020-01-01\n\nid,name,n\n1,Ada,5\n2,Bob,6\n"
    table = read(tmp_path, data)
    assert (table.names, table.rows) == (["id", "name", "n"], [(1, "Ada", 5), (2, "Bob", 6)])
    assert "3 lines above the table are skipped." in preview(tmp_path, data).warnings


def test_it_skips_a_title_that_a_spreadsheet_filled_up(tmp_path: Path) -> None:
    table = read(tmp_path, b"Sales;;\nid;name;n\n1;Ada;5\n2;Bob;6\n")
    assert (table.names, table.rows) == (["id", "name", "n"], [(1, "Ada", 5), (2, "Bob", 6)])


def test_it_drops_and_counts_nul_characters(tmp_path: Path) -> None:
    table = read(tmp_path, b"a,b\n1,x\0y\n2,\0z\n")
    assert table.rows == [(1, "xy"), (2, "z")]
    assert "2 NUL characters were dropped" in table.said


def test_it_keeps_a_type_that_changes_late_as_text(tmp_path: Path) -> None:
    rows = b"".join(b"%d,%d\n" % (i, i) for i in range(50_000))
    table = read(tmp_path, b"n,code\n" + rows + b"50000,C536379\n")
    assert table.types == ["integer", "text"]
    assert table.rows[-1] == (50_000, "C536379")
    assert table.rows[7] == (7, "7")
    assert "1 of 50,001 values are not whole numbers" in table.said


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


def test_it_finds_another_encoding_that_shows_late(tmp_path: Path) -> None:
    rows = b"1,x\n" * 300_000
    table = read(tmp_path, b"a,b\n" + rows + "2,café\n".encode("cp1252") + rows * 20)
    assert (2, "café") in table.rows
    assert "Windows-1252" in table.said


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
