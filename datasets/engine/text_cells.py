"""Columns of text as every table may have them: no cell over 1 MB, no NUL."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.bounds import MAX_CELL_BYTES
from segplatform.kernel.errors import UserError

NUL = "\0"


def require_cells(column: pa.Array, name: str, rows: pa.Array) -> None:
    """Refuse a cell of over 1 MB; ``rows`` are the numbers of the rows."""
    if len(_bytes_of(column)) <= MAX_CELL_BYTES:
        return
    lengths = pc.binary_length(column)
    longest = pc.max(lengths)
    if (longest.as_py() or 0) > MAX_CELL_BYTES:
        row = rows[pc.index(lengths, longest).as_py()].as_py()
        raise UserError(
            f"Row {row:,} holds a cell of over 1 MB in “{name[:100]}”; a cell may hold 1 MB. "
            "Shorten it, or leave that column out."
        )


def _bytes_of(column: pa.Array) -> np.ndarray:
    """Return the bytes of all cells together: one look at them does for most columns."""
    _, offsets, data = column.buffers()
    if data is None:
        return np.empty(0, np.uint8)
    kind = np.dtype(np.int64 if pa.types.is_large_string(column.type) else np.int32)
    ends = np.frombuffer(offsets, kind, len(column) + 1, column.offset * kind.itemsize)
    return np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]


def without_nul(column: pa.Array) -> tuple[pa.Array, int]:
    """Drop NUL characters, which no database stores; return in how many cells there were some."""
    if _bytes_of(column).min(initial=1):
        return column, 0
    found = pc.match_substring(column, NUL)
    if not pc.any(found).as_py():
        return column, 0
    return pc.replace_substring(column, NUL, ""), pc.sum(found).as_py()
