"""Where the values in a part of a workbook's XML begin and end, found by looks at all its bytes."""

from threading import local
from typing import Any

import numpy as np
import pyarrow as pa

from datasets.engine.source import Irregular

_LT, _GT, _ZERO, _A = b"<>0A"
Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Ints = np.ndarray[Any, np.dtype[np.int32]]


def int32_array(values: Any) -> pa.Array:
    """Wrap numbers without a copy."""
    return pa.Array.from_buffers(pa.int32(), len(values), [None, pa.py_buffer(values)])


class _Space(local):
    """Memory that one thread uses again and again: new pages cost more than the work in them."""

    def __init__(self) -> None:
        self._held: list[Bytes] = []
        self._places = int32_array(np.empty(0, np.int32))

    def places(self, size: int) -> pa.Array:
        """Return the numbers from 0 on, so many."""
        if len(self._places) < size:
            self._places = int32_array(np.arange(size + size // 8, dtype=np.int32))
        return self._places[:size]

    def of(self, size: int) -> list[Bytes]:
        """Return some arrays of bytes of this size, of any content."""
        if not self._held or len(self._held[0]) < size:
            self._held = [np.empty(size + size // 8, np.uint8) for _ in range(6)]
        return [each[:size] for each in self._held]


_SPACE = _Space()


def value_edges(data: bytes, raw: Bytes) -> Any:
    """Return where values begin and end, in turns; raises ``Irregular``."""
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as error:
            raise Irregular from error
    opens, closes, differ, *_ = (each.view(np.bool_) for each in _SPACE.of(len(raw)))
    np.less(raw, 32, out=opens)
    if opens.any() and not np.isin(raw[opens], (9, 10)).all():
        raise Irregular
    np.equal(raw, _LT, out=opens)
    np.equal(raw, _GT, out=closes)
    np.not_equal(closes[:-1], opens[1:], out=differ[1:])
    differ[0] = False
    edges = _where(differ)
    # A ">" among characters, or characters outside of all values, break the turns.
    if len(edges) % 2 or not (closes[edges[::2] - 1].all() and opens[edges[1::2]].all()):
        raise Irregular
    return edges


def _where(which: Any) -> Ints:
    """Return the places that are true, as ``numpy.flatnonzero`` does, in half the time."""
    bits = pa.py_buffer(np.packbits(which, bitorder="little"))
    chosen = pa.Array.from_buffers(pa.bool_(), len(which), [None, bits])
    return _SPACE.places(len(which)).filter(chosen).to_numpy()


def value_parts(offsets: Ints, data: Any) -> pa.Array:
    """Cut data into pieces, in turns markup and values, without a copy."""
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.binary(), len(offsets) - 1, buffers)


def masked(raw: Bytes) -> Bytes:
    """Write 0 for the digits after capital letters and after ``r="``: the numbers of rows."""
    digit, run, two, four, some, more = _SPACE.of(len(raw))
    np.subtract(raw, _ZERO, out=digit)
    np.less(digit, 10, out=digit.view(np.bool_))
    np.subtract(raw, _A, out=some)
    np.less(some, 26, out=some.view(np.bool_))
    run[0] = 0
    np.bitwise_and(digit[1:], some[:-1], out=run[1:])
    some[3:] = digit[3:]
    for place, char in enumerate(b'r="'):
        np.equal(raw, char, out=more.view(np.bool_))
        np.bitwise_and(some[3:], more[place : place - 3], out=some[3:])
    np.bitwise_or(run[3:], some[3:], out=run[3:])
    # A run of up to eight digits, by doubling.
    np.bitwise_and(digit[1:], digit[:-1], out=two[1:])
    two[0] = 0
    np.bitwise_and(two[2:], two[:-2], out=four[2:])
    four[:2] = 0
    for step, within in ((1, digit), (2, two), (4, four)):
        np.bitwise_and(run[:-step], within[step:], out=some[step:])
        np.bitwise_or(run[step:], some[step:], out=run[step:])
    # The lower half of a digit's byte is its value.
    np.multiply(run, 15, out=run)
    np.invert(run, out=run)
    return np.bitwise_and(raw, run, out=run)
