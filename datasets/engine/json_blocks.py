"""JSON a few megabytes at a time: rows that are written alike at once, each other one by itself.

The rows of a file mostly have one mould (``json_regular``), or a few: where a name is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from datasets.engine.json_regular import JsonBlock, Mould, Places, Unlike, mould_of
from datasets.engine.json_scan import JsonText, Oddities, decoder_of
from datasets.engine.json_values import Key

BLOCK = 2**22
"""So many characters are looked at together."""
FEW = 16
"""Fewer rows of one mould are read one by one."""
NEW_MOULDS = 4
"""So many are tried for each block, beside those that are known."""
MOST_MOULDS = 16
MOST_PAUSE = 16
"""So many blocks are read row by row at most before moulds are tried again."""

_JOINT = re.compile(rb"\}[ \t\r\n]*,[ \t\r\n]*\{")


@dataclass
class Alike:
    """Rows with the same names in the same order: their numbers in the block, and columns."""

    rows: Places
    keys: tuple[Key, ...]
    columns: list[pa.Array]
    escaped: bool
    """Whether there may be NUL in them: as a character of its own it is no JSON."""

    def before(self, row: int) -> "Alike":
        """Return those before a row."""
        count = int(self.rows.searchsorted(row))
        columns = [each.slice(0, count) for each in self.columns]
        return Alike(self.rows[:count], self.keys, columns, self.escaped)


@dataclass
class Rows:
    """Rows that follow each other: those that are alike, and the ``single`` ones as values.

    ``odd`` is what JSON leaves open in those that are alike.
    """

    count: int
    alike: list[Alike] = field(default_factory=list)
    single: list[tuple[int, Any, str]] = field(default_factory=list)
    odd: Oddities = field(default_factory=Oddities)

    def cut(self, row: int) -> None:
        """Keep those before a row; none if it is not known which of them were odd."""
        self.count = 0 if self.odd else row
        self.single = self.single if self.count else []
        self.alike = [each.before(self.count) for each in self.alike if each.rows[0] < self.count]


Found = tuple[Any, str] | Rows


class JsonBlocks:
    """Reads the rows of one file; what JSON leaves open is counted in ``odd``."""

    def __init__(self, odd: Oddities) -> None:
        self._odd = odd
        self._moulds: list[Mould] = []
        self._pause = self._failed = 0

    def lines(self, text: JsonText) -> Iterator[Found]:
        """Yield the rows of JSON lines."""
        number = 1
        while piece := text.line_block(BLOCK, number):
            data = piece.encode()
            if b"\r" in data:
                data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == 0x0A)
            if not data.endswith(b"\n"):
                ends = np.append(ends, len(data))
            starts = np.concatenate([[0], ends[:-1] + 1])
            number += len(ends)
            rows, rest = self._rows(data, starts, ends)
            self._odd.update(rows.odd)
            for row in rest:
                line = data[starts[row] : ends[row]].decode()
                rows.single.append((int(row), *text.line_value(line)))
            yield rows

    def elements(self, text: JsonText) -> Iterator[Found]:
        """Yield the elements of an array, whose ``[`` comes next."""
        text.take("[")
        if text.peek() == "]":
            text.take("]")
            return
        exact_until = 0
        while True:
            if text.place >= exact_until:
                rows, exact_until = self._together(text)
                if rows.count:
                    yield rows
                    continue
            yield text.value()
            if text.take(",]") == "]":
                return
            text.peek()

    def _together(self, text: JsonText) -> tuple[Rows, int]:
        """Read elements up to the last one that is surely whole.

        Also return up to which character the next ones are better read one by one.
        """
        ahead = text.ahead(BLOCK)
        data = ahead.encode()
        begins, ends = _joints(data)
        if len(begins) < FEW:
            return Rows(0), text.place + len(ahead) // 2
        starts, stops = np.concatenate([[0], ends[:-1]]), begins
        rows, rest = self._rows(data, starts, stops)
        end = self._singly(data, starts, stops, rows, rest)
        until = text.place + _characters(data, ends[-1], ahead)
        if rows.count:
            text.skip(_characters(data, ends[rows.count - 1], ahead))
        return rows, until if end else 0

    def _singly(self, data: bytes, starts: Places, stops: Places, rows: Rows, rest: Places) -> bool:
        """Read the ``rest`` one by one; say whether one is no whole element.

        Then the block ends before it: a joint in there may lie within an element.
        """
        odd, met = Oddities(), Oddities()
        decode = decoder_of(met).raw_decode
        whole = True
        for row in map(int, rest):
            met.clear()
            try:
                written = data[starts[row] : stops[row]].decode()
                value, end = decode(written)
                whole = end == len(written)
            except (ValueError, RecursionError):
                whole = False
            if not whole:
                rows.cut(row)
                break
            odd.update(met)
            rows.single.append((row, value, written))
        if rows.count:
            self._odd.update(odd)
            self._odd.update(rows.odd)
        return not whole

    def _rows(self, data: bytes, starts: Places, stops: Places) -> tuple[Rows, Places]:
        """Read the rows that have a mould; return them, and which are left."""
        rows, left = Rows(len(starts)), np.arange(len(starts))
        if self._pause:
            self._pause -= 1
            return rows, left
        block = JsonBlock(data)
        for mould in list(self._moulds):
            left = self._pour(block, mould, starts, stops, left, rows)
        left = self._learn(block, starts, stops, left, rows)
        rows.alike.sort(key=lambda each: -len(each.rows))
        self._failed = self._failed + 1 if len(left) > len(starts) // 2 else 0
        self._pause = min(2**self._failed, MOST_PAUSE) if self._failed else 0
        return rows, left

    def _learn(
        self, block: JsonBlock, starts: Places, stops: Places, left: Places, rows: Rows
    ) -> Places:
        """Take the first rows that are left as moulds for the others."""
        for turn in range(NEW_MOULDS):
            if len(left) < FEW or len(self._moulds) >= MOST_MOULDS:
                break
            row = left[turn * (len(left) - 1) // NEW_MOULDS]
            mould = mould_of(block.data[starts[row] : stops[row]])
            if mould is None or mould in self._moulds:
                continue
            before = len(left)
            left = self._pour(block, mould, starts, stops, left, rows)
            if len(left) < before:
                self._moulds.append(mould)
        return left

    def _pour(
        self,
        block: JsonBlock,
        mould: Mould,
        starts: Places,
        stops: Places,
        left: Places,
        rows: Rows,
    ) -> Places:
        """Read those of some rows that have this mould; return the others."""
        if len(left) < FEW:
            return left
        fit = block.fit(mould, starts[left], stops[left])
        if np.count_nonzero(fit.good) < FEW:
            return left
        odd = Oddities()
        try:
            columns = [
                block.column(begins[fit.good], ends[fit.good], texts[fit.good], odd)
                for begins, ends, texts in zip(fit.begins, fit.ends, fit.texts, strict=True)
            ]
        except Unlike:
            return left
        rows.odd.update(odd)
        rows.alike.append(Alike(left[fit.good], mould.keys, columns, block.escapes))
        return left[~fit.good]


def _joints(data: bytes) -> tuple[Places, Places]:
    """Return where elements seem to end and the next ones to begin, all joined as the first two."""
    first = _JOINT.search(data)
    if not first:
        return np.array([], dtype=np.int64), np.array([], dtype=np.int64)
    joint = np.frombuffer(first[0], dtype=np.uint8)
    codes = np.frombuffer(data, dtype=np.uint8)
    begins = np.flatnonzero(codes[len(joint) - 1 :] == joint[-1])
    for place, code in enumerate(joint[:-1]):
        begins = begins[codes[begins + place] == code]
    return begins + 1, begins + len(joint) - 1


def _characters(data: bytes, place: int, text: str) -> int:
    """Return which character begins at a byte of a text's UTF-8."""
    return int(place) if len(data) == len(text) else len(data[:place].decode())
