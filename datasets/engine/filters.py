"""Filters by value: checked against the column's type, then SQL with bound parameters."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from datasets.engine.duck import identifier
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError

MAX_FILTERS = 20
MAX_CHARACTERS = 1000  # of one value
MAX_CHOICES = 1000  # of one "in"
MAX_DIGITS = 28  # before or after the point; DuckDB's decimals end at 38 in all

NO_VALUE = ("is_missing", "not_missing")
ORDERED = ("equals", "not_equals", "greater", "less", "between", "in", *NO_VALUE)
OPS: dict[str, tuple[str, ...]] = {
    "text": ("contains", "equals", "not_equals", "in", *NO_VALUE),
    "integer": ORDERED,
    "decimal": ORDERED,
    "float": ORDERED,
    "boolean": ("equals", "not_equals", *NO_VALUE),
    "date": ORDERED,
    "datetime": ORDERED,
}
LABELS = {
    "contains": "contains",
    "equals": "is",
    "not_equals": "is not",
    "greater": "is more than",
    "less": "is less than",
    "between": "is between",
    "in": "is one of",
    "is_missing": "is missing",
    "not_missing": "is not missing",
}
DATE_LABELS = {**LABELS, "greater": "is after", "less": "is before"}
BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Filter:
    """One condition on one column; ``values`` are as typed, dates and times in ISO form.

    None for ``is_missing`` and ``not_missing``, two for ``between``, any for ``in``, else one.
    """

    column: str
    op: str
    values: tuple[str, ...] = ()


def op_label(op: str, column_type: str) -> str:
    """Return the words for ``op`` on a column of this type."""
    return (DATE_LABELS if column_type in ("date", "datetime") else LABELS)[op]


def where(filters: Sequence[Filter], columns: Sequence[Column]) -> tuple[str, list[Any]]:
    """Return ``("WHERE …" or "", parameters)``; raises ``UserError`` for what does not fit."""
    if len(filters) > MAX_FILTERS:
        raise UserError(f"At most {MAX_FILTERS} filters work together; remove some.")
    known = {column.name: column for column in columns}
    parts, values = [], []
    for item in filters:
        if item.column not in known:
            raise UserError(f"There is no column “{item.column[:80]}” to filter by.")
        sql, bound = _condition(item, known[item.column])
        parts.append(sql)
        values.extend(bound)
    return ("WHERE " + " AND ".join(parts) if parts else ""), values


def _condition(item: Filter, column: Column) -> tuple[str, list[Any]]:
    if item.op not in OPS[column.type]:
        raise UserError(
            f"The {column.type} column “{column.name}” has no filter “{item.op[:40]}”; use one "
            f"of {', '.join(OPS[column.type])}."
        )
    name = identifier(column.name)
    if item.op in NO_VALUE:
        return f"{name} IS {'NOT ' if item.op == 'not_missing' else ''}NULL", []
    _check_values(item, column)
    if item.op == "contains":
        return f"contains(lower({name}), lower(?))", [item.values[0]]
    spans = [_span(value, column) for value in item.values]
    if item.op in ("equals", "not_equals", "in"):
        inside = " OR ".join(_inside(name, low, high) for low, high in spans)
        bound = [
            bound for low, high in spans for bound in ((low,) if high is None else (low, high))
        ]
        # Missing cells are not equal to anything: they stay with "is not".
        return (f"({inside}) IS NOT TRUE" if item.op == "not_equals" else f"({inside})"), bound
    return _range(name, item.op, spans)


def _check_values(item: Filter, column: Column) -> None:
    wanted = {"between": 2, "in": len(item.values) or 1}.get(item.op, 1)
    if len(item.values) != wanted:
        words = "one value" if wanted == 1 else "two values"
        raise UserError(f"The filter “{LABELS[item.op]}” on “{column.name}” needs {words}.")
    if len(item.values) > MAX_CHOICES or any(len(value) > MAX_CHARACTERS for value in item.values):
        raise UserError(f"The filter on “{column.name}” is too long; shorten it.")


def _inside(name: str, low: Any, high: Any) -> str:
    return f"{name} = ?" if high is None else f"({name} >= ? AND {name} < ?)"


def _range(name: str, op: str, spans: list[tuple[Any, Any]]) -> tuple[str, list[Any]]:
    (low, high), last = spans[0], spans[-1]
    if op == "greater":
        return (f"{name} > ?", [low]) if high is None else (f"{name} >= ?", [high])
    if op == "less":
        return f"{name} < ?", [low]
    if last[1] is None:
        return f"({name} >= ? AND {name} <= ?)", [low, last[0]]
    return f"({name} >= ? AND {name} < ?)", [low, last[1]]


def _span(value: str, column: Column) -> tuple[Any, Any]:
    """Return the value and where it ends: a day given for a time means the whole day."""
    try:
        parsed = _PARSERS[column.type](value if column.type == "text" else value.strip())
    except (ValueError, InvalidOperation, OverflowError):
        wanted = _WANTED[column.type]
        raise UserError(f"“{value[:80]}” is not {wanted}, as “{column.name}” needs.") from None
    if column.type == "datetime" and len(value.strip()) <= len("2011-12-09"):
        return parsed, parsed + timedelta(days=1)
    return parsed, None


def _integer(value: str) -> int:
    number = int(value)
    if abs(number) >= 2**63:
        raise ValueError(value)
    return number


def _decimal(value: str) -> Decimal:
    number = Decimal(value)
    if not number.is_finite() or number.adjusted() >= MAX_DIGITS:
        raise ValueError(value)
    # A number with more places than the column can hold equals none of its values, which a
    # parameter rounded to the column's scale would.
    if -int(number.as_tuple().exponent) > MAX_DIGITS - max(number.adjusted(), 0):
        raise ValueError(value)
    return number


def _float(value: str) -> float:
    number = float(value)
    if math.isnan(number):
        raise ValueError(value)
    return number


def _time(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is not None:
        raise ValueError(value)
    return moment


def _boolean(value: str) -> bool:
    if value.lower() not in BOOLEANS:
        raise ValueError(value)
    return BOOLEANS[value.lower()]


_PARSERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "integer": _integer,
    "decimal": _decimal,
    "float": _float,
    "boolean": _boolean,
    "date": date.fromisoformat,
    "datetime": _time,
}
_WANTED = {
    "text": "a text",
    "integer": "a whole number",
    "decimal": "a number (such as 12.50)",
    "float": "a number (such as 12.5)",
    "boolean": "yes or no",
    "date": "a date (such as 2011-12-09)",
    "datetime": "a time (such as 2011-12-09 or 2011-12-09 08:26)",
}
