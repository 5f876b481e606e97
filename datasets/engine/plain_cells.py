"""Cells in the commonest spellings as typed values, by Arrow: a query costs more than its rows.

Only what Arrow reads as DuckDB does is converted here (``test_plain_cells`` compares the two); for
anything else the answer is None, and DuckDB is asked.
"""

import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.kinds import Kind, Number
from datasets.engine.moments import Moment
from datasets.engine.numbers import Numbers

_MOMENTS = Moment("date", "%Y-%m-%d"), Moment("datetime", "iso")


def plain_values(texts: pa.Array, kind: Kind, type_: pa.DataType) -> pa.Array | None:
    """Return texts (without nulls) as values of ``type_``; None unless all of them are such."""
    number = isinstance(kind, Number) and kind.numbers == Numbers() and not kind.lenient
    if not number and kind not in _MOMENTS:
        return None
    cells = pc.ascii_trim(texts, " \t")
    if pc.all(pc.match_substring_regex(cells, rf"\A(?:{kind.pattern})\z")).as_py() is False:
        return None
    if kind.type == "integer" and pc.any(pc.match_substring(cells, ".")).as_py():
        cells = pc.replace_substring_regex(cells, r"\.0*\z", "")
    try:
        values = cells.cast(type_)
    except pa.ArrowInvalid:  # such as 30 February
        return None
    if kind.type == "float" and pc.all(pc.is_finite(values)).as_py() is False:
        return None
    return values
