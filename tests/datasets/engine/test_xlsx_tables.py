"""Workbooks as people save them: every cell arrives, as what it is."""

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from segplatform.kernel.errors import UserError
from tests.datasets.engine.xlsx_files import preview, read, save

DAY = datetime(2010, 12, 1, 8, 26)


def test_types_hold_for_the_whole_sheet(tmp_path: Path) -> None:
    head = ("No", "Code", "Quantity", "When", "Day", "Price", "Gift", "At")
    rows: list[tuple[Any, ...]] = [
        (536_365, "00123", 6, DAY, date(2020, 1, 2), 2.55, True, time(8, 26)) for _ in range(500)
    ]
    rows.append(("C536379", "85123A", -1.0, DAY, date(2020, 1, 3), 0.1, False, time(9, 5)))
    table = read(save(tmp_path, ("Orders", [head, *rows])))
    assert table.names == list(head)
    assert table.types == [
        *("text", "text", "integer", "datetime", "date", "decimal", "boolean", "text")
    ]
    price = Decimal("2.5500")
    assert table.rows[0] == ("536365", "00123", 6, DAY, date(2020, 1, 2), price, True, "08:26:00")
    assert table.rows[-1][:3] == ("C536379", "85123A", -1)
    assert table.numbers == list(range(1, 502))


def test_one_time_of_day_makes_a_column_of_dates_moments(tmp_path: Path) -> None:
    days = [(datetime(2020, 1, 2),)] * 300
    path = save(tmp_path, ("Days", [("when",), *days, (DAY,)]))
    assert preview(path).columns == [{"name": "when", "type": "date"}]
    table = read(path)
    assert table.types == ["datetime"]
    assert (table.rows[0], table.rows[-1]) == ((datetime(2020, 1, 2),), (DAY,))


def test_days_counted_from_1904(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book.epoch = CALENDAR_MAC_1904

    path = save(tmp_path, ("Mac", [("when",), (DAY,)]), change=change)
    assert read(path).rows == [(DAY,)]
    assert preview(path).rows == [["2010-12-01 08:26:00"]]


def test_a_title_above_and_empty_rows_below(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = book["Report"]
        sheet.merge_cells("A1:C1")
        sheet["XFD1048576"].number_format = "0.00"
        for row in range(10, 40):
            sheet.cell(row, 1).number_format = "0.00"

    rows = [("Sales 2011",), (), ("id", "name", "sum"), (1, "a", 1.5), (), (2, "b", 2.5)]
    path = save(tmp_path, ("Report", rows), change=change)
    table = read(path)
    assert (table.names, table.rows) == (
        ["id", "name", "sum"],
        [(1, "a", Decimal("1.5000")), (2, "b", Decimal("2.5000"))],
    )
    assert table.numbers == [1, 3]
    assert table.report["rows_empty"] == 1
    assert preview(path).options["skip_rows"] == 2


def test_names_that_are_missing_or_twice(tmp_path: Path) -> None:
    table = read(save(tmp_path, ("S", [("a", None, "a", ""), (1, "x", 2, "y")])), header=True)
    assert table.names == ["a", "column_2", "a_2", "column_4"]
    assert table.rows == [(1, "x", 2, "y")]


def test_the_first_visible_sheet_with_cells_is_taken(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book["Secret"].sheet_state = "hidden"

    sheets = [("Secret", [("s",), (1,)]), ("Empty", []), ("Data", [("d",), (2,)])]
    path = save(tmp_path, *sheets, change=change)
    shown = preview(path)
    assert shown.options["sheet"] == "Data"
    assert shown.choices == {
        "sheet": {"Secret": "Secret (hidden)", "Empty": "Empty", "Data": "Data"}
    }
    assert read(path).rows == [(2,)]
    assert read(path, sheet="Secret").rows == [(1,)]
    assert "hidden" in " ".join(preview(path, sheet="Secret").warnings)
    assert preview(path, sheet="Empty").choices == shown.choices
    with pytest.raises(UserError, match="is empty"):
        read(path, sheet="Empty")
    with pytest.raises(UserError, match="no sheet “Other”"):
        preview(path, sheet="Other")


def test_errors_are_null_counted_and_listed(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        for row, text in ((3, "#DIV/0!"), (5, "#N/A")):
            cell = book["S"].cell(row + 2, 4)
            cell.value, cell.data_type = text, "e"

    rows = [(), (), (None, None, "id", "share"), *((None, None, i, i / 4) for i in range(6))]
    path = save(tmp_path, ("S", rows), change=change)
    table = read(path)
    assert table.types == ["integer", "decimal"]
    assert [row[1] is None for row in table.rows] == [False, True, False, True, False, False]
    assert [(r["row"], r["column"], r["text"]) for r in table.report["rejected"]] == [
        (2, "share", "#DIV/0!"),
        (4, "share", "#N/A"),
    ]
    assert table.report["rejected_total"] == 2
    assert "2 cells hold errors" in table.said


def test_formulas_give_their_stored_results(tmp_path: Path) -> None:
    table = read(save(tmp_path, ("S", [("id", "f"), (1, "=A2+1"), (2, "=A3+1")])))
    assert [row[0] for row in table.rows] == [1, 2]
    assert "without a stored result were left empty: 2" in table.said


def test_null_words_and_chosen_types(tmp_path: Path) -> None:
    path = save(tmp_path, ("S", [("id", "n"), (1, 3), (2, "NA"), (3, "many")]))
    table = read(path, null_words=["NA"], types={"n": "integer", "id": "text"})
    assert table.rows == [("1", 3), ("2", None), ("3", None)]
    assert [r["text"] for r in table.report["rejected"]] == ["many"]


def test_long_texts_and_line_breaks(tmp_path: Path) -> None:
    long = "Wörter " * 4_000
    path = save(tmp_path, ("S", [("a", "b"), (long, "one\ntwo"), ("<&>", "  x ")]))
    table = read(path)
    assert table.rows == [(long, "one\ntwo"), ("<&>", "  x ")]
    assert [tuple(row) for row in preview(path).rows] == table.rows
