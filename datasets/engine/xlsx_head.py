"""The first rows of a sheet: no more of it is unpacked than they take."""

import re
import zipfile

from datasets.engine.bounds import MAX_CELL_BYTES, SAMPLE_CELLS
from datasets.engine.xlsx_cells import moment_text, number_text
from datasets.engine.xlsx_package import Attributes, Sheet, Stop, Workbook, archive, parse
from segplatform.kernel.errors import UserError

SAMPLE_ROWS = 200
MIN_ROWS = 20
MAX_ROWS = 2**20
"""A sheet has no more."""

CELL_TOO_LARGE = "A cell of the workbook holds over 1 MB; it may hold 1 MB."
_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_Cell = tuple[str, str]  # its type letter and raw text
Row = list[str | None]


def head_rows(book: Workbook, sheet: Sheet) -> list[Row]:
    """Return the first rows from row 1 of the sheet on, from its first used column, all as wide.

    Cells are text as ``xlsx_cells`` spells it; empty ones and errors are None.
    """
    reader = _Head(book)
    with archive(book.path) as package:
        parse(package, sheet.part, reader.start, reader.end, reader.text)
        needed = {int(raw) for row in reader.rows for kind, raw in row.values() if kind == "s"}
        texts = _strings(package, book.strings, needed) if needed and book.strings else {}
    rows = [{i: _text(cell, texts) for i, cell in row.items()} for row in reader.rows]
    used = [i for row in rows for i, cell in row.items() if cell is not None]
    if not used:
        return []
    while not any(rows[-1].values()):
        rows.pop()
    return [[row.get(i) for i in range(min(used), max(used) + 1)] for row in rows]


def column_index(letters: str) -> int:
    """Return the 0-based number of a column: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


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
        self._size = 0
        self._reads = self._phonetic = False

    def begin(self) -> None:
        """Forget the cell before."""
        self._parts, self._size = [], 0

    def text(self, text: str) -> None:
        """Take a piece, where it is one of a value."""
        if self._reads:
            self._size += len(text)
            if self._size > MAX_CELL_BYTES:
                raise UserError(CELL_TOO_LARGE)
            self._parts.append(text)


class _Head(_Text):
    """Handlers that collect rows until there are enough."""

    def __init__(self, book: Workbook) -> None:
        super().__init__()
        self.book = book
        self.rows: list[dict[int, _Cell]] = []
        self._cells = 0
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
        elif tag in ("v", "t"):
            self._reads = not self._phonetic

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._reads = False
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "c" and self._parts and self.rows:
            if cell := self._cell("".join(self._parts)):
                self.rows[-1][self._column] = cell
                self._cells += 1
        elif tag == "row" and self._enough():
            raise Stop

    def _row(self, number: str) -> None:
        """Begin a row; rows that the sheet leaves out are empty ones."""
        wanted = int(number) if number.isdigit() else len(self.rows) + 1
        if wanted > MAX_ROWS or (wanted > len(self.rows) + SAMPLE_ROWS and any(self.rows)):
            raise Stop
        self.rows += [{} for _ in range(wanted - len(self.rows))]
        self._column = -1

    def _enough(self) -> bool:
        rows = sum(map(bool, self.rows[-SAMPLE_ROWS:]))
        return rows >= SAMPLE_ROWS or (rows >= MIN_ROWS and self._cells >= SAMPLE_CELLS)

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
            if self._style.isdigit() and int(self._style) in self.book.dates:
                return "t", moment_text(number, self.book.epoch_1904)
            return "t", number_text(number)
        return None if kind == "e" else ("t", plain(raw))


def _strings(package: zipfile.ZipFile, part: str, needed: set[int]) -> dict[int, str]:
    """Read shared texts up to the last one that is needed."""
    reader = _Strings(needed)
    parse(package, part, reader.start, reader.end, reader.text)
    return reader.found


class _Strings(_Text):
    """Handlers that collect the needed shared texts."""

    def __init__(self, needed: set[int]) -> None:
        super().__init__()
        self.needed, self.last = needed, max(needed)
        self.found: dict[int, str] = {}
        self._number = -1

    def start(self, tag: str, _: Attributes) -> None:
        if tag == "si":
            self._number += 1
            self.begin()
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "t":
            self._reads = not self._phonetic and self._number in self.needed

    def end(self, tag: str) -> None:
        if tag == "t":
            self._reads = False
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "si":
            if self._parts:
                self.found[self._number] = plain("".join(self._parts))
            if self._number >= self.last:
                raise Stop
