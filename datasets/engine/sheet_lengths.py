"""Lengths of time in workbooks that calamine reads: 49:00:00, not the second day of 1900.

Its texts are those of dates. Of which kind a cell is only shows where it is asked for as a number;
so that is done for columns of dates that lie where lengths would.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.xlsx_cells import DAY_MS, length_text

_EARLY = r"^(?:1899|190[0-9])-[0-9]{2}-[0-9]{2} "
LOOKED_AT = 5_000
"""A column is of one kind, so that its first cells will do."""
_LENGTH, _MOMENT = "datetime_type: TimeDelta", "datetime_type: DateTime"

Load = Callable[..., Any]
"""Loads the sheet: ``(dtype, rows, columns)``."""


def lengths_told(texts: Sequence[pa.Array], load: Load, origin: int) -> list[pa.Array]:
    """Return the columns of ``texts``, lengths of time written as such."""
    return [
        _told(column, load, origin + place) if _may_be(column) else column
        for place, column in enumerate(texts)
    ]


def _may_be(column: pa.Array) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, _EARLY)).as_py())


def _told(column: pa.Array, load: Load, place: int) -> pa.Array:
    _, refused = load("float", LOOKED_AT, [place]).to_arrow_with_errors()
    details = [error.detail for error in refused.errors] if refused else []
    if any(_MOMENT in each for each in details) or not any(_LENGTH in each for each in details):
        return column
    lengths = load("duration", None, [place]).to_arrow().columns[0].cast(pa.int64())
    spelled = pa.array(
        [None if ms is None else length_text(ms / DAY_MS) for ms in lengths.to_pylist()],
        pa.string(),
    )
    which = pc.and_(pc.match_substring_regex(column, _EARLY), pc.is_valid(spelled))
    return pc.if_else(pc.fill_null(which, False), spelled, column)
