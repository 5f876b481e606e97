"""Numbers of workbooks that calamine reads, with all their digits.

Its texts end at the ninth decimal (https://github.com/ToucanToco/fastexcel/issues/289); the same
cells read as floats say what was there, which is then spelled as in any other workbook.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.xlsx_cells import number_text

_DECIMALS = 9


def exact_numbers(texts: Sequence[pa.Array], floats: Sequence[pa.Array]) -> list[pa.Array]:
    """Return the columns of ``texts``, the numbers in them spelled with all digits of ``floats``.

    A text that is not the rounded number, such as a text cell of digits, stays as it is.
    """
    return [_exact(*pair) for pair in zip(texts, floats, strict=True)]


def _exact(texts: pa.Array, floats: pa.Array) -> pa.Array:
    different = pc.unique(floats.drop_null()).to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore", invalid="ignore"):
        cut = different[np.round(different, _DECIMALS) != different].tolist()
    known = {value: (_rounded(value), number_text(value)) for value in cut}
    known = {value: pair for value, pair in known.items() if pair[0] != pair[1]}
    if not known:
        return texts
    place = pc.index_in(floats, pa.array(list(known), pa.float64()))
    rounded, exact = (
        pa.array([pair[i] for pair in known.values()], pa.string()).take(place) for i in (0, 1)
    )
    return pc.if_else(pc.fill_null(pc.equal(texts, rounded), False), exact, texts)


def _rounded(value: float) -> str:
    """Write a number as calamine's texts have it."""
    return f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
