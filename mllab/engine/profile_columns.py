"""The numbers of one column in profiles: the SQL that asks for them, and what it answers."""

import math
from typing import Any

from datasets.engine.display import plain
from datasets.engine.types import Column

Rows = dict[int | None, dict[str, Any]]
"""One answer per label; None is everyone."""

CATEGORIES = ("text", "boolean")
DATES = ("date", "datetime")
TOP = 8
LARGEST = 1e150
"""Squares of larger numbers leave the range of doubles: these count as missing."""
NEAR_ZERO = 0.01
"""A mean below this share of the standard deviation has no index: it is noise around 0."""


def measures(column: Column) -> str:
    """Return SQL for one struct of everything asked of a column of numbers or dates.

    The column's name needs no quotes.
    """
    name = column.name
    if column.type in DATES:
        return (
            f"{{'n': count({name}), 'min': min({name}), 'median': quantile_disc({name}, 0.5), "
            f"'max': max({name})}}"
        )
    number = f"{name}::DOUBLE"
    if column.type == "float":
        number = f"CASE WHEN abs({number}) < {LARGEST} THEN {number} END"
    return (
        f"{{'n': count({number}), 'mean': avg({number}), 'std': stddev_pop({number}), "
        f"'quantiles': quantile_cont({number}, [0.05, 0.25, 0.5, 0.75, 0.95])}}"
    )


def read(column: Column, answers: Rows, sizes: dict[int, int]) -> dict[str, Any]:
    """Return ``kind``, ``overall`` and ``segments`` of a column of numbers or dates."""
    is_date = column.type in DATES
    part = _dates if is_date else _numbers
    overall = part(answers[None], sum(sizes.values()))
    segments = [{"label": k, **part(answers[k], size)} for k, size in sizes.items()]
    if not is_date:
        segments = [{**segment, **_beside(segment, overall)} for segment in segments]
    return {"kind": "date" if is_date else "numeric", "overall": overall, "segments": segments}


def _numbers(answer: dict[str, Any], rows: int) -> dict[str, Any]:
    lowest, low, median, high, highest = answer["quantiles"] or [None] * 5
    return {
        "n": answer["n"],
        "missing": rows - answer["n"],
        "mean": _finite(answer["mean"]),
        "median": _finite(median),
        "q05": _finite(lowest),
        "q25": _finite(low),
        "q75": _finite(high),
        "q95": _finite(highest),
        "std": _finite(answer["std"]),
    }


def _dates(answer: dict[str, Any], rows: int) -> dict[str, Any]:
    texts = {key: plain(answer[key]) for key in ("min", "median", "max")}
    return {"n": answer["n"], "missing": rows - answer["n"], **texts}


def _beside(segment: dict[str, Any], overall: dict[str, Any]) -> dict[str, Any]:
    """Compare the mean of a segment with everyone's: ``index`` and ``z``."""
    mean, everyone, std = segment["mean"], overall["mean"], overall["std"]
    if mean is None or everyone is None:
        return {"index": None, "z": None}
    has_index = everyone != 0 and abs(everyone) >= NEAR_ZERO * (std or 0)
    return {
        "index": _finite(100 * mean / everyone) if has_index else None,
        "z": _finite((mean - everyone) / std) if std else None,
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def values_sql(name: str) -> str:
    """Return SQL for (label, value, is missing, count): the top values, NULL for all others."""
    return f"""
        WITH counts AS (
            SELECT label, {name}::VARCHAR AS value, count(*) AS rows FROM t GROUP BY ALL
        ),
        tops AS (
            SELECT value FROM counts WHERE value IS NOT NULL
            GROUP BY value ORDER BY sum(rows) DESC, value LIMIT {TOP}
        )
        SELECT label, tops.value, counts.value IS NULL, sum(rows)::BIGINT
        FROM counts LEFT JOIN tops ON counts.value = tops.value GROUP BY ALL"""


def top_values(
    answers: list[tuple[int, str | None, bool, int]], sizes: dict[int, int]
) -> dict[str, Any]:
    """Return ``kind``, ``overall`` and ``segments`` of a column of texts."""
    counts: dict[int | None, dict[tuple[str | None, bool], int]] = {None: {}}
    for label, value, is_missing, rows in answers:
        counts.setdefault(label, {})[value, is_missing] = rows
        everyone = counts[None]
        everyone[value, is_missing] = everyone.get((value, is_missing), 0) + rows
    names = sorted(
        (value for value, _ in counts[None] if value is not None),
        key=lambda value: (-counts[None][value, False], value),
    )
    return {
        "kind": "category",
        "overall": _shares(counts[None], names, sum(sizes.values())),
        "segments": [
            {"label": label, **_shares(counts.get(label, {}), names, size)}
            for label, size in sizes.items()
        ],
    }


def _shares(
    counts: dict[tuple[str | None, bool], int], names: list[str], rows: int
) -> dict[str, Any]:
    missing = counts.get((None, True), 0)

    def part(value: str | None) -> dict[str, Any]:
        count = counts.get((value, False), 0)
        return {"count": count, "share": count / max(rows, 1)}

    return {
        "n": rows - missing,
        "missing": missing,
        "top": [{"value": name, **part(name)} for name in names],
        "others": part(None),
    }
