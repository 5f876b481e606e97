"""The values of a sheet's XML, found by numpy: what is written unusually is ``Irregular``."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.bounds import MAX_CELL_BYTES
from datasets.engine.sheet_cells import MAX_ROWS
from datasets.engine.source import Irregular
from datasets.engine.xlsx_edges import (
    Bytes,
    Ints,
    int32_array,
    masked,
    value_edges,
    value_parts,
)
from datasets.engine.xlsx_markup import FORMULA, KINDS, RESULT, Markup, markup_of

MAX_SPELLINGS, MAX_SPELLED = 20_000, 2**22
"""So many different pieces of markup, or so many bytes in them, are no table."""
_KEEP = np.array([(1 << 8 * digits) - 1 for digits in range(8)], np.uint64)
"""Which of eight bytes are digits."""
_FIELDS = (
    *("closes", "opens", "row", "row_digits", "cell", "cell_digits", "column", "kind"),
    *("goes_on", "ends_blank", "unresolved", "blank", "blank_digits"),
)


@dataclass
class Piece:
    """Values of one column and one kind, with the numbers of their rows."""

    column: int
    kind: int
    texts: pa.Array
    rows: Ints


@dataclass
class Found:
    """What one block holds: its ``first`` and ``last`` row with a value; ``rows`` is the last row
    and ``columns`` are all columns that are used, if only by a text without characters."""

    first: int = 0
    last: int = 0
    rows: int = 0
    cells: int = 0
    unresolved: int = 0
    columns: set[int] = field(default_factory=set)
    pieces: list[Piece] = field(default_factory=list)


class Spellings:
    """All markup that was met; many threads may ask."""

    def __init__(self, dates: frozenset[int], lengths: frozenset[int] = frozenset()) -> None:
        self._dates, self._lengths = dates, lengths
        self._known: dict[bytes, Markup] = {}
        self._size = 0
        self._lock = Lock()

    def of(self, spelled: Iterable[bytes]) -> list[Markup]:
        """Return what each piece means; raises ``Irregular``."""
        found = []
        for each in spelled:
            markup = self._known.get(each)
            if markup is None:
                with self._lock:
                    self._size += len(each)
                    if len(self._known) >= MAX_SPELLINGS or self._size > MAX_SPELLED:
                        raise Irregular
                    markup = self._known[each] = markup_of(each, self._dates, self._lengths)
            found.append(markup)
        return found


def block_values(data: bytes, spellings: Spellings) -> Found:
    """Read whole rows of a sheet; raises ``Irregular``."""
    raw = np.frombuffer(data, np.uint8)
    edges = value_edges(data, raw) if data else ()
    if not len(edges):
        if b"<v" in data or b"<t" in data:
            raise Irregular
        return Found()
    offsets = np.empty(len(edges) + 2, np.int32)
    offsets[0], offsets[1:-1], offsets[-1] = 0, edges, len(raw)
    codes, markups = _spelled(raw, offsets, spellings)
    return _Block(data, raw, offsets, codes, markups).found()


def _spelled(raw: Bytes, offsets: Ints, spellings: Spellings) -> tuple[Any, list[Markup]]:
    """Return for each piece of markup which spelling it is, and what each of these means."""
    both = value_parts(offsets, masked(raw))
    every_other = np.arange(0, len(offsets) - 1, 2, dtype=np.int32)
    encoded = both.take(int32_array(every_other)).dictionary_encode()
    return encoded.indices.to_numpy().astype(np.intp), spellings.of(encoded.dictionary.to_pylist())


class _Block:
    """The values of one block on the way to pieces."""

    def __init__(
        self, data: bytes, raw: Bytes, offsets: Ints, codes: Any, markups: list[Markup]
    ) -> None:
        self._data, self._raw, self._offsets = data, raw, offsets
        self._codes, self._markups = codes, markups
        self._table = {
            name: np.array([getattr(each, name) for each in markups], np.int32) for name in _FIELDS
        }
        self._ends = offsets[1::2]  # of each piece of markup

    def _each(self, name: str) -> Any:
        return self._table[name].take(self._codes)

    def _any(self, name: str) -> bool:
        return bool(self._table[name].any())

    def found(self) -> Found:
        """Check places, and sort the values by column and kind."""
        opens, closes = self._each("opens"), self._each("closes")
        if closes[0] or opens[-1] or (opens[:-1] != closes[1:]).any():
            raise Irregular
        begins = self._each("row")[:-1] != 0
        goes_on = self._each("goes_on")[:-1] != 0
        columns, kinds = self._each("column")[:-1], self._each("kind")[:-1]
        if self._any("goes_on"):
            results = np.flatnonzero(goes_on)
            columns[results], kinds[results] = columns[results - 1], kinds[results - 1]
        if not ((columns[1:] > columns[:-1]) | begins[1:] | goes_on[1:]).all():
            raise Irregular
        rows = self._rows(begins, goes_on)
        found = Found(int(rows[0]), int(rows[-1]))
        if self._any("unresolved"):
            found.unresolved = int(self._each("unresolved").sum())
        self._blanks(found, rows, columns, kinds)
        kept = np.flatnonzero(opens[:-1] != FORMULA).astype(np.int32)
        found.cells = len(kept)
        if len(kept):
            keys = (columns * KINDS + kinds).astype(np.int16)
            self._pieces(found, kept, rows, keys)
        return found

    def _rows(self, begins: Any, goes_on: Any) -> Any:
        """Return the row of each value; its cell must name that row, and rows must rise."""
        begun = np.flatnonzero(begins)
        if not len(begun) or begun[0] != 0:
            raise Irregular
        at = self._ends[begun] - self._each("row")[begun]
        digits = self._each("row_digits")[begun]
        numbers = self._numbers(at, digits)
        if (np.diff(numbers) <= 0).any():
            raise Irregular
        lengths = np.diff(begun, append=len(begins))
        meant = np.repeat(self._words(at, digits), lengths)
        fresh = np.flatnonzero(~goes_on) if self._any("goes_on") else slice(0, len(begins))
        before = self._each("cell")[fresh]
        named = self._words(self._ends[fresh] - before, self._each("cell_digits")[fresh])
        if not before.all() or (named != meant[fresh]).any():
            raise Irregular
        return np.repeat(numbers, lengths)

    def _words(self, at: Any, digits: Any) -> Any:
        """Return up to seven bytes from each place on as one number."""
        view = np.ndarray((len(self._raw) - 7,), "<u8", self._data, strides=(1,))
        return view[at] & _KEEP.take(digits)

    def _numbers(self, at: Any, digits: Any) -> Any:
        """Return the numbers of rows that are written at these places."""
        numbers = np.zeros(len(at), np.int32)
        for place in range(int(digits.max())):
            within = place < digits
            digit = self._raw[at + place * within] - np.uint8(48)
            if (digit[within] > 9).any():
                raise Irregular
            numbers = np.where(within, numbers * 10 + digit, numbers)
        if (numbers > MAX_ROWS).any():
            raise Irregular
        return numbers

    def _blanks(self, found: Found, rows: Any, columns: Any, kinds: Any) -> None:
        """Note texts without characters: a sheet ends where the last of them is."""
        for markup in self._markups:
            found.columns |= markup.blanks
        if self._any("blank"):
            begun = np.flatnonzero(self._each("blank"))
            last = begun[-1:]
            at = self._ends[last] - self._each("blank")[last]
            found.rows = int(self._numbers(at, self._each("blank_digits")[last])[0])
        if not self._any("ends_blank"):
            return
        ended = np.flatnonzero(self._each("ends_blank")) - 1
        ended = ended[kinds[ended] == RESULT]
        if len(ended):
            found.columns |= set(np.unique(columns[ended]).tolist())
            found.rows = max(found.rows, int(rows[ended[-1]]))

    def _pieces(self, found: Found, kept: Ints, rows: Any, keys: Any) -> None:
        """Sort values by column and kind, those of one in the order of their rows."""
        order = kept[np.argsort(keys[kept], kind="stable")]
        texts = value_parts(self._offsets, self._data).take(int32_array(2 * order + 1))
        texts = texts.view(pa.string())
        if (pc.max(pc.binary_length(texts)).as_py() or 0) > MAX_CELL_BYTES:
            raise Irregular
        found.rows = max(found.rows, int(rows[kept[-1]]))
        rows, keys = rows[order], keys[order]
        cuts = [0, *(np.flatnonzero(np.diff(keys)) + 1).tolist(), len(order)]
        for start, stop in pairwise(cuts):
            column, kind = divmod(int(keys[start]), KINDS)
            found.columns.add(column)
            found.pieces.append(Piece(column, kind, texts[start:stop], rows[start:stop]))
