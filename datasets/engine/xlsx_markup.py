"""What stands between two values of a sheet's XML: understood once for each different spelling."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from datasets.engine.bounds import MAX_COLUMNS
from datasets.engine.sheet_cells import column_index
from datasets.engine.source import Irregular
from datasets.engine.xlsx_scan import NO_RESULT

NUMBER, DATE, SHARED, TEXT, TRIMMED, RESULT, TRUTH, ERROR, LENGTH = range(9)
"""What a value is: RESULT is a formula's text; blanks around a ``TRIMMED`` text mean nothing."""
KINDS = 9
VALUE, WORDS, FORMULA = 1, 2, 3
"""The elements that hold characters: v, t and f."""

_TAG = re.compile(rb'<(/?)(row|c|v|f|is|t)((?:\s+[\w:.]+="[^"<>]*")*)\s*(/?)>')
_ATTRIBUTE = re.compile(rb'\s([\w:.]+)="([^"]*)"')
_PLACE = re.compile(rb"([A-Z]{1,3})(0{1,7})")
_HOLDS = {b"v": VALUE, b"t": WORDS, b"f": FORMULA}
_PATHS = {
    b"v": [b"row", b"c", b"v"], b"t": [b"row", b"c", b"is", b"t"], b"f": [b"row", b"c", b"f"],
}  # fmt: skip
_INSIDE = {b"row": b"", b"c": b"row", b"v": b"c", b"f": b"c", b"is": b"c", b"t": b"is"}
_KINDS = {b"n": NUMBER, b"s": SHARED, b"str": RESULT, b"b": TRUTH, b"e": ERROR}
_TEXTS = (b"str", b"inlineStr")


@dataclass
class Markup:
    """The tags between two values; the digits of row numbers in it are written 0.

    ``closes`` and ``opens`` are the elements of the value before and of the next one. ``row``,
    ``cell`` and ``blank`` are how many bytes before the end the row's number begins in the tag of
    a new row, of a new cell, and of a text without characters, which is a cell all the same.
    """

    closes: int = 0
    opens: int = 0
    row: int = 0
    row_digits: int = 0
    cell: int = 0
    cell_digits: int = 0
    column: int = 0
    kind: int = NUMBER
    goes_on: bool = False
    """A value follows its formula."""
    ends_blank: bool = False
    """A formula is followed by a value without characters."""
    unresolved: int = 0
    blank: int = 0
    blank_digits: int = 0
    blanks: set[int] = field(default_factory=set)


def markup_of(data: bytes, dates: frozenset[int], lengths: frozenset[int] = frozenset()) -> Markup:
    """Read markup by strict rules; ``Irregular`` where only the exact reader may judge."""
    return _Reading(data, dates, lengths).found


class _Reading:
    """Walks through the tags, knowing in which elements it is."""

    def __init__(self, data: bytes, dates: frozenset[int], lengths: frozenset[int]) -> None:
        self.found = Markup(unresolved=sum(1 for _ in NO_RESULT.finditer(data)))
        self._size, self._dates, self._lengths = len(data), dates, lengths
        self._path: list[bytes] = []
        self._kind, self._style, self._fresh, self._holds = b"n", b"0", False, b""
        for place, match in enumerate(_tags(data)):
            name = match[2]
            if match[1]:
                if not place and name in _PATHS:
                    self._path, self.found.closes = list(_PATHS[name]), _HOLDS[name]
                self._end(name, bool(match[3]))
                continue
            self._begin(match)
            if match[4]:
                self._end(name, False)
        self._finish()

    def _begin(self, match: re.Match[bytes]) -> None:
        name = match[2]
        if (self._path[-1] if self._path else b"") != _INSIDE[name]:
            raise Irregular
        self._path.append(name)
        written = list(_ATTRIBUTE.finditer(match[3]))
        found = {m[1]: (m.start(2), m[2]) for m in written}
        if len(found) < len(written):
            raise Irregular
        at, place = found.get(b"r", (0, b""))
        before = self._size - match.start(3) - at
        if name == b"row":
            if not place or place.strip(b"0"):
                raise Irregular
            self.found.row, self.found.row_digits = before, len(place)
        elif name == b"c":
            self._cell(place, before)
            self._kind = found.get(b"t", (0, b"n"))[1]
            self._style = found.get(b"s", (0, b"0"))[1]
        else:
            self._holds = name
        if name == b"t":
            kept = found.get(b"xml:space", (0, b""))[1] == b"preserve"
            self.found.kind = TEXT if kept else TRIMMED

    def _cell(self, place: bytes, before: int) -> None:
        named = _PLACE.fullmatch(place)
        if not named:
            raise Irregular
        self.found.column = column_index(named[1].decode())
        if self.found.column >= MAX_COLUMNS:
            raise Irregular
        self.found.cell, self.found.cell_digits = before - len(named[1]), len(named[2])
        self._fresh, self._holds = True, b""

    def _end(self, name: bytes, odd: bool) -> None:
        if odd or not self._path or self._path.pop() != name:
            raise Irregular
        if name != b"c":
            return
        if self._fresh and self._holds not in (b"", b"f") and self._kind in _TEXTS:
            self.found.blanks.add(self.found.column)
            self.found.blank, self.found.blank_digits = self.found.cell, self.found.cell_digits
        if not self._fresh and self.found.closes == FORMULA and self._holds == b"v":
            self.found.ends_blank = True
        self._fresh, self._holds = False, b""

    def _finish(self) -> None:
        """Say what the next value is."""
        found = self.found
        if not self._path:
            return
        if self._path[-1] not in _HOLDS:
            raise Irregular
        found.opens = _HOLDS[self._path[-1]]
        found.goes_on = not self._fresh
        if found.goes_on:
            if (found.closes, found.opens) != (FORMULA, VALUE):
                raise Irregular
            return
        if found.opens == WORDS:
            if self._kind != b"inlineStr":
                raise Irregular
            return
        if self._kind not in _KINDS or not self._style.isdigit():
            raise Irregular
        found.kind = _KINDS[self._kind]
        if found.kind == NUMBER and int(self._style) in self._dates:
            found.kind = DATE
        elif found.kind == NUMBER and int(self._style) in self._lengths:
            found.kind = LENGTH


def _tags(data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield all tags; anything between or beside them is ``Irregular``."""
    place = 0
    while place < len(data):
        match = _TAG.match(data, place)
        if not match:
            raise Irregular
        yield match
        place = match.end()
