"""Columns of text as every table may have them: no cell over 1 MB, no NUL."""

import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.bounds import MAX_CELL_BYTES
from segplatform.kernel.errors import UserError

NUL = "\0"


def require_cells(column: pa.Array, name: str, rows: pa.Array) -> None:
    """Refuse a cell of over 1 MB; ``rows`` are the numbers of the rows."""
    lengths = pc.binary_length(column)
    longest = pc.max(lengths)
    if (longest.as_py() or 0) > MAX_CELL_BYTES:
        row = rows[pc.index(lengths, longest).as_py()].as_py()
        raise UserError(
            f"Row {row:,} holds a cell of over 1 MB in “{name[:100]}”; a cell may hold 1 MB. "
            "Shorten it, or leave that column out."
        )


def without_nul(column: pa.Array) -> tuple[pa.Array, int]:
    """Drop NUL characters, which no database stores; return in how many cells there were some."""
    found = pc.match_substring(column, NUL)
    if not pc.any(found).as_py():
        return column, 0
    return pc.replace_substring(column, NUL, ""), pc.sum(found).as_py()
