"""What a profile says of one column, from the answers to what it asked."""

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from datasets.engine.display import plain
from datasets.engine.profile_scan import Answer
from datasets.engine.profile_sql import (
    BINS,
    MEDIAN,
    NUMBERS,
    QUANTILES,
    TIMES,
    is_spread,
    scale,
)
from datasets.engine.types import Column

_EPOCH = datetime(1970, 1, 1)


def describe(column: Column, rows: int, first: Answer, second: Answer, values: Answer) -> Answer:
    """Return the profile of one column, every key in its place (see ``profile``)."""
    exact = values.get("distinct", second.get("distinct"))
    guess = min(first["distinct"], first["count"])
    shown = _shown(column)
    quantiles = _quantiles(column, first, second)
    facts = {
        "name": column.name,
        "type": column.type,
        "missing": rows - first["count"],
        "distinct": guess if exact is None else exact,
        "min": shown(first.get("min")),
        "max": shown(first.get("max")),
        "mean": _mean(first, second),
        "median": quantiles.pop(MEDIAN) if quantiles else None,
        "quantiles": quantiles,
        **_spread(column, first, second),
        "zeros": first.get("zeros"),
        "negatives": first.get("negatives"),
        "histogram": _histogram(column, first, second),
        "top": values.get("top", []),
    }
    return facts | _notes(first, second, exact)


def _notes(first: Answer, second: Answer, exact: int | None) -> Answer:
    """Return what is said only where it is so."""
    notes: Answer = {}
    if exact is None and first["count"]:
        notes["distinct_is_estimate"] = True
    if second.get("sampled"):
        notes["quantiles_are_estimates"] = True
    if first.get("finite", first["count"]) < first["count"]:
        notes["not_finite"] = first["count"] - first["finite"]
    return notes


def _mean(first: Answer, second: Answer) -> float | None:
    """Return the mean; where its sum is too large for a double, from the scaled values."""
    if first.get("mean") is None or math.isfinite(first["mean"]):
        return first.get("mean")
    if not is_spread(first):
        return float(first["min"]) if first["finite"] else None
    share = second["sum1"] / first["finite"]
    return float(first["min"] * (1 - share) + first["max"] * share)


def _spread(column: Column, first: Answer, second: Answer) -> Answer:
    """Return the deviation of a sample and the skewness g1 = m3 / m2^1.5 of the population."""
    count = first.get("finite", 0)
    if column.type not in NUMBERS or not count:
        return {"std": None, "skew": None}
    if not is_spread(first):
        return {"std": 0.0 if count > 1 else None, "skew": None}
    mean, square, cube = (second[f"sum{power}"] / count for power in (1, 2, 3))
    variance = square - mean**2
    third = cube - 3 * mean * square + 2 * mean**3
    factor = scale(first)
    width = float(first["max"] * factor - first["min"] * factor) if factor != 1 else None
    width = float(first["max"] - first["min"]) if width is None else width / factor
    return {
        "std": _finite(math.sqrt(max(variance, 0.0) * count / (count - 1)) * width),
        "skew": _finite(third / variance**1.5) if variance > 0 else None,
    }


def _quantiles(column: Column, first: Answer, second: Answer) -> dict[str, Any] | None:
    if not first.get("finite"):
        return None
    shown = _shown(column)
    if not is_spread(first):
        only = first["min"] if column.type in TIMES else float(first["min"])
        return dict.fromkeys((*QUANTILES, MEDIAN), shown(only))
    found = second["quantiles"]
    if found is None:  # of so few values that no row of the sample has one
        return None
    return {name: shown(value) for name, value in zip((*QUANTILES, MEDIAN), found, strict=True)}


def _histogram(column: Column, first: Answer, second: Answer) -> Answer | None:
    """Return how many values lie between each two of 21 edges; None for fewer than two values."""
    bins = second.get("bins")
    if bins is None:
        return None
    low, high = first["min"], first["max"]
    edges = [_between(low, high, step / BINS) for step in range(BINS)] + [high]
    written = [_edge(column, edge) for edge in edges]
    return {"edges": written, "counts": [bins.get(place, 0) for place in range(BINS)]}


def _between(low: Any, high: Any, share: float) -> float:
    """Interpolate without leaving the range of doubles."""
    if isinstance(low, float):
        return low * (1 - share) + high * share
    return float(low) + float(high - low) * share


def _edge(column: Column, value: Any) -> Any:
    """Write an edge; those of dates may lie within a day."""
    if column.type == "date":
        return _time(timedelta(days=float(value)))
    if column.type == "datetime":
        return _time(timedelta(microseconds=int(value)))
    return float(value)


def _shown(column: Column) -> Callable[[Any], Any]:
    """Return what turns a value of this column, as it was computed, into JSON."""
    if column.type == "date":
        return lambda days: None if days is None else _date(days)
    if column.type == "datetime":
        return lambda time: None if time is None else _time(timedelta(microseconds=time))
    return lambda value: _finite(value) if isinstance(value, float) else plain(value)


def _date(days: int) -> str | None:
    try:
        return date.fromordinal(_EPOCH.toordinal() + days).isoformat()
    except (OverflowError, ValueError):  # after the year 9999, which only a formula writes
        return None


def _time(since: timedelta) -> str | None:
    try:
        return (_EPOCH + since).isoformat()
    except OverflowError:
        return None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
