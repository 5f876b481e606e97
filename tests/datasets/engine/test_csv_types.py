"""Types over the whole file, and what a person must decide."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from segplatform.kernel.errors import UserError
from tests.datasets.engine.csv_files import preview, read

AMBIGUOUS = b"d,n\n01/02/2020,1\n03/04/2020,2\n"


def test_it_asks_for_the_order_of_day_and_month(tmp_path: Path) -> None:
    table = read(tmp_path, AMBIGUOUS)
    assert table.types == ["text", "integer"]
    assert "order of day and month" in table.said
    assert any("order of day" in w for w in preview(tmp_path, AMBIGUOUS).warnings)


@pytest.mark.parametrize(("order", "day"), [("dmy", date(2020, 2, 1)), ("mdy", date(2020, 1, 2))])
def test_it_takes_the_order_of_day_and_month(order: str, day: date, tmp_path: Path) -> None:
    table = read(tmp_path, AMBIGUOUS, date_order=order)
    assert (table.types, table.rows[0]) == (["date", "integer"], (day, 1))


def test_it_settles_the_order_by_a_late_value(tmp_path: Path) -> None:
    rows = b"".join(b"%02d/02/2020,x\n" % (i % 12 + 1) for i in range(3_000))
    table = read(tmp_path, b"d,n\n" + rows + b"13/02/2020,y\n")
    assert table.types == ["date", "text"]
    assert table.rows[0] == (date(2020, 2, 1), "x")


def test_it_keeps_mixed_date_formats_as_text(tmp_path: Path) -> None:
    assert read(tmp_path, b"d,n\n2020-01-31,1\n31/01/2020,2\n").types == ["text", "integer"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2010-12-01 08:26:00", datetime(2010, 12, 1, 8, 26)),
        ("2010-12-01T08:26", datetime(2010, 12, 1, 8, 26)),
        ("2010-12-01T08:26:00.250", datetime(2010, 12, 1, 8, 26, 0, 250_000)),
        ("2010-12-01T08:26:00+02:00", datetime(2010, 12, 1, 6, 26)),
        ("2010-12-01 08:26:00Z", datetime(2010, 12, 1, 8, 26)),
        ("2010-12-01 08:26:00 +0100", datetime(2010, 12, 1, 7, 26)),
        ("2010-12-01 08:26:00 -05:30", datetime(2010, 12, 1, 13, 56)),
        ("2010-12-01T08:26 Z", datetime(2010, 12, 1, 8, 26)),
        ("2010-12-1 8:26", datetime(2010, 12, 1, 8, 26)),
        ("13/12/2010 8:26", datetime(2010, 12, 13, 8, 26)),
        ("12/13/2010 8:26 PM", datetime(2010, 12, 13, 20, 26)),
        ("13.12.2010 08:26:59", datetime(2010, 12, 13, 8, 26, 59)),
        ("13/12/10", date(2010, 12, 13)),
        ("2010/12/13", date(2010, 12, 13)),
        ("13-Dec-2010", date(2010, 12, 13)),
        ("December 13, 2010", date(2010, 12, 13)),
    ],
)
def test_it_reads_a_way_of_writing_dates(written: str, read_as: date, tmp_path: Path) -> None:
    table = read(tmp_path, f"d;n\n{written};1\n{written};2\n".encode(), delimiter=";")
    assert table.rows == [(read_as, 1), (read_as, 2)]
    assert table.types[0] == ("datetime" if isinstance(read_as, datetime) else "date")


def test_it_reads_dates_as_times_when_asked(tmp_path: Path) -> None:
    table = read(tmp_path, b"d,n\n13/02/2020,1\nsoon,2\n", types={"d": "datetime"})
    assert table.rows == [(datetime(2020, 2, 13), 1), (None, 2)]
    assert table.report["columns"]["d"]["unreadable"] == 1


def test_it_takes_null_words(tmp_path: Path) -> None:
    table = read(tmp_path, b"a,n\nNA,NA\nx,5\n", null_words=["NA"])
    assert (table.types, table.rows) == (["text", "integer"], [(None, None), ("x", 5)])


def test_it_keeps_numbers_that_can_be_read_in_two_ways(tmp_path: Path) -> None:
    data = b'a,b\n"1,234",x\n"5,678",y\n'
    table = read(tmp_path, data)
    assert table.types == ["text", "text"]
    assert "1,234 can be a thousand or have decimals" in table.said
    thousands = read(tmp_path, data, decimal=".", thousands=",")
    assert thousands.rows == [(1234, "x"), (5678, "y")]
    decimals = read(tmp_path, data, decimal=",", thousands="")
    assert decimals.rows == [(Decimal("1.234"), "x"), (Decimal("5.678"), "y")]


def test_it_takes_a_file_without_quotes(tmp_path: Path) -> None:
    table = read(tmp_path, b'a,b\n"x,1\ny",2\n', quote="")
    assert table.rows == [('"x', 1), ('y"', 2)]


def test_it_takes_every_column_as_text_when_asked(tmp_path: Path) -> None:
    table = read(tmp_path, b"a,b\n1,2020-01-01\n", types={"a": "text", "b": "text"})
    assert table.rows == [("1", "2020-01-01")]


@pytest.mark.parametrize(
    "value", ["1.0e999", "1_000", "0x1F", "inf", "nan", "1.", "1234567890123456"]
)
def test_it_keeps_what_only_looks_like_a_number(value: str, tmp_path: Path) -> None:
    table = read(tmp_path, f"a,b\n{value},x\n{value},y\n".encode())
    assert table.rows == [(value, "x"), (value, "y")]


def test_a_preview_tells_every_guess_and_takes_changes(tmp_path: Path) -> None:
    data = b"id;price\n1;2,50\n2;3,00\n"
    shown = preview(tmp_path, data)
    wanted = {"encoding": "utf-8", "delimiter": ";", "quote": '"', "header": True, "skip_rows": 0}
    assert shown.options.items() >= {**wanted, "decimal": ",", "thousands": ""}.items()
    assert {"encoding", "delimiter", "header", "decimal", "types.price"} <= set(shown.guesses)
    types = [(column["name"], column["type"]) for column in shown.columns]
    assert types == [("id", "integer"), ("price", "decimal")]
    assert shown.rows == [["1", "2,50"], ["2", "3,00"]]
    again = preview(tmp_path, data, **{**shown.options, "header": False, "types": {}})
    assert again.rows[0] == ["id", "price"]
    assert "header" not in again.guesses


def test_a_preview_shows_a_hundred_rows_of_a_long_file(tmp_path: Path) -> None:
    shown = preview(tmp_path, b"a,b\n" + b"1,2\n" * 500_000)
    assert len(shown.rows) == 100


def test_it_refuses_an_unknown_encoding(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not known"):
        read(tmp_path, b"a,b\n1,2\n", encoding="rot13")


def test_it_refuses_one_sign_for_two_things(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the same"):
        read(tmp_path, b"a;b\n1;2\n", decimal=",", thousands=",")
