"""What a profile asks of each column, as aggregates in SQL.

Two scans: the ends first, then everything between them, on a scale where the smallest value is 0
and the largest 1. Sums of powers neither overflow there nor lose the digits that raw ones lose.
"""

from typing import Any

from datasets.engine.duck import identifier, literal
from datasets.engine.profile_scan import Answer, Questions
from datasets.engine.types import ROW_COLUMN, Column

EXACT_VALUES = 1_000_000
"""Up to so many values of a column everything is exact."""

CHEAP_VALUES = 100_000
"""So many different values are counted in passing, however many rows hold them."""

BINS = 20
QUANTILES = ("0.01", "0.05", "0.25", "0.75", "0.95", "0.99")
MEDIAN = "0.5"
NUMBERS = ("integer", "decimal", "float")
TIMES = ("date", "datetime")

_SMALLER = 2.0**-10
"""Brings the widest range of doubles, and 20 times it, into the range of doubles."""


def first_questions(column: Column) -> Questions:
    """Ask for counts and ends; those of times are days or microseconds since 1970."""
    name, value = identifier(column.name), value_sql(column)
    asked = {"count": f"count({name})", "distinct": f"approx_count_distinct({name})"}
    if column.type in NUMBERS:
        asked["mean"] = f"{'favg' if column.type == 'float' else 'avg'}({value})"
        asked["zeros"] = f"count(*) FILTER ({name} = 0)"
        asked["negatives"] = f"count(*) FILTER ({value} < 0)"
    if column.type in (*NUMBERS, *TIMES):
        asked |= {"min": f"min({value})", "max": f"max({value})", "finite": f"count({value})"}
    return asked


def second_questions(column: Column, first: Answer) -> Questions:
    """Ask for what lies between the ends, and for the exact number of values where that is cheap.

    Texts and booleans are counted value by value elsewhere.
    """
    asked: Questions = {}
    few = first["count"] <= EXACT_VALUES
    if "finite" in first and (few or first["distinct"] <= CHEAP_VALUES):
        asked["distinct"] = f"count(DISTINCT {identifier(column.name)})"
    if is_spread(first):
        asked |= _shape(column, first) | {"quantiles": _quantiles(column)}
        if not few:
            asked["quantiles"] += f" FILTER ({sampled(first['count'])})"
            asked["sampled"] = "true"
    return asked


def is_spread(first: Answer) -> bool:
    """Say whether a column has a smallest and another largest value."""
    return bool(first.get("finite")) and first["min"] != first["max"]


def scale(first: Answer) -> float:
    """Return what values are multiplied with so that 20 times their range is a double."""
    low, high = first["min"], first["max"]
    return _SMALLER if isinstance(low, float) and max(abs(low), abs(high)) > 1e300 else 1.0


def sampled(count: int) -> str:
    """Return a condition that about a million of ``count`` rows meet, the same on each run."""
    return f"hash({ROW_COLUMN}) % {-(-count // EXACT_VALUES)} = 0"


def value_sql(column: Column) -> str:
    """Return SQL of what can be computed with; NULL for what is not finite."""
    name = identifier(column.name)
    if column.type == "float":
        return f"CASE WHEN isfinite({name}) THEN {name} END"
    if column.type == "date":
        return f"CASE WHEN isfinite({name}) THEN {name} - DATE '1970-01-01' END"
    return f"epoch_us({name})" if column.type == "datetime" else name


def _quantiles(column: Column) -> str:
    """Interpolate between numbers, but give times that are there."""
    wanted = f"[{', '.join((*QUANTILES, MEDIAN))}]"
    if column.type in TIMES:
        return f"quantile_disc({value_sql(column)}, {wanted})"
    return f"quantile_cont(({value_sql(column)})::DOUBLE, {wanted})"


def _shape(column: Column, first: Answer) -> Questions:
    value = value_sql(column)
    # least() passes NULL over: without the filter missing cells would be in the last bin.
    bins = f"histogram({bin_sql(column, first, value)}) FILTER (({value}) IS NOT NULL)"
    powers = powers_sql(column, first, value)
    return {"bins": bins} | {name: f"fsum({sql})" for name, sql in powers.items()}


def bin_sql(column: Column, first: Answer, value: str) -> str:
    """Return SQL of the bin of ``value``, from 0; the largest value is in the last one."""
    offset, width = _offset(column, first, value), _width(first)
    return f"least(floor({offset} * {BINS} / {width}), {BINS - 1})::UTINYINT"


def powers_sql(column: Column, first: Answer, value: str) -> Questions:
    """Return SQL of three powers of where ``value`` lies between the ends, 0 to 1."""
    if column.type not in NUMBERS:
        return {}
    part = f"({_offset(column, first, value)} / {_width(first)})"
    return {f"sum{power}": " * ".join([part] * power) for power in (1, 2, 3)}


def _offset(column: Column, first: Answer, value: str) -> str:
    """Return SQL of how far ``value`` lies above the smallest one, as a double."""
    low, high = first["min"], first["max"]
    if column.type == "float":
        factor = scale(first)
        return f"(({value}) * {_double(factor)} - {_double(low * factor)})"
    small, large = ("DECIMAL(18,4)", "DECIMAL(38,4)")
    if column.type != "decimal":
        small, large = "BIGINT", "HUGEINT"
    # The difference of two wide values needs a wider type, which is slower.
    fits = max(abs(low), abs(high)) < (10**13 if column.type == "decimal" else 2**62)
    kind = small if fits else large
    return f"(({value})::{kind} - {literal(str(low))}::{kind})::DOUBLE"


def _width(first: Answer) -> str:
    low, high = first["min"], first["max"]
    if isinstance(low, float):
        factor = scale(first)
        return _double(high * factor - low * factor)
    return _double(float(high - low))


def _double(value: Any) -> str:
    return f"{literal(repr(value))}::DOUBLE"
