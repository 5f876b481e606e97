"""What a column of a Parquet file becomes: its Arrow type as one of ours, its values unchanged."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.types import ColumnType

DECIMAL = pa.decimal128(18, 4)
SAFE_DIGITS = 15
"""Numbers of more digits than a float holds are kept as text, as in every other file."""


@dataclass(frozen=True)
class Native:
    """How a column arrives: ``type`` is ours, ``note`` says to a person what was changed."""

    type: ColumnType
    convert: Callable[[pa.Array], pa.Array]
    note: str = ""


def settled(kind: pa.DataType) -> Native | None:
    """Return what this type becomes whatever its values are; None where they decide."""
    if pa.types.is_dictionary(kind):
        return settled(kind.value_type)
    simple = _simple(kind)
    if simple:
        return simple
    if pa.types.is_timestamp(kind):
        note = "times with a zone were moved to UTC." if kind.tz else ""
        return Native("datetime", _moments, note)
    if pa.types.is_duration(kind) or pa.types.is_interval(kind):
        return Native("text", _described, "lengths of time were written as text.")
    if pa.types.is_nested(kind):
        return Native("text", _json, "nested values were written as JSON.")
    if pa.types.is_decimal(kind) and kind.scale <= 4 and kind.precision - kind.scale <= 14:
        return Native("decimal", _cast(DECIMAL))
    return None


def _simple(kind: pa.DataType) -> Native | None:
    """Settle the types that hold one plain value, most of them by a cast."""
    if pa.types.is_boolean(kind):
        return Native("boolean", _cast(pa.bool_()))
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return Native("integer", _cast(pa.int64()))
    if pa.types.is_floating(kind):
        return Native("float", _finite)
    if pa.types.is_date(kind):
        return Native("date", lambda values: values.cast(pa.date32(), safe=False))
    if pa.types.is_time(kind):
        return Native("text", _cast(pa.string()))
    if pa.types.is_null(kind) or is_text(kind):
        return Native("text", as_texts)
    if isinstance(kind, pa.UuidType):
        return Native("text", lambda values: _described(values.cast(kind)))
    if isinstance(kind, pa.BaseExtensionType):
        return settled(kind.storage_type)
    return None


def is_text(kind: pa.DataType) -> bool:
    """Say whether values are texts, in any of Arrow's layouts."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def is_binary(kind: pa.DataType) -> bool:
    """Say whether values are bytes, which may be texts all the same."""
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


class Open:
    """A column that only all of its values decide: large numbers, and bytes that may be text."""

    def __init__(self, kind: pa.DataType) -> None:
        self.kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        self._fits = {name: True for name in ("integer", "decimal", "float", "text")}

    def look(self, values: pa.Array) -> None:
        """Strike out what these values refute."""
        if is_binary(self.kind):
            self._try("text", lambda: values.cast(pa.large_binary()).cast(pa.large_string()))
            return
        self._fits["decimal"] &= not pa.types.is_integer(self.kind)
        self._try("integer", lambda: values.cast(pa.int64()))
        self._try("decimal", lambda: values.cast(DECIMAL))
        largest = pc.max(pc.abs(values.cast(pa.float64(), safe=False))).as_py() or 0
        self._fits["float"] &= largest < 10**SAFE_DIGITS

    def _try(self, name: str, convert: Callable[[], object]) -> None:
        if self._fits[name]:
            try:
                convert()
            except pa.ArrowInvalid:
                self._fits[name] = False

    def decided(self) -> Native | None:
        """Return what the column is; None where it is bytes that are no text."""
        if is_binary(self.kind):
            return Native("text", as_texts) if self._fits["text"] else None
        if self._fits["integer"]:
            return Native("integer", _cast(pa.int64()))
        if self._fits["decimal"]:
            return Native("decimal", _cast(DECIMAL))
        if self._fits["float"]:
            # Arrow's own cast multiplies, which changes the last digit; the text of it is exact.
            return Native(
                "float", lambda values: values.cast(pa.string()).cast(pa.float64()),
                "its amounts have over four decimals.",
            )  # fmt: skip
        return Native("text", as_texts, f"numbers of over {SAFE_DIGITS} digits stay text.")


def plain(values: pa.Array) -> pa.Array:
    """Write a dictionary's values out."""
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values


def _cast(kind: pa.DataType) -> Callable[[pa.Array], pa.Array]:
    return lambda values: values.cast(kind)


def as_texts(values: pa.Array) -> pa.Array:
    """Write values as text; an empty text is none."""
    if pa.types.is_fixed_size_binary(values.type):
        values = values.cast(pa.binary())
    text = values.cast(pa.string())
    empty = pc.equal(text, "")
    if pc.any(empty).as_py():
        text = pc.if_else(empty, pa.scalar(None, pa.string()), text)
    return text


def _finite(values: pa.Array) -> pa.Array:
    numbers = values.cast(pa.float64())
    finite = pc.is_finite(numbers)
    if pc.all(finite).as_py() is False:
        numbers = pc.if_else(finite, numbers, pa.scalar(None, pa.float64()))
    return numbers


def _moments(values: pa.Array) -> pa.Array:
    """Write moments in microseconds; Arrow keeps those with a zone in UTC."""
    plain = values.cast(pa.timestamp(values.type.unit)) if values.type.tz else values
    return plain.cast(pa.timestamp("us"), safe=False)


def nanoseconds(values: pa.Array) -> int:
    """Count moments that microseconds cannot hold."""
    if not pa.types.is_timestamp(values.type) or values.type.unit != "ns":
        return 0
    counted = values.cast(pa.int64()).drop_null().to_numpy()
    return int((counted % 1_000 != 0).sum())


def _described(values: pa.Array) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in values.to_pylist()])


def _json(values: pa.Array) -> pa.Array:
    made = (
        None if value is None else json.dumps(value, ensure_ascii=False, default=_plain)
        for value in values.to_pylist(maps_as_pydicts="lossy")
    )
    return pa.array(list(made), pa.string())


def _plain(value: object) -> str:
    """Write what JSON has no word for: decimals, dates, bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
