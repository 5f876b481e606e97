"""Later spend by segment: the tables ``spend`` and ``labels`` joined, counted and measured."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from datasets.engine.duck import execute, interruptible
from mllab.engine.labelings import NOISE
from mllab.engine.value_numbers import Explained, explained, interval
from mllab.engine.value_orders import one
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    import duckdb

COUNTING = "Counting later spend"
_LATER = """
    CREATE OR REPLACE TABLE later AS
    SELECT label, coalesce(spend, 0) AS spend, coalesce(orders, 0) AS orders,
        coalesce(bought, false) AS bought, spend.id IS NOT NULL AS known
    FROM labels LEFT JOIN spend USING (id) WHERE label IS NOT NULL AND labels.id IS NOT NULL
"""
_NUMBERS = """
    SELECT label, count(*), count(*) FILTER (WHERE bought), sum(spend)::DOUBLE,
        avg(spend)::DOUBLE, quantile_cont(spend, 0.5)::DOUBLE, sum(orders)::BIGINT
    FROM later GROUP BY GROUPING SETS ((label), ())
"""
# Equal values share the mean of their ranks, which is what corrects H for ties.
_RANKS = """
    WITH ranked AS (
        SELECT label, rank() OVER (ORDER BY spend)
            + (count(*) OVER (PARTITION BY spend) - 1) / 2.0 AS place FROM later
    ), whole AS (SELECT avg(place) AS middle, var_pop(place) * count(*) AS total FROM ranked),
    parts AS (SELECT count(*) AS size, avg(place) AS middle FROM ranked GROUP BY label)
    SELECT sum(size * (parts.middle - whole.middle) ** 2), any_value(total), count(*)
    FROM parts CROSS JOIN whole
"""
_OTHERS = """
    SELECT count(*), coalesce(sum(spend), 0)::DOUBLE FROM spend
    WHERE bought AND NOT EXISTS (SELECT 1 FROM labels WHERE labels.id = spend.id)
"""


def measure(con: "duckdb.DuckDBPyConnection", labels: int, progress: Progress) -> dict[str, Any]:
    """Return what the customers of each label spent later, and everyone (JSON).

    ``labels`` are those of the prototype, 0 to that − 1: one without customers is told too. Raises
    ``UserError`` where ids match nobody, or name several rows.
    """
    _ids_check(con)
    still = SubProgress(progress, 0.0, 0.0)  # looks for a cancel while DuckDB works
    execute(con, _LATER, still, COUNTING)
    rows = {row[0]: row[1:] for row in execute(con, _NUMBERS, still, COUNTING)}
    everyone = _numbers(rows.get(None, (0,) * 6))
    found = sorted({*range(labels), *(each for each in rows if each is not None)})
    order = [label for label in found if label != NOISE] + [each for each in found if each == NOISE]
    segments = []
    for place, label in enumerate(order):
        part = SubProgress(progress, place / (len(order) + 1), (place + 1) / (len(order) + 1))
        numbers = _numbers(rows.get(label, (0,) * 6))
        segments.append({"label": label, **numbers, **_beside(numbers, everyone)}
                        | _sure(con, label, part))  # fmt: skip
    last = SubProgress(progress, len(order) / (len(order) + 1), 1.0)
    counted = one(con, "SELECT count(*) FILTER (WHERE known) FROM later")[0]
    newcomers, theirs = execute(con, _OTHERS, SubProgress(progress, 1.0, 1.0), COUNTING)[0]
    return {
        "segments": segments,
        "everyone": everyone | _sure(con, None, last),
        "explained": asdict(_explained(con, everyone["customers"], progress)),
        "matched": counted,
        "without_segment": one(con, "SELECT count(*) FROM labels WHERE label IS NULL")[0],
        "newcomers": newcomers,
        "newcomers_spend": theirs,
    }


def _ids_check(con: "duckdb.DuckDBPyConnection") -> None:
    """Refuse ids that name nobody of the transactions, and those that name several rows."""
    rows, different, matched = one(
        con,
        "SELECT count(id), count(DISTINCT id), count(*) FILTER (WHERE id IN (SELECT id FROM spend))"
        " FROM labels",
    )
    if not matched:
        raise UserError(
            f"None of the {rows:,} customers is in the transactions: their ids do not match. "
            "Choose the columns that name the same customers on both sides.",
            {"key": "These ids are not those of the transactions."},
        )
    if different < rows:
        raise UserError(
            f"{rows - different:,} of {rows:,} rows repeat the id of another one, so they are no "
            "customers: choose the column that names each row of the prototype once.",
            {"key": "This column names several rows alike."},
        )


def _numbers(row: tuple[Any, ...]) -> dict[str, Any]:
    customers, active, spend, mean, median, orders = row
    return {
        "customers": customers, "active": active,
        "active_share": active / customers if customers else None,
        "spend": spend or 0.0, "mean": mean if customers else None,
        "median": median if customers else None, "orders": orders or 0,
        "orders_each": orders / customers if customers else None,
    }  # fmt: skip


def _beside(numbers: dict[str, Any], everyone: dict[str, Any]) -> dict[str, Any]:
    """Compare with everyone; nothing where all together spent nothing, or took money back."""
    whole, mean = everyone["spend"], everyone["mean"]
    is_sound = whole > 0
    return {
        "share": numbers["customers"] / max(everyone["customers"], 1),
        "spend_share": numbers["spend"] / whole if is_sound else None,
        "index": 100 * numbers["mean"] / mean if is_sound and numbers["mean"] is not None else None,
    }


def _sure(
    con: "duckdb.DuckDBPyConnection", label: int | None, progress: Progress
) -> dict[str, Any]:
    import numpy as np

    where = "" if label is None else f"WHERE label = {int(label)}"
    # Sorted, so that the same customers give the same interval in whatever order they are read.
    query = f"SELECT spend::DOUBLE AS spend FROM later {where} ORDER BY spend"
    run = interruptible(con, SubProgress(progress, 0.0, 0.0), COUNTING)
    rows = run(lambda: con.execute(query).fetchnumpy())
    values = np.asarray(rows["spend"], dtype=np.float64)
    found = interval(values, 1_000_000 if label is None else label + 1, progress)
    return {"low": found.low, "high": found.high, "method": found.method}


def _explained(con: "duckdb.DuckDBPyConnection", n: int, progress: Progress) -> Explained:
    ranked = execute(con, _RANKS, SubProgress(progress, 1.0, 1.0), COUNTING)
    between, total, groups = ranked[0]
    return explained(between or 0.0, total or 0.0, n, groups)
