"""Making workbooks of older and other programs in tests: .xls, .ods, and a small .xlsb."""

import struct
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import Table, TableCell, TableRow
from odf.text import P

Rows = Iterable[Sequence[Any]]
FORMATS = {datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd", time: "hh:mm"}


class Error(str):
    """An error in a cell, such as #DIV/0!."""


def save_xls(folder: Path, *sheets: tuple[str, Rows], hidden: Sequence[str] = ()) -> Path:
    """Write an old workbook."""
    book = xlwt.Workbook()
    styles = {kind: xlwt.easyxf(num_format_str=form) for kind, form in FORMATS.items()}
    for name, rows in sheets:
        sheet = book.add_sheet(name)
        sheet.visibility = int(name in hidden)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, Error):
                    sheet.row(number).set_cell_error(place, str(cell))
                elif cell is not None:
                    sheet.write(
                        number, place, cell, styles.get(type(cell), xlwt.Style.default_style)
                    )
    path = folder / "upload.xls"
    book.save(str(path))
    return path


def save_ods(folder: Path, *sheets: tuple[str, Rows], hidden: Sequence[str] = ()) -> Path:
    """Write an OpenDocument spreadsheet as LibreOffice does: midnight is left out."""
    book = OpenDocumentSpreadsheet()
    style = Style(name="gone", family="table")
    style.addElement(TableProperties(display="false"))
    book.automaticstyles.addElement(style)
    for name, rows in sheets:
        sheet = Table(name=name, stylename="gone" if name in hidden else None)
        for row in rows:
            line = TableRow()
            for cell in row:
                line.addElement(_cell(cell))
            sheet.addElement(line)
        sheet.addElement(TableRow(numberrowsrepeated=1_000_000))
        book.spreadsheet.addElement(sheet)
    path = folder / "upload.ods"
    book.save(str(path))
    return path


def _cell(cell: Any) -> TableCell:
    if cell is None:
        return TableCell()
    if isinstance(cell, bool):
        made = TableCell(valuetype="boolean", booleanvalue=str(cell).lower())
    elif isinstance(cell, (int, float)):
        made = TableCell(valuetype="float", value=repr(cell))
    elif isinstance(cell, datetime):
        text = cell.isoformat().removesuffix("T00:00:00")
        made = TableCell(valuetype="date", datevalue=text)
    elif isinstance(cell, date):
        made = TableCell(valuetype="date", datevalue=cell.isoformat())
    elif isinstance(cell, time):
        made = TableCell(valuetype="time", timevalue=cell.strftime("PT%HH%MM%SS"))
    else:
        made = TableCell(valuetype="string")
    made.addElement(P(text=str(cell)))
    return made


def _record(number: int, body: bytes = b"") -> bytes:
    """Write one record of a binary workbook ([MS-XLSB] 2.1.4)."""
    kind = bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])
    size = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
    return kind + size + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _binary(place: int, cell: Any) -> bytes:
    """Write one cell: an error, a truth, a number, or a text in the cell itself."""
    style = 1 if isinstance(cell, datetime) else 0
    head = struct.pack("<II", place, style)
    if isinstance(cell, Error):
        return _record(3, head + b"\x07")
    if isinstance(cell, bool):
        return _record(4, head + bytes([cell]))
    if isinstance(cell, datetime):
        days = (cell - datetime(1899, 12, 30)).total_seconds() / 86_400
        return _record(5, head + struct.pack("<d", days))
    if isinstance(cell, (int, float)):
        return _record(5, head + struct.pack("<d", cell))
    return _record(6, head + _wide(cell))


def save_xlsb(folder: Path, name: str, rows: Rows) -> Path:
    """Write a binary workbook of one sheet, the few records that any reader needs."""
    cells = b"".join(
        _record(0, struct.pack("<IIHHHB", number, 0, 300, 0, 0, 0))
        + b"".join(_binary(place, cell) for place, cell in enumerate(row) if cell is not None)
        for number, row in enumerate(rows)
    )
    dimension = _record(148, struct.pack("<IIII", 0, 99, 0, 20))
    sheet = _record(129) + dimension + _record(145) + cells + _record(146) + _record(130)
    bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide(name)
    book = _record(131) + _record(143) + _record(156, bundle) + _record(144) + _record(132)
    formats = b"".join(
        _record(47, struct.pack("<HHHHH", 0, form, 0, 0, 0) + b"\0" * 6) for form in (0, 22)
    )
    styles = _record(278) + _record(617, struct.pack("<I", 2)) + formats + _record(618)
    kinds = "http://schemas.openxmlformats.org/package/2006/relationships"
    links = (
        f'<Relationships xmlns="{kinds}"><Relationship Id="rId1" Target="worksheets/sheet1.bin" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
        "</Relationships>"
    )
    path = folder / "upload.xlsb"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.bin", book)
        package.writestr("xl/_rels/workbook.bin.rels", links)
        package.writestr("xl/styles.bin", styles + _record(279))
        package.writestr("xl/worksheets/sheet1.bin", sheet)
    return path
