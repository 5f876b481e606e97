"""The most frequent values of a column, and how many different ones there are."""

from datasets.engine.display import plain
from datasets.engine.duck import identifier
from datasets.engine.profile_scan import Answer, Scan
from datasets.engine.profile_sql import EXACT_VALUES, sampled
from datasets.engine.types import Column

TOP = 10
FEW = 100
"""A column of numbers or dates with at most so many values is worth a list of them."""
NEARLY_FEW = 1.2 * FEW
"""Estimates of so few values are right within a few percent."""
VALUE_CHARACTERS = 200


def wants_values(column: Column, first: Answer) -> bool:
    """Say whether to count the values of a column, from its estimated number of them."""
    counted = column.type in ("text", "boolean")
    return bool(first["count"]) and (counted or first["distinct"] <= NEARLY_FEW)


def values_read(scan: Scan, column: Column, first: Answer) -> Answer:
    """Return ``top`` and, where it was counted, ``distinct``.

    Of over a million different texts, those that lead among a million rows are counted.
    """
    if first["distinct"] > EXACT_VALUES:
        return {"top": _top(scan, column, _leaders(scan, column, first["count"]))}
    name = identifier(column.name)
    rows = scan.rows(
        f"WITH g AS MATERIALIZED (SELECT {name} AS v, count(*) AS n FROM {scan.source} "
        f"WHERE {name} IS NOT NULL GROUP BY {name}) "
        f"SELECT {_value(column)}, n, (SELECT count(*) FROM g) FROM g "
        f"ORDER BY n DESC, v LIMIT {TOP}",
        "Counting values",
    )
    distinct = rows[0][2] if rows else 0
    listed = column.type == "text" or distinct <= FEW
    top = [{"value": plain(value), "count": count} for value, count, _ in rows] if listed else []
    return {"distinct": distinct, "top": top}


def _leaders(scan: Scan, column: Column, count: int) -> str:
    """Return SQL of the values that lead in a sample."""
    name = identifier(column.name)
    return (
        f"SELECT {name} FROM {scan.source} WHERE {name} IS NOT NULL AND {sampled(count)} "
        f"GROUP BY {name} ORDER BY count(*) DESC, {name} LIMIT {TOP}"
    )


def _top(scan: Scan, column: Column, leaders: str) -> list[Answer]:
    name = identifier(column.name)
    rows = scan.rows(
        f"SELECT {_value(column)}, n FROM (SELECT {name} AS v, count(*) AS n FROM {scan.source} "
        f"WHERE {name} IN ({leaders}) GROUP BY {name}) ORDER BY n DESC, v",
        "Counting values",
    )
    return [{"value": plain(value), "count": count} for value, count in rows]


def _value(column: Column) -> str:
    """Return SQL of a value as it is listed: the start of a long text is enough."""
    return f"left(v, {VALUE_CHARACTERS})" if column.type == "text" else "v"
