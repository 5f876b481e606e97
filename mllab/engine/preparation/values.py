"""Columns as arrays: numbers as float64, texts as codes of their levels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from datasets.engine.types import ColumnType

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

Kind = Literal["number", "boolean", "date", "category"]
_KINDS: dict[ColumnType, Kind] = {
    "text": "category",
    "boolean": "boolean",
    "date": "date",
    "datetime": "date",
}

_LONG_DIGITS = 18
"""Decimals of so many digits are one 64-bit number, the lower half of Arrow's 128 bits."""


@dataclass(frozen=True)
class Values:
    """One column of n rows.

    ``array`` (n,) is float64 with NaN where missing (infinite counts as missing): numbers as they
    are, booleans 0 or 1, dates as days since 1970. Of a category it is int32, the place of each
    value in ``levels``, −1 where missing.
    """

    kind: Kind
    array: "NDArray[Any]"
    levels: tuple[str, ...] = ()

    @property
    def present(self) -> "Mask":
        """Say which rows have a value (n,)."""
        import numpy as np

        return self.array >= 0 if self.kind == "category" else np.isfinite(self.array)

    def take(self, rows: "Mask | None") -> "Values":
        """Keep some rows; None: all of them."""
        return self if rows is None else Values(self.kind, self.array[rows], self.levels)


Table = Mapping[str, Values]
"""Columns by name, all of the same length; each may be read only when it is asked for."""


def values_from_arrow(column: Any, kind: ColumnType) -> Values:
    """Read an Arrow array (chunked or not) of a column of this type."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    known, whole = kind_of(kind), column
    if isinstance(column, pa.ChunkedArray):
        whole = column.combine_chunks()
    if known == "category":
        return _category(whole)
    if known == "date":
        whole = pc.cast(pc.cast(whole, pa.timestamp("us")), pa.int64())
    array = _decimals(whole) if pa.types.is_decimal128(whole.type) else _floats(whole)
    if known == "date":
        array /= 86_400e6
    array[~np.isfinite(array)] = np.nan
    return Values(known, array)


def kind_of(kind: ColumnType) -> Kind:
    """Return what a column of this type is for preparing."""
    return _KINDS.get(kind, "number")


def _floats(whole: Any) -> "Floats":
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pc.fill_null(pc.cast(whole, pa.float64(), safe=False), np.nan)
    return np.array(numbers.to_numpy(), dtype=np.float64)


def _decimals(whole: Any) -> "Floats":
    """Return the nearest floats of decimals: Arrow's own cast multiplies and is one bit off."""
    import numpy as np

    if whole.type.precision > _LONG_DIGITS or not len(whole):
        return _floats(whole)
    halves = np.frombuffer(whole.buffers()[1], np.dtype("<i8"))
    low = halves[2 * whole.offset : 2 * (whole.offset + len(whole)) : 2]
    array: Floats = low / 10.0**whole.type.scale
    array[np.asarray(whole.is_null())] = np.nan
    return array


def _category(whole: Any) -> Values:
    import numpy as np

    encoded = whole.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return Values("category", codes, tuple(encoded.dictionary.to_pylist()))
