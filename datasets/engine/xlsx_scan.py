"""One look at the raw XML of a sheet: what the reader of cells would drop or choke on."""

import re
import sys
from dataclasses import dataclass, field

from datasets.engine.bounds import MAX_CELL_BYTES, MAX_COLUMNS
from datasets.engine.sheet_cells import MAX_ROWS, column_index
from datasets.engine.xlsx_head import CELL_TOO_LARGE
from datasets.engine.xlsx_package import Sheet, Workbook, archive
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

_HELD = 8 * MAX_CELL_BYTES
_ERROR = re.compile(rb"<(?:\w+:)?c\s([^>]*?\bt=[\"']e[\"'][^>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=[\"']([0-9]{1,7})[\"']")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell ref=[\"'][A-Z]+([0-9]+):[A-Z]+([0-9]+)")
_FAR = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{2,3})[0-9]+[\"'][^>]*(?<!/)>\s*<(?:\w+:)?(?:v|is|f)>"
)
_FAR_HINT = re.compile(rb' r="[A-Z]{2}')
_HIDDEN = re.compile(rb"<(?:\w+:)?row\s[^>]*?\bhidden=[\"'](?:1|true)[\"'](?:[^>]*[^/>])?>")
NO_RESULT = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*"
    rb"</(?:\w+:)?c>"
)


@dataclass
class Scan:
    """What was found: the last row with a value, the number of values, ``size`` in bytes.
    ``merged`` are merged cells over several rows, ``width`` is that of columns from AA on,
    ``hidden`` are rows that the sheet does not show, as those that a filter leaves out.

    ``errors`` are (row from 1, column from 0, text) in the sheet's order.
    """

    rows: int = 0
    cells: int = 0
    size: int = 0
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    unresolved: int = 0
    merged: int = 0
    width: int = 0
    hidden: int = 0


def scan_sheet(book: Workbook, sheet: Sheet, progress: Progress) -> Scan:
    """Read the sheet's and the shared texts' XML once.

    Raises ``UserError`` for a cell over 1 MB, more than 1,000 columns, or a document type.
    """
    found = Scan()
    parts = [sheet.part, book.strings] if book.strings else [sheet.part]
    with archive(book.path) as package:
        total = sum(package.getinfo(part).file_size for part in parts) or 1
        found.size, done = total, 0
        for part in parts:
            held, odd = b"", None
            with package.open(part) as file:
                while block := file.read(MAX_CELL_BYTES):
                    done += len(block)
                    progress.step(min(done / total, 1), "Looking through the sheet")
                    odd = _is_odd(block) if odd is None else odd
                    if b"<" not in block and len(block) == MAX_CELL_BYTES:
                        raise UserError(CELL_TOO_LARGE)
                    if part == sheet.part:
                        held = look(held + block, found, odd)
            if held:
                look(held + b"</c>", found, bool(odd))
    return found


def _is_odd(head: bytes) -> bool:
    """Judge the start of a part: True where it is written as spreadsheets do not, but may be."""
    if b"<!DOCTYPE" in head:
        raise UserError("The workbook declares a document type, which no spreadsheet writes.")
    return b":row" in head or b":sheetData" in head or b" r='" in head


def look(data: bytes, found: Scan, odd: bool) -> bytes:
    """Count what whole cells hold; return the rest, which the next block completes.

    Plain searches, many times faster, say where a pattern is worth looking for; an ``odd``
    sheet has prefixed tags or other quotes, which only the patterns know.
    """
    cut = max(data.rfind(b"</c>"), data.rfind(b"</row>"))
    if cut < 0 and len(data) < _HELD:
        return data
    cut = data.find(b">", cut) + 1 if cut >= 0 else len(data)
    chunk = data[:cut]
    if odd or b't="e"' in chunk:
        _errors(chunk, found)
    if odd or b"<f" in chunk:
        found.unresolved += sum(1 for _ in NO_RESULT.finditer(chunk))
    if odd or _FAR_HINT.search(chunk):
        found.width = max(found.width, _width(chunk))
    found.hidden += hidden_rows(chunk)
    if b"mergeCell " in chunk:
        found.merged += sum(top != bottom for top, bottom in _MERGED.findall(chunk))
    found.cells += chunk.count(b"</") // 2 if odd else chunk.count(b"</c>")
    last = max(chunk.rfind(b"</v>"), chunk.rfind(b"</t>"), len(chunk) if odd else -1)
    if last >= 0:
        start = 0 if odd else max(chunk.rfind(b"<row ", 0, last), 0)
        rows = _ROW.findall(chunk[start:last])
        found.rows = max(found.rows, int(rows[-1]) if rows else 0)
    return data[cut:]


def hidden_rows(chunk: bytes) -> int:
    """Count rows with cells that are hidden."""
    return sum(1 for _ in _HIDDEN.finditer(chunk)) if b"hidden=" in chunk else 0


def _errors(chunk: bytes, found: Scan) -> None:
    for match in _ERROR.finditer(chunk):
        place, value = _PLACE.search(match[1]), _VALUE.search(match[2])
        if place and int(place[2]) <= MAX_ROWS:
            text = value[1].decode("utf-8", "replace") if value else "error"
            column = column_index(place[1].decode())
            found.errors.append((int(place[2]), column, sys.intern(text)))


def _width(chunk: bytes) -> int:
    """Return how many columns there are, as far as two letters or more name the last one.

    Refuses values far to the right: the table between would not fit in any memory.
    """
    letters = {match[1] for match in _FAR.finditer(chunk)}
    width = max((column_index(each.decode()) + 1 for each in letters), default=0)
    if width > MAX_COLUMNS:
        raise UserError(
            f"The sheet has {width:,} columns; at most {MAX_COLUMNS:,} can be read. "
            "Keep the columns that you need."
        )
    return width
