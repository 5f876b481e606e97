"""Workbooks of older and other programs: every cell arrives, errors are named, damage is told."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlwt

from datasets.engine.content import content_kind, content_kind_of
from segplatform.kernel.errors import UserError
from tests.datasets.engine.format_files import import_file, preview_file, put
from tests.datasets.engine.workbook_files import Error, save_ods, save_xls, save_xlsb
from tests.datasets.engine.xlsx_files import rewrite
from tests.datasets.engine.xlsx_files import save as save_xlsx

STORED = 0
DAY = datetime(2010, 12, 1, 8, 26)
HEAD = ("No", "Code", "Price", "When", "Gift", "Share")
ROWS = [
    HEAD,
    (536365, "00123", 2.5, DAY, True, 0.25),
    ("C536379", "7", 1, datetime(2010, 12, 2), False, Error("#DIV/0!")),
]


def one(save: Callable[..., Path]) -> Callable[[Path, list[Any]], Path]:
    return lambda folder, rows: save(folder, ("Data", rows))


SAVED = {
    "xls": one(save_xls),
    "ods": one(save_ods),
    "xlsb": lambda folder, rows: save_xlsb(folder, "Data", rows),
}


@pytest.mark.parametrize("kind", SAVED)
def test_every_cell_arrives_and_errors_are_named(kind: str, tmp_path: Path) -> None:
    path = SAVED[kind](tmp_path, ROWS)
    assert content_kind(path)[0] == kind
    assert content_kind_of(path.read_bytes()[:4096])[0] == kind
    table, shown = import_file(path), preview_file(path)
    assert table.names == list(HEAD)
    assert table.types == ["text", "text", "decimal", "datetime", "boolean", "decimal"]
    assert table.rows == [
        ("536365", "00123", Decimal("2.5"), DAY, True, Decimal("0.25")),
        ("C536379", "7", Decimal(1), datetime(2010, 12, 2), False, None),
    ]
    assert [column["type"] for column in shown.columns] == table.types
    rejected = [(r["row"], r["column"], r["text"]) for r in table.report["rejected"]]
    assert rejected == [(2, "Share", "#DIV/0!")]
    assert "Share: 1 cell holds an error" in table.said


@pytest.mark.parametrize("save", [save_xls, save_ods])
def test_hidden_sheets_dates_and_times(save: Callable[..., Path], tmp_path: Path) -> None:
    first, second = (date(2020, 1, 2), time(8, 26), 5), (date(2020, 1, 3), None, 6)
    rows = [("Title",), (), ("day", "at", "n"), first, (), second]
    sheets = ("Secret", [("a",), (1,)]), ("Data", rows)
    path = save(tmp_path, *sheets, hidden=["Secret"])
    shown = preview_file(path)
    assert shown.choices["sheet"] == {"Secret": "Secret (hidden)", "Data": "Data"}
    assert (shown.options["sheet"], shown.options["skip_rows"]) == ("Data", 2)
    table = import_file(path)
    assert table.rows == [(date(2020, 1, 2), "08:26:00", 5), (date(2020, 1, 3), None, 6)]
    assert (table.numbers, table.report["rows_empty"]) == ([1, 3], 1)
    assert import_file(path, sheet="Secret").rows == [(1,)]
    with pytest.raises(UserError, match="no sheet “Other”"):
        preview_file(path, sheet="Other")


@pytest.mark.parametrize("save", [save_xls, save_ods, save_xlsx])
def test_a_range_of_cells(save: Callable[..., Path], tmp_path: Path) -> None:
    rows = [("x", "note", "y"), (1, "a", 2), (3, "b", 4), (None, None, 6), ("sum", "", 12)]
    path = save(tmp_path, ("Data", rows))
    for cells, names, found in (
        ("C1:C4", ["y"], [(2,), (4,), (6,)]),
        ("$A$1:$B$3", ["x", "note"], [(1, "a"), (3, "b")]),
        ("b1", ["note", "y"], [("a", 2), ("b", 4), (None, 6), (None, 12)]),
        ("A:A", ["x"], [("1",), ("3",), ("sum",)]),
    ):
        assert (import_file(path, cells=cells).names, import_file(path, cells=cells).rows) == (
            names, found,
        )  # fmt: skip
        assert [c["name"] for c in preview_file(path, cells=cells).columns] == names
    assert preview_file(path, cells="F9").columns == []
    with pytest.raises(UserError, match="no filled cells in this range"):
        import_file(path, cells="F9:G10")


@pytest.mark.parametrize("cells", ["A0", "3:5", "H5:B2", "A1:B", "Sheet1!A1", "ZZZ1", "A9999999"])
def test_what_is_no_range_is_refused_in_one_sentence(cells: str, tmp_path: Path) -> None:
    path = save_xls(tmp_path, ("Data", ROWS))
    with pytest.raises(ValueError, match="Write the cells as B3:H500"):
        preview_file(path, cells=cells)


def test_damage_and_secrets_end_in_one_sentence(tmp_path: Path) -> None:
    old = save_xls(tmp_path, ("Data", ROWS)).read_bytes()
    locked = old[:512] + "EncryptedPackage".encode("utf-16-le") + old[600:]
    start = old.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    secret = old[:start] + b"\x2f\x00\x06\x00" + old[start + 4 :]
    for data, words in (
        (old[:1500], "is damaged"),
        (locked, "encrypted"),
        (secret, "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000, "is damaged"),
    ):
        with pytest.raises(UserError, match=words):
            import_file(put(tmp_path, data))
    secret_part = b"<manifest><encryption-data/></manifest>"
    path = save_ods(tmp_path, ("Data", ROWS))
    rewrite(path, "META-INF/manifest.xml", lambda _: secret_part, STORED)
    with pytest.raises(UserError, match="encrypted"):
        preview_file(path)


def test_a_spreadsheet_that_repeats_a_cell_a_billion_times(tmp_path: Path) -> None:
    def repeat(content: bytes) -> bytes:
        wide = b'<table:table-cell table:number-columns-repeated="16384" '
        long = b'<table:table-row table:number-rows-repeated="1048576">'
        content = content.replace(b"<table:table-cell ", wide)
        return content.replace(b"<table:table-row>", long)

    path = rewrite(save_ods(tmp_path, ("Data", ROWS)), "content.xml", repeat, STORED)
    with pytest.raises(UserError, match="more cells"):
        preview_file(path)


def test_other_files_called_xls(tmp_path: Path) -> None:
    tabs = put(tmp_path, "id\tname\n1\tMüller\n")
    assert import_file(tabs).rows == [(1, "Müller")]
    with pytest.raises(UserError, match="web page"):
        preview_file(put(tmp_path, "<html><table><tr><td>1</td></tr></table></html>"))


NUMBERS = [("id", "x", "t"), (1, 0.1234567890123, "0.1234567890123"), (2, 1e-10, "0"),
           (3, -1e-11, "1.50"), (4, 0.1 + 0.2, "0.30000000000000004")]  # fmt: skip


@pytest.mark.parametrize("kind", SAVED)
def test_numbers_keep_their_digits_and_texts_stay(kind: str, tmp_path: Path) -> None:
    path = SAVED[kind](tmp_path, [*NUMBERS, (5, 2 / 3, "x")])
    table = import_file(path)
    assert table.types == ["integer", "float", "text"]
    assert [row[1] for row in table.rows] == [0.1234567890123, 1e-10, -1e-11, 0.3, 2 / 3]
    assert [row[2] for row in table.rows] == [*(row[2] for row in NUMBERS[1:]), "x"]


def test_lengths_of_time_of_an_old_workbook(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet, spent = book.add_sheet("S"), xlwt.easyxf(num_format_str="[h]:mm:ss")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for row, cells in enumerate([("id", "spent", "day"), (1, 49 / 24, 400), (2, 0.0625, 401)]):
        for place, (cell, style) in enumerate(zip(cells, (None, spent, day), strict=True)):
            sheet.write(row, place, cell, style or xlwt.Style.default_style)
    path = tmp_path / "upload.xls"
    book.save(str(path))
    assert import_file(path).rows == [
        (1, "49:00:00", date(1901, 2, 3)), (2, "01:30:00", date(1901, 2, 4)),
    ]  # fmt: skip
