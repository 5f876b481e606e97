"""Objects of JSON that are all written alike, read by the thousand with arrays of positions.

What stands between the values of one row (names, signs, blanks) is its mould. A row fits where the
very same bytes stand between whole values, so that it can be read in no other way: RFC 8259.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.json_scan import BLANKS, Oddities, decoder_of
from datasets.engine.json_values import MAX_LEVELS, Key, text_of, whole

QUOTE, BACKSLASH, CONTROLS = 0x22, 0x5C, 0x20
PLAIN = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
"""A number that is kept as it is written."""
KNOWN = {"null": None, "true": "true", "false": "false"}
MOST_COLUMNS = 200
"""Wider rows have more in them than a few steps for each column would save."""

Places = np.ndarray


class Unlike(Exception):
    """A value that only the exact reader may judge."""


@dataclass(frozen=True)
class Mould:
    """How a row is written: ``keys`` are its columns, ``parts`` what stands around their values."""

    keys: tuple[Key, ...]
    parts: tuple[bytes, ...]

    @cached_property
    def controls(self) -> int:
        """Return how many control characters, such as line ends, stand between the values."""
        return sum(byte < CONTROLS for part in self.parts for byte in part)


def mould_of(row: bytes) -> Mould | None:
    """Return how an object is written; None where it cannot serve as a pattern for others."""
    text, parts, at = row.decode(), [], 0
    try:
        found = list(_values(text, 0, (), 0))
        whole_row = json.JSONDecoder().raw_decode(text)[1] == len(text)
    except (ValueError, RecursionError, Unlike):
        return None
    if not whole_row or not 0 < len(found) <= MOST_COLUMNS:
        return None
    for _, start, end in found:
        parts.append(text[at:start].encode())
        at = end
    parts.append(text[at:].encode())
    if any(b"\\" in part for part in parts):
        return None
    return Mould(tuple(key for key, _, _ in found), tuple(parts))


def _values(
    text: str, at: int, path: tuple[str, ...], level: int
) -> Iterator[tuple[Key, int, int]]:
    """Yield the columns of the object at a place, and where their values stand."""
    names: set[str] = set()
    decode = json.JSONDecoder().raw_decode
    at = _after(text, at, "{")
    while True:
        name, at = decode(text, at)
        if not isinstance(name, str) or name in names:
            raise Unlike
        names.add(name)
        at = _after(text, at, ":")
        if text[at : at + 1] == "{":
            if level == MAX_LEVELS:
                raise Unlike
            yield from _values(text, at, (*path, name), level + 1)
            end = decode(text, at)[1]
        else:
            end = decode(text, at)[1]
            yield ((*path, name) if path else name), at, end
        at = _past(text, end)
        if text[at : at + 1] == "}":
            return
        at = _after(text, at, ",")


def _past(text: str, at: int) -> int:
    """Step over blanks."""
    while text[at : at + 1] in BLANKS and at < len(text):
        at += 1
    return at


def _after(text: str, at: int, sign: str) -> int:
    """Step over a sign that must stand here, and blanks."""
    if text[at : at + 1] != sign:
        raise Unlike
    return _past(text, at + 1)


@dataclass
class Fitting:
    """Those of some rows that fit a mould, and where the values of each column stand."""

    good: Places
    begins: list[Places]
    ends: list[Places]
    texts: list[Places]


class JsonBlock:
    """Some rows of a file: their bytes, and where quotes and control characters stand."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.buffer = pa.py_buffer(data)
        self.codes = np.frombuffer(data, dtype=np.uint8)
        self.escapes = b"\\" in data
        self._controls = np.flatnonzero(self.codes < CONTROLS)
        self._quotes = np.append(self._open_quotes(), len(data))

    def _open_quotes(self) -> Places:
        """Find the quotes that begin or end a text: those after no odd number of backslashes."""
        quotes = np.flatnonzero(self.codes == QUOTE)
        if not self.escapes:
            return quotes
        if not len(quotes):
            return quotes
        slashes = np.flatnonzero(self.codes == BACKSLASH)
        begins = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
        lengths = np.diff(np.append(begins, len(slashes)))
        escaped = (slashes[begins] + lengths)[lengths % 2 == 1]
        places = quotes.searchsorted(escaped)
        return np.delete(quotes, places[quotes.take(places, mode="clip") == escaped])

    def fit(self, mould: Mould, starts: Places, stops: Places) -> Fitting:
        """Lay a mould over rows, column by column."""
        quotes, parts, last = self._quotes, mould.parts, len(mould.keys) - 1
        found = Fitting(self._controlled(mould, starts, stops), [], [], [])
        found.good &= self._stands(parts[0], starts)
        place = quotes.searchsorted(starts) + parts[0].count(b'"')
        at = starts + len(parts[0])
        for column, part in enumerate(parts[1:]):
            text = self.codes.take(at, mode="clip") == QUOTE
            # The next name begins with the next quote, if this value is no text.
            after = stops - len(part) if column == last else _ahead(quotes, place, part)
            end = np.where(text, quotes.take(place + 1, mode="clip") + 1, after)
            found.good &= (end > at) & self._stands(part, end)
            found.begins.append(at)
            found.ends.append(end)
            found.texts.append(text)
            at, place = end + len(part), place + 2 * text + part.count(b'"')
        found.good &= at == stops
        return found

    def _controlled(self, mould: Mould, starts: Places, stops: Places) -> Places:
        """Say which rows have as many control characters as the mould: then no text has any."""
        controls = self._controls
        return controls.searchsorted(stops) - controls.searchsorted(starts) == mould.controls

    def _stands(self, part: bytes, places: Places) -> Places:
        """Say where these bytes stand."""
        if len(part) > len(self.data):
            return np.zeros(len(places), dtype=bool)
        windows = np.lib.stride_tricks.sliding_window_view(self.codes, len(part))
        inside = np.clip(places, 0, len(windows) - 1)
        same = windows[inside].view(f"V{len(part)}").ravel() == np.void(part)
        return same & (inside == places)

    def column(self, begins: Places, ends: Places, text: Places, odd: Oddities) -> pa.Array:
        """Return the values between some places, as cells; raises ``Unlike``."""
        starts, stops = begins + text, ends - text
        # Every other one is what stands between two values; what is taken is copied at once.
        places = np.empty(2 * len(starts), dtype=np.int32)
        places[0::2], places[1::2] = starts, stops
        both = pa.StringArray.from_buffers(len(places) - 1, pa.py_buffer(places), self.buffer)
        wanted = np.arange(0, len(places), 2, dtype=np.int32)
        found = both.take(pa.array(wanted, mask=starts == stops))
        if self.escapes:
            found = _unescaped(found, text)
        if text.all():
            return found
        if not text.any():
            return _bare(found, odd)
        bare = pa.array(~text)
        return pc.replace_with_mask(found, bare, _bare(found.filter(bare), odd))


def _ahead(quotes: Places, place: Places, part: bytes) -> Places:
    """Return where this part begins if its first quote is the next one."""
    return quotes.take(place, mode="clip") - part.index(b'"')


def _unescaped(cells: pa.Array, text: Places) -> pa.Array:
    """Read the escapes in those cells that are texts."""
    escaped = pc.and_(pc.fill_null(pc.match_substring(cells, "\\"), False), pa.array(text))
    if not pc.any(escaped).as_py():
        return cells
    made = []
    for cell in cells.filter(escaped).to_pylist():
        try:
            value = json.loads(f'"{cell}"')
        except ValueError:
            raise Unlike from None
        made.append(whole(value))
    return pc.replace_with_mask(cells, escaped, pa.array(made, pa.string()))


def _bare(cells: pa.Array, odd: Oddities) -> pa.Array:
    """Return the cells of values that are no texts, each different one judged once."""
    encoded = cells.dictionary_encode()
    plain = pc.match_substring_regex(encoded.dictionary, PLAIN)
    if pc.all(plain).as_py():
        return cells
    made = encoded.dictionary.to_pylist()
    for index in np.flatnonzero(~plain.to_numpy(zero_copy_only=False)):
        cell = made[index]
        if cell in KNOWN:
            made[index] = KNOWN[cell]
            continue
        met = Oddities()
        made[index] = _judged(cell, met)
        times = pc.sum(pc.equal(encoded.indices, pa.scalar(index, pa.int32()))).as_py()
        odd.update({what: count * times for what, count in met.items()})
    return pa.array(made, pa.string()).take(encoded.indices)


def _judged(text: str, odd: Oddities) -> str | None:
    """Read one value as the exact reader does."""
    try:
        value, end = decoder_of(odd).raw_decode(text)
    except (ValueError, RecursionError):
        raise Unlike from None
    if end < len(text) or isinstance(value, dict):
        raise Unlike
    cell = text_of(value)
    return cell and whole(cell)
