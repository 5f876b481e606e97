"""Columns whose values repeat: counted once by value, everything else follows from the counts.

Prices and quantities of half a million orders have one or two thousand values. Their quantiles
are exact at any number of rows, and cost a tenth of sorting the rows.
"""

import math
from typing import Any

from datasets.engine.profile_scan import Answer, Scan
from datasets.engine.profile_sql import (
    CHEAP_VALUES,
    MEDIAN,
    QUANTILES,
    TIMES,
    bin_sql,
    is_spread,
    powers_sql,
    value_sql,
)
from datasets.engine.types import Column

REPEATS = 4
"""How often values repeat, at least, for grouping to be worth a query."""


def wants_groups(column: Column, first: Answer) -> bool:
    """Say whether to count this column by value; all of its values must be finite."""
    few = first["distinct"] <= min(CHEAP_VALUES, first["count"] // REPEATS)
    return few and is_spread(first) and first["finite"] == first["count"]


def groups_read(scan: Scan, column: Column, first: Answer) -> Answer:
    """Return what ``second_questions`` asks for, exact, in one query."""
    value = value_sql(column)
    ranks = [_ranks(column, float(name), first["count"]) for name in (*QUANTILES, MEDIAN)]
    wanted = {
        "distinct": "count(*)",
        "bins": f"(SELECT map_from_entries(list((b, s))) FROM "
        f"(SELECT {bin_sql(column, first, 'v')} AS b, sum(n)::BIGINT AS s FROM g GROUP BY b))",
        "ranked": f"[{', '.join(_ranked(rank) for pair in ranks for rank in pair[:2])}]",
    }
    for name, power in powers_sql(column, first, "v").items():
        wanted[name] = f"fsum({power} * n)"
    row = scan.rows(
        f"WITH g AS MATERIALIZED (SELECT {value} AS v, count(*) AS n FROM {scan.source} "
        f"WHERE ({value}) IS NOT NULL GROUP BY v), "
        f"c AS (SELECT v, n, sum(n) OVER (ORDER BY v) AS upto FROM g) "
        f"SELECT {', '.join(wanted.values())} FROM c",
        "Measuring",
    )[0]
    found = dict(zip(wanted, row, strict=True))
    found["quantiles"] = _quantiles(column, ranks, found.pop("ranked"))
    return found


def _ranks(column: Column, share: float, count: int) -> tuple[int, int, float]:
    """Return the two ranks (from 0) around a quantile, and how far it lies between them."""
    if column.type in TIMES:  # a value that is there, as quantile_disc gives
        rank = max(math.ceil(share * count) - 1, 0)
        return rank, rank, 0.0
    place = share * (count - 1)
    return math.floor(place), math.ceil(place), place - math.floor(place)


def _ranked(rank: int) -> str:
    return f"min(v) FILTER (upto > {rank})"


def _quantiles(column: Column, ranks: list[tuple[int, int, float]], ranked: list[Any]) -> list[Any]:
    """Interpolate between numbers; times are taken as they are."""
    if column.type in TIMES:
        return ranked[::2]
    ends = zip(map(float, ranked[::2]), map(float, ranked[1::2]), ranks, strict=True)
    return [low * (1 - part) + high * part if part else low for low, high, (_, _, part) in ends]
