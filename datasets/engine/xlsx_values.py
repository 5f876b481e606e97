"""The values of a sheet's columns, spelled as ``xlsx_cells`` does: each different one once."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.source import Irregular
from datasets.engine.xlsx_blocks import Piece
from datasets.engine.xlsx_cells import (
    DAY_MS,
    PHANTOM,
    SHIFT_1904,
    length_text,
    moment_text,
    number_spelled,
)
from datasets.engine.xlsx_head import plain
from datasets.engine.xlsx_markup import DATE, ERROR, LENGTH, NUMBER, RESULT, SHARED, TRIMMED, TRUTH

_SPELLED = r"^(?:0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9])$"
_SURE_DIGITS = 15
"""Any decimal number of so many digits is the shortest that means its float."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ENTITY = re.compile(r"&(?:#([0-9]{1,7});|#x([0-9A-Fa-f]{1,6});|(lt|gt|amp|quot|apos);)?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ERRORS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA")
)
_CODE = "_x[0-9A-Fa-f]{4}_"
_LAST_DAY = 2_958_466
"""1 January 10000, which no date reaches."""
_DAY_1970, _DAY_SECONDS = 25_569, 86_400
BLANKS = " \t\r\n"
"""What XML takes for white space."""


class Values:
    """Makes whole columns of text from the pieces of a sheet."""

    def __init__(self, shared: pa.Array | None, epoch_1904: bool) -> None:
        self._shared, self._epoch_1904 = shared, epoch_1904
        self.errors: list[tuple[int, int, str]] = []

    def column(self, pieces: Sequence[Piece], rows: int, room: int) -> pa.Array:
        """Return a column of so many rows; raises ``Irregular``, ``MemoryError`` over ``room``."""
        pools: list[pa.Array] = []
        places = np.full(rows, -1, np.int32)
        base = 0
        for kind in sorted({piece.kind for piece in pieces}):
            same = [piece for piece in pieces if piece.kind == kind]
            texts = pa.concat_arrays([piece.texts for piece in same])
            at = np.concatenate([piece.rows for piece in same]) - 1
            if kind == ERROR:
                self._errors(same[0].column, at, texts)
                continue
            pool, index = self._pool(kind, texts)
            places[at] = base + (np.arange(len(pool), dtype=np.int32) if index is None else index)
            pools.append(pool)
            base += len(pool)
        if not pools:
            return pa.nulls(rows, pa.string())
        return _spread(pa.concat_arrays(pools), places, room)

    def _errors(self, column: int, at: Any, texts: pa.Array) -> None:
        if not set(pc.unique(texts).to_pylist()) <= _ERRORS:
            raise Irregular
        found = zip((at + 1).tolist(), texts.to_pylist(), strict=True)
        self.errors += [(row, column, text) for row, text in found]

    def _pool(self, kind: int, texts: pa.Array) -> tuple[pa.Array, Any]:
        """Return different texts and which of them each value is; None for all in order."""
        if kind == SHARED:
            return self._of_shared(texts)
        if kind == TRIMMED:
            texts = pc.ascii_trim(texts, BLANKS)
        if kind not in (NUMBER, DATE, LENGTH, TRUTH):
            return resolved(texts, coded=kind != RESULT), None
        encoded = texts.dictionary_encode()
        spelled = {NUMBER: numbers, DATE: self._moments, LENGTH: _lengths, TRUTH: _truths}[kind]
        return spelled(encoded.dictionary), encoded.indices.to_numpy()

    def _of_shared(self, texts: pa.Array) -> tuple[pa.Array, Any]:
        try:
            index = pc.cast(texts, pa.int32()).to_numpy()
        except pa.ArrowInvalid as error:
            raise Irregular from error
        if self._shared is None or index.min() < 0 or index.max() >= len(self._shared):
            raise Irregular
        return self._shared, index

    def _moments(self, texts: pa.Array) -> pa.Array:
        """Spell day numbers as moments, those of whole seconds all at once."""
        found = texts.to_pylist()
        serials = np.array([_float(text) for text in found])
        days = serials
        if self._epoch_1904:
            days = np.where((serials > 0) & (serials < 1), serials, serials + SHIFT_1904)
        with np.errstate(over="ignore", invalid="ignore"):
            ms = np.rint(days * DAY_MS)
            easy = (days >= PHANTOM) & (days < _LAST_DAY) & (ms % 1000 == 0)
        seconds = np.where(easy, ms // 1000 - _DAY_1970 * _DAY_SECONDS, 0).astype(np.int64)
        moments = pa.Array.from_buffers(
            pa.timestamp("s"), len(seconds), [None, pa.py_buffer(seconds)]
        )
        spelled = pc.cast(moments, pa.string()).to_pylist()
        for place in np.flatnonzero(~easy).tolist():
            spelled[place] = moment_text(float(serials[place]), self._epoch_1904)
        return pa.array(spelled, pa.string())


def numbers(texts: pa.Array) -> pa.Array:
    """Spell numbers with the fewest digits that mean them."""
    sure = pc.less_equal(pc.binary_length(texts), _SURE_DIGITS + 1)
    sure = pc.and_(sure, pc.match_substring_regex(texts, _SPELLED))
    return _changed(texts, pc.invert(sure), _number)


def _number(text: str) -> str:
    _float(text)
    return number_spelled(text)


def _lengths(texts: pa.Array) -> pa.Array:
    return pa.array([length_text(_float(text)) for text in texts.to_pylist()], pa.string())


def _float(text: str) -> float:
    if not _NUMBER.fullmatch(text) or not math.isfinite(number := float(text)):
        raise Irregular
    return number


def _truths(texts: pa.Array) -> pa.Array:
    words = {"1": "true", "0": "false"}
    if not set(texts.to_pylist()) <= set(words):
        raise Irregular
    return pa.array([words[text] for text in texts.to_pylist()], pa.string())


def resolved(texts: pa.Array, *, coded: bool) -> pa.Array:
    """Resolve entities, and where texts are ``coded`` control characters like ``_x000D_``."""
    odd = pc.match_substring(texts, "&")
    if coded and pc.any(pc.match_substring(texts, "_x")).as_py():
        odd = pc.or_(odd, pc.match_substring_regex(texts, _CODE))
    return _changed(texts, odd, lambda text: _plain(_ENTITY.sub(_character, text), coded))


def _plain(text: str, coded: bool) -> str:
    text = plain(text) if coded else text
    if not text.isprintable() and any("\ud800" <= c <= "\udfff" or c == "\0" for c in text):
        raise Irregular
    return text


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    code = int(match[1]) if match[1] else int(match[2] or "0", 16)
    if not 0 < code < 0x110000:
        raise Irregular
    return chr(code)


def _changed(texts: pa.Array, which: pa.Array, change: Callable[[str], str]) -> pa.Array:
    """Change some texts, each different one once."""
    if not pc.any(which).as_py():
        return texts
    encoded = texts.filter(which).dictionary_encode()
    new = pa.array([change(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return pc.replace_with_mask(texts, which, new.take(encoded.indices))


def _spread(pool: pa.Array, places: Any, room: int) -> pa.Array:
    """Return the text at each place of the pool, null for -1."""
    lengths = pc.binary_length(pool).to_numpy()
    valid = places >= 0
    if int(lengths[places[valid]].sum(dtype=np.int64)) > room:
        raise MemoryError
    bits = None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
    index = pa.Array.from_buffers(pa.int32(), len(places), [bits, pa.py_buffer(places)])
    return pool.take(index)
