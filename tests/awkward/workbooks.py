"""Workbooks as people and programs save them, and those made to do harm."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.awkward.base import Read, Refused

SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
PAIR = [("id", "name"), (1, "a"), (2, "b")]
ROWS = [(1, "a"), (2, "b")]
D = Decimal
LENGTHS = [("id", "spent"), (1, 49 / 24), (2, 1.5 / 24), (3, 25 / 24 + 3 / 86_400), (4, None)]
SPENT = [(1, "49:00:00"), (2, "01:30:00"), (3, "25:00:03"), (4, None)]
Change = Callable[[Any], Any]


def book(rows: list[Any], change: Change | None = None, **sheets: list[Any]) -> bytes:
    """Save a workbook with a sheet S (the first) and others; ``change`` may alter it before."""
    made = Workbook()
    made.active.title = "S"
    for name, cells in {"S": rows, **sheets}.items():
        sheet = made[name] if name == "S" else made.create_sheet(name)
        for row in cells:
            sheet.append(list(row))
    if change:
        change(made)
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def changed(data: bytes, change: Callable[[bytes], bytes], part: str = SHEET) -> bytes:
    """Change the bytes of one part."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts[part] = change(parts.get(part, b""))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return held.getvalue()


def without(data: bytes, part: str) -> bytes:
    """Leave a part out of a package."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as package,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in package.namelist():
            if name != part:
                made.writestr(name, package.read(name))
    return held.getvalue()


def prefixed(data: bytes) -> bytes:
    """Write a sheet with prefixes, which only calamine reads."""
    tagged = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", data)
    return tagged.replace(b" xmlns=", b" xmlns:x=", 1)


def lengths(made: Any) -> None:
    """Show days as lengths of time."""
    for cell, form in (("B2", "[h]:mm:ss"), ("B3", "[hh]:mm"), ("B4", "[mm]:ss")):
        made["S"][cell].number_format = form


def dimension(size: bytes) -> bytes:
    """Lie about the size of the sheet."""
    lie = b'<dimension ref="' + size + b'"'
    return changed(book(PAIR), lambda data: re.sub(rb'<dimension ref="[^"]*"', lie, data))


def inserted(xml: bytes, at: bytes = b"</sheetData>") -> bytes:
    """Put XML before the end of the sheet's cells."""
    return changed(book(PAIR), lambda data: data.replace(at, xml + at, 1))


def filled(text: bytes) -> bytes:
    """Put a text into one cell."""
    return changed(book(PAIR), lambda data: data.replace(b"a</t>", text + b"</t>"))


def doctype(words: bytes) -> bytes:
    """Put a document type before the sheet."""
    return changed(book(PAIR), lambda data: words + data[data.index(b"<worksheet") :])


def formats(kind: str, *cells: str) -> Change:
    """Give cells of the sheet a number format."""

    def change(made: Any) -> None:
        for cell in cells:
            made["S"][cell].number_format = kind

    return change


def merged(made: Any) -> None:
    made["S"].merge_cells("A1:C1")
    made["S"].merge_cells("A3:A4")


def errors(made: Any) -> None:
    cell = made["S"]["B2"]
    cell.value, cell.data_type = "#DIV/0!", "e"


def hidden(made: Any) -> None:
    made["S"].sheet_state = "hidden"


def same(data: bytes, *said: str, **others: Any) -> Read:
    """Expect the two rows of ``PAIR``."""
    return Read(data, ["id", "name"], "integer text", ROWS, said, file="orders.xlsx", **others)


def sheet(data: bytes, names: list[str], types: str, rows: list[Any], *said: str, **others: Any
          ) -> Read:  # fmt: skip
    """Expect these rows."""
    return Read(data, names, types, rows, said, file="orders.xlsx", **others)


FILES: dict[str, Read] = {
    "a workbook": same(book(PAIR)),
    "a workbook called .csv": Read(book(PAIR), ["id", "name"], "integer text", ROWS),
    "text called .xlsx": Read(b"id,name\n1,a\n2,b\n", ["id", "name"], "integer text", ROWS,
                              file="orders.xlsx"),
    "days counted from 1904": sheet(
        book([("at", "n"), (datetime(2010, 12, 1, 8, 26), 1)],
             lambda made: setattr(made, "epoch", CALENDAR_MAC_1904)),
        ["at", "n"], "datetime integer", [(datetime(2010, 12, 1, 8, 26), 1)],
    ),
    "the day that 1900 never had": sheet(
        book([("n", "d"), (1, 59), (2, 61)], formats("yyyy-mm-dd", "B2", "B3")), ["n", "d"],
        "integer date", [(1, date(1900, 2, 28)), (2, date(1900, 3, 1))],
    ),
    "merged title and merged cells": sheet(
        book([("Title", None, None), ("region", "city", "n"), ("N", "Oslo", 1),
              (None, "Bergen", 2)], merged),
        ["region", "city", "n"], "text text integer", [("N", "Oslo", 1), (None, "Bergen", 2)],
        "Merged cells that span rows: 1", "1 rows above the table were skipped",
    ),
    "formulas without a result": sheet(
        book([("id", "f"), (1, "=A2+1"), (2, "=A3+1")]), ["id", "f"], "integer text",
        [(1, None), (2, None)], "without a stored result were left empty: 2",
    ),
    "an error in a cell": sheet(
        book([("id", "share"), (1, 0.5), (2, 0.25)], errors), ["id", "share"], "integer decimal",
        [(1, None), (2, D("0.25"))], "1 cell holds an error", rejected=((1, "share", "#DIV/0!"),),
    ),
    "one styled cell at the far end": same(
        book(PAIR, lambda made: setattr(made["S"]["XFD1048576"], "number_format", "0.00"))
    ),
    "a million empty rows in a workbook": same(
        inserted(b"".join(b'<row r="%d"/>' % n for n in range(4, 1_000_000)))
    ),
    "a size that is too small": same(dimension(b"A1")),
    "a size that is too large": same(dimension(b"A1:XFD1048576")),
    "a hidden first sheet": Read(
        book([("s",), (1,)], hidden, Data=PAIR), ["id", "name"], "integer text", ROWS,
        file="orders.xlsx",
    ),
    "several sheets, one chosen": same(book([("x",), (9,)], Data=PAIR), options={"sheet": "Data"}),
    "a sheet of charts first": same(book(PAIR, lambda made: made.create_chartsheet("Chart", 0))),
    "names without rows": sheet(book([("id", "name")]), ["id", "name"], "text text", [],
                                "There are no rows to read"),
    "whole numbers that are floats": sheet(
        book([("customer", "n"), (17850.0, 1), (None, 2)]), ["customer", "n"], "integer integer",
        [(17850, 1), (None, 2)],
    ),
    "noise of binary fractions": sheet(
        book([("n", "p"), (1, 0.1 + 0.2), (2, 3.015)]), ["n", "p"], "integer decimal",
        [(1, D("0.3")), (2, D("3.015"))],
    ),
    "a card number": sheet(book([("card", "n"), (4111111111111111, 1)]), ["card", "n"],
                           "text integer", [("4111111111111111", 1)]),
    "shares shown as percentages": sheet(
        book([("n", "p"), (1, 0.125)], formats("0.0%", "B2")), ["n", "p"], "integer decimal",
        [(1, D("0.125"))],
    ),
    "day numbers without a format": sheet(
        book([("n", "Order Date"), (1, 44197)]), ["n", "Order Date"], "integer integer",
        [(1, 44197)], "day numbers of a spreadsheet",
    ),
    "amounts typed as text": sheet(
        book([("n", "p"), (1, "$1234.50"), (2, "$3.50")]), ["n", "p"], "integer decimal",
        [(1, D("1234.5")), (2, D("3.5"))], "the currency “$”",
    ),
    "months as names": sheet(
        book([("city", datetime(2020, 1, 1), datetime(2020, 2, 1)), ("Oslo", 1, 2),
              ("Rome", 3, 4)]),
        ["city", "2020-01-01", "2020-02-01"], "text integer integer",
        [("Oslo", 1, 2), ("Rome", 3, 4)],
    ),
    "the names again within a sheet": same(
        book([PAIR[0], PAIR[1], PAIR[0], PAIR[2]]), "1 rows with the column names again",
        rejected=((2, None, "id,name"),),
    ),
    "times with fractions of a second": sheet(
        book([("id", "lap"), (1, 0.5 + 0.25 / 86_400), (2, 0.25)], formats("mm:ss.0", "B2", "B3")),
        ["id", "lap"], "integer text", [(1, "12:00:00.250"), (2, "06:00:00")],
    ),
    "times in a workbook that counts from 1904": sheet(
        book([("id", "at"), (1, 0.5), (2, 0.25)],
             lambda made: (formats("hh:mm", "B2", "B3")(made),
                           setattr(made, "epoch", CALENDAR_MAC_1904))),
        ["id", "at"], "integer text", [(1, "12:00:00"), (2, "06:00:00")],
    ),
    "lengths of time": sheet(
        book(LENGTHS, lengths), ["id", "spent"], "integer text", SPENT
    ),
    "lengths of time, written unusually": sheet(
        changed(book(LENGTHS, lengths), prefixed), ["id", "spent"], "integer text", SPENT
    ),
    "all digits of long numbers": sheet(
        changed(book(PAIR), lambda data: data.replace(b"<v>1</v>", b"<v>12345678901234567890</v>")),
        ["id", "name"], "text text", [("12345678901234567890", "a"), ("2", "b")],
    ),
    "more than nine decimals, written unusually": sheet(
        changed(book([("id", "x"), (1, 0.1234567890123), (2, 1e-10), (3, 0.1 + 0.2)]), prefixed),
        ["id", "x"], "integer float", [(1, 0.1234567890123), (2, 1e-10), (3, 0.3)],
    ),
    "rows that a filter hides": same(
        book(PAIR, lambda made: setattr(made["S"].row_dimensions[3], "hidden", True)),
        "1 row is hidden in the sheet",
    ),
    "a second sheet whose cells are missing": same(
        without(book(PAIR, More=[("x",)]), "xl/worksheets/sheet2.xml"),
        "damaged: the cells of its sheet “More” are missing",
    ),
    "control characters as codes": sheet(
        book([("a", "n"), ("x_x000D_y", 1)]), ["a", "n"], "text integer", [("x\ry", 1)]
    ),
}  # fmt: skip

REFUSED: dict[str, Refused] = {
    "an empty workbook": Refused(book([]), "none of its sheets holds a cell"),
    "entities that multiply": Refused(doctype(ENTITIES), "document type"),
    "an entity from outside": Refused(doctype(OUTSIDE), "document type"),
    "a value at the far end": Refused(
        inserted(b'<row r="4"><c r="XFD4"><v>1</v></c></row>'), "16,384 columns"
    ),
    "a value in the last row, far to the right": Refused(
        inserted(b'<row r="1048576"><c r="ALL1048576"><v>1</v></c></row>'),
        "1,048,576 rows and 1,000 columns takes more than", late=True,
    ),
    "20 MB in one cell": Refused(
        lambda: filled(b"a" * 20_000_000), "200 times",
    ),
    "a cell of 2 MB that does not shrink": Refused(
        lambda: filled(b" ".join(b"%d" % n for n in range(300_000))), "over 1 MB",
    ),
    "a workbook without its end": Refused(book(PAIR)[:-900], "workbook is damaged: it ends too"),
    "a workbook of which half arrived": Refused(
        book(PAIR)[:2_000], "workbook is damaged: it ends too early.*Download or export it again"
    ),
    "a workbook whose sheet is missing": Refused(
        without(book(PAIR), SHEET), "workbook is damaged: the cells of its sheet “S” are missing"
    ),
    "a workbook whose list of sheets is missing": Refused(
        without(book(PAIR), "xl/workbook.xml"), "damaged: its list of sheets is missing"
    ),
    "a binary workbook of which half arrived": Refused(
        b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml" + b"xl/workbook.bin" + b"\0" * 9_000,
        "workbook is damaged: it ends too early", file="orders.xlsb",
    ),
    "a plain zip of nothing": Refused(
        b"PK\x03\x04" + b"\0" * 26 + b"other.txt" + b"\0" * 99, "ZIP|zip|archive"
    ),
    "an old workbook": Refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, ".xls",
                               file="orders.xls"),
}  # fmt: skip
