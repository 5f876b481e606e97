"""One number for each value of a column, largest first: what a bar chart shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import duckdb

from datasets.engine.duck import identifier
from datasets.engine.profile_sql import NUMBERS, value_sql
from datasets.engine.query import formula_told, predicate_sql
from datasets.engine.reader import reader, table
from datasets.engine.sample import Sample, sample_make
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError

Measure = Literal["count", "distinct", "sum"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
MIN_TOP, MAX_TOP = 1, 50
FEW, MANY = 2, 200
"""So many different values make a column worth a chart of its own."""


@dataclass(frozen=True)
class Question:
    """Which bars: rows counted, or different values or the sum of the column ``of``, by ``by``.

    ``top`` bars, the largest first unless ``ascending``; ``others`` adds one for all that are
    left; ``formula`` is true for the rows to take.
    """

    by: str
    measure: Measure = "count"
    of: str = ""
    top: int = 20
    ascending: bool = False
    others: bool = False
    formula: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar: its value (None where missing), its amount and the rows behind it.

    ``amount`` is an int, Decimal or float as the column is; None for the sum of no values.
    ``merged`` values are in it: 0, but in the bar of all that are left.
    """

    value: Any
    amount: Any
    rows: int
    merged: int = 0


@dataclass(frozen=True)
class Bars:
    """The bars, how many there would be of all values, and the amount of all ``rows`` together."""

    bars: list[Bar]
    groups: int
    rows: int
    amount: Any
    total: int


def aggregate(
    files: Sequence[Path],
    columns: Sequence[Column],
    question: Question,
    sample: Sample | None = None,
) -> Bars:
    """Answer a question over all rows, or those of the sample; ``total`` rows are in the table.

    Sums of whole numbers and decimals are exact; what is not finite counts as missing. Missing
    values of ``by`` are a bar of their own. Raises ``UserError`` for what does not fit.
    """
    by, amount = _check(columns, question)
    where = f"WHERE {predicate_sql(question.formula, columns)}" if question.formula.strip() else ""
    scope = sample_make(files, columns, sample) if sample else list(files)
    source = f"{table(scope)} {where}"
    with formula_told(question.formula), reader([*files, *scope]) as con:
        total = _one(con, f"SELECT count(*) FROM {table(files)}")[0]
        rows, whole = _one(con, f"SELECT count(*), {amount} FROM {source}")
        shown = con.execute(_top(source, by, amount, question)).fetchall()
        bars = [Bar(value, number, count) for value, number, count, _ in shown]
        groups = shown[0][3] if shown else 0
        if question.others and groups > len(bars):
            left = _left(source, by, amount, question, where)
            number, count = _one(con, left)
            bars.append(Bar(None, number, count, groups - len(bars)))
    return Bars(bars, groups, rows, whole, total)


def values_counted(files: Sequence[Path], names: Sequence[str]) -> dict[str, int]:
    """Return about how many different values each column has."""
    if not names:
        return {}
    asked = ", ".join(f"approx_count_distinct({identifier(name)})" for name in names)
    with reader(files) as con:
        return dict(zip(names, _one(con, f"SELECT {asked} FROM {table(files)}"), strict=True))


def _check(columns: Sequence[Column], question: Question) -> tuple[str, str]:
    """Return SQL of the value and of the amount."""
    known = {column.name: column for column in columns}
    if question.by not in known:
        raise UserError(f"There is no column “{question.by[:80]}” to make bars of.")
    if not MIN_TOP <= question.top <= MAX_TOP:
        raise UserError(f"A chart has from {MIN_TOP} to {MAX_TOP} bars.")
    if question.measure not in MEASURES:
        raise UserError(f"Bars show one of {', '.join(MEASURES)}.")
    by = f"t.{identifier(question.by)}"
    if question.measure == "count":
        return by, "count(*)"
    if question.of not in known:
        raise UserError(f"There is no column “{question.of[:80]}” to measure.")
    return by, _amount(known[question.of], question.measure)


def _amount(column: Column, measure: Measure) -> str:
    if measure == "distinct":
        return f"count(DISTINCT {identifier(column.name)})"
    if column.type not in NUMBERS:
        raise UserError(f"The {column.type} column “{column.name}” has no sum; count its values.")
    return f"{'fsum' if column.type == 'float' else 'sum'}({value_sql(column)})"


def _top(source: str, by: str, amount: str, question: Question) -> str:
    """Return SQL of the bars; of equal ones the smaller value comes first, missing last."""
    way = "ASC" if question.ascending else "DESC"
    return (
        f"SELECT {by} AS value, {amount} AS amount, count(*) AS rows, count(*) OVER () AS groups "
        f"FROM {source} GROUP BY {by} "
        f"ORDER BY amount {way} NULLS LAST, value NULLS LAST LIMIT {int(question.top)}"
    )


def _left(source: str, by: str, amount: str, question: Question, where: str) -> str:
    """Return SQL of the amount of all rows whose value has no bar, and how many they are."""
    top = f"(SELECT value FROM ({_top(source, by, amount, question)})) AS shown"
    apart = f"NOT EXISTS (FROM {top} WHERE shown.value IS NOT DISTINCT FROM {by})"
    return f"SELECT {amount}, count(*) FROM {source} {'AND' if where else 'WHERE'} {apart}"


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    return con.execute(sql).fetchone() or ()
