"""The first rows of a sheet: no more of it is unpacked than they take."""

import math
import re
import zipfile

from datasets.engine.bounds import MAX_CELL_BYTES, SAMPLE_CELLS
from datasets.engine.sheet_cells import MAX_ROWS, Cells, column_index
from datasets.engine.xlsx_cells import length_text, moment_text, number_spelled
from datasets.engine.xlsx_package import Attributes, Sheet, Stop, Workbook, archive, parse
from segplatform.kernel.errors import UserError

SAMPLE_ROWS = 200
MIN_ROWS = 20

CELL_TOO_LARGE = "A cell of the workbook holds over 1 MB; it may hold 1 MB."
_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_Cell = tuple[str, str]  # its type letter and raw text
Row = list[str | None]


def head_rows(book: Workbook, sheet: Sheet, cells: Cells | None = None) -> list[Row]:
    """Return the first rows from row 1 of the sheet on, from its first used column, all as wide.

    Of a range of ``cells``, likewise, from its first row and column on.

    Cells are text as ``xlsx_cells`` spells it; empty ones and errors are None.
    """
    reader = _Head(book, cells.top if cells else 1)
    with archive(book.path) as package:
        parse(package, sheet.part, reader.start, reader.end, reader.text)
        needed = {int(raw) for row in reader.rows for kind, raw in row.values() if kind == "s"}
        texts = strings(package, book.strings, needed) if needed and book.strings else {}
    rows = [{i: _text(cell, texts) for i, cell in row.items()} for row in reader.rows]
    if cells:
        rows = [{i: c for i, c in row.items() if cells.holds(cells.top, i)}
                for row in rows[cells.rows()]]  # fmt: skip
    used = [i for row in rows for i, cell in row.items() if cell is not None]
    if not used:
        return []
    while not any(rows[-1].values()):
        rows.pop()
    first = cells.left if cells else min(used)
    last = cells.right if cells and cells.right is not None else max(used)
    return [[row.get(i) for i in range(first, last + 1)] for row in rows]


def _text(cell: _Cell, texts: dict[int, str]) -> str | None:
    kind, raw = cell
    return (texts.get(int(raw)) if kind == "s" else raw) or None


def plain(text: str) -> str:
    """Resolve the spelling of control characters, ``_x000D_``."""
    return _CODE.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


class _Text:
    """The text of one cell, in the pieces that the parser gives; refused as soon as too long."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = self._mark = 0
        self._reads = self._phonetic = self._kept = False

    def begin(self) -> None:
        """Forget the cell before."""
        self._parts, self._size = [], 0

    def begin_text(self, found: Attributes, wanted: bool) -> None:
        """Begin an element of characters; blanks around them mean something where it says so."""
        self._reads, self._mark = wanted and not self._phonetic, len(self._parts)
        self._kept = found.get("xml:space") == "preserve"

    def end_text(self) -> None:
        """Take what an element of characters held."""
        if self._reads and not self._kept:
            self._parts[self._mark :] = ["".join(self._parts[self._mark :]).strip(" \t\r\n")]
        self._reads = False

    def text(self, text: str) -> None:
        """Take a piece, where it is one of a value."""
        if self._reads:
            self._size += len(text)
            if self._size > MAX_CELL_BYTES:
                raise UserError(CELL_TOO_LARGE)
            self._parts.append(text)


class _Head(_Text):
    """Handlers that collect rows until there are enough."""

    def __init__(self, book: Workbook, top: int) -> None:
        super().__init__()
        self.book, self.top = book, top
        self.rows: list[dict[int, _Cell]] = []
        self._cells = self._filled = self._blank = 0
        self._column = -1
        self._kind = self._style = ""

    def start(self, tag: str, found: Attributes) -> None:
        if tag == "row":
            self._row(found.get("r", ""))
        elif tag == "c":
            letters = found.get("r", "").rstrip("0123456789")
            self._column = column_index(letters) if letters else self._column + 1
            self._kind, self._style = found.get("t", "n"), found.get("s", "")
            self.begin()
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "v":
            self._reads = True
        elif tag == "t":
            self.begin_text(found, True)

    def end(self, tag: str) -> None:
        if tag == "v":
            self._reads = False
        elif tag == "t":
            self.end_text()
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "c" and self._parts and len(self.rows) >= self.top:
            if cell := self._cell("".join(self._parts)):
                self.rows[-1][self._column] = cell
                self._cells += 1
        elif tag == "row" and self.rows:
            self._count()

    def _row(self, number: str) -> None:
        """Begin a row; rows that the sheet leaves out are empty ones."""
        wanted = int(number) if number.isdigit() else len(self.rows) + 1
        if wanted > MAX_ROWS or (wanted > len(self.rows) + SAMPLE_ROWS and self._cells):
            raise Stop
        self.rows += [{} for _ in range(wanted - len(self.rows))]
        self._column = -1

    def _count(self) -> None:
        """Stop where there are rows enough, or nothing but empty ones any more."""
        self._blank = 0 if self.rows[-1] else self._blank + 1
        self._filled += bool(self.rows[-1])
        many = self._filled >= MIN_ROWS and self._cells >= SAMPLE_CELLS
        ended = self._filled and self._blank > SAMPLE_ROWS
        if many or ended or self._filled >= SAMPLE_ROWS:
            raise Stop

    def _cell(self, raw: str) -> _Cell | None:
        """Spell a cell; an error is no value."""
        kind = self._kind
        if kind == "s":
            return ("s", raw) if raw.strip().isdigit() else None
        if kind == "b":
            return "t", "true" if raw.strip() in ("1", "true") else "false"
        if kind == "n":
            try:
                number = float(raw)
            except ValueError:
                return "t", raw
            style = int(self._style) if self._style.isdigit() else -1
            if style in self.book.dates:
                return "t", moment_text(number, self.book.epoch_1904)
            return "t", length_text(number) if style in self.book.lengths else number_spelled(raw)
        return None if kind == "e" else ("t", plain(raw))


def strings(package: zipfile.ZipFile, part: str, needed: set[int] | None = None) -> dict[int, str]:
    """Read shared texts up to the last one that is needed (None: all), by their numbers.

    Those without characters are left out.
    """
    reader = _Strings(needed)
    parse(package, part, reader.start, reader.end, reader.text)
    return reader.found


class _Strings(_Text):
    """Handlers that collect the needed shared texts."""

    def __init__(self, needed: set[int] | None) -> None:
        super().__init__()
        self.needed, self.last = needed, max(needed) if needed else math.inf
        self.found: dict[int, str] = {}
        self._number = -1

    def start(self, tag: str, found: Attributes) -> None:
        if tag == "si":
            self._number += 1
            self.begin()
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "t":
            self.begin_text(found, self.needed is None or self._number in self.needed)

    def end(self, tag: str) -> None:
        if tag == "t":
            self.end_text()
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "si":
            if self._parts:
                self.found[self._number] = plain("".join(self._parts))
            if self._number >= self.last:
                raise Stop
