"""Text without a separator: runs of blanks and fixed widths, and no CSV that is taken for them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from datasets.engine.layout import Sample
from datasets.engine.text_columns import columns_guess
from segplatform.kernel.errors import UserError
from tests.datasets.engine.csv_files import preview, read

BLANKS = """Customers of 2020

id    name          amount  day
----  ------------  ------  ----------
1     John Smith      1,50  2020-01-02
2     Ann Lee        12,00  2020-01-03
3     Bob             3,10  2020-02-03
4     Eve x           3,10  2020-02-03
"""
FIXED = """0001John Smith  Rome  12
0002Ann         Paris 13
0003Bob Ross          14
0004Eve         Oslo  15
"""


def test_columns_between_runs_of_blanks(tmp_path: Path) -> None:
    data = BLANKS.split("\n", 2)[2]
    rows = "".join(f"{n}    Name {n}  2,50  2020-02-03\n" for n in range(10, 200))
    odd = "500   only two\n"
    shown = preview(tmp_path, (data + rows).encode())
    assert shown.options["delimiter"] == "blanks"
    assert "blanks" in shown.guesses["delimiter"]
    table = read(tmp_path, (data + rows + odd).encode())
    assert (table.names, table.types) == (
        ["id", "name", "amount", "day"], ["integer", "text", "decimal", "date"],
    )  # fmt: skip
    assert table.rows[0] == (1, "John Smith", Decimal("1.5"), date(2020, 1, 2))
    assert table.report["rows_empty"] == 1  # the line that is drawn
    rejected = table.report["rejected"][0]
    assert rejected["text"] == "500   only two"
    assert rejected["reason"] == "2 cells instead of 4"
    assert rejected["row"] == 196


def test_single_blanks_where_every_line_has_as_many(tmp_path: Path) -> None:
    table = read(tmp_path, b"x y label\n1 2.5 a\n3 4.5 b\n")
    assert table.rows == [(1, Decimal("2.5"), "a"), (3, Decimal("4.5"), "b")]


def test_fixed_widths_are_found_and_corrected(tmp_path: Path) -> None:
    shown = preview(tmp_path, FIXED.encode())
    assert (shown.options["delimiter"], shown.options["widths"]) == ("widths", "16,6,2")
    longer = FIXED + "0005Al          Bonn  16, or 17\n"
    table = read(tmp_path, longer.encode(), widths="4,12,6,2", header=False)
    assert table.rows[0] == ("0001", "John Smith", "Rome", "12")
    assert table.rows[2] == ("0003", "Bob Ross", None, "14")
    assert table.rows[4][-1] == "16, or 17"  # the last column takes the rest
    table = read(tmp_path, FIXED.encode(), delimiter="blanks", header=False)
    assert table.report["rows_rejected"] > 0


@pytest.mark.parametrize("widths", ["a", "0,4", "4,x", "99999999"])
def test_widths_that_are_none_are_refused(widths: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="width"):
        preview(tmp_path, FIXED.encode(), widths=widths)


def test_widths_that_cannot_be_found_must_be_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Write the widths"):
        preview(tmp_path, b"abc\ndef\n", delimiter="widths")


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,x\n2,y\n3,z\n4,w\n",
        "a, b,  c\n1, 2,  3\n4, 5,  6\n7, 8,  9\n",
        "id  ,  name  ,  n\n1   ,  ann   ,  5\n2   ,  bob   ,  6\n3   ,  eve   ,  7\n",
        "id;day;text\n1;2 Jan 2020;a  b\n2;3 Jan 2020;c  d\n3;4 Jan 2020;e  f\n",
        "a\tb\n1\tx  y\n2\tz  w\n3\tu  v\n4\tq  r\n",
        "a | b  | c\n1 | 2  | 3\n4 | 5  | 6\n7 | 8  | 9\n",
        "name\nJohn Smith\nAnn Lee\nBob Ross\nEva Green\n",
        "The quick brown fox\njumps over the lazy\ndog and then it was\ndone, all over again\n",
        "a\n1\n2\n3\n4\n",
        'x\n"a  b"\n"c  d"\n"e  f"\n',
        "2020-01-02 08:26,5\n2020-01-02 08:27,6\n2020-01-02 08:28,7\n2020-01-02 08:29,8\n",
        "a,b\n1 2,3 4\n5 6,7 8\n1 2,3 4\n5 6,7 8\n",
    ],
)
def test_no_other_text_is_taken_for_them(text: str) -> None:
    assert columns_guess(Sample(text.splitlines(keepends=True), True)) is None
