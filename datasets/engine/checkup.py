"""Looks for what is often wrong in a table of sales, and says what leaving it out would change.

What a check finds are the rows that its step of Prepare takes away, so that the numbers are those
of the run. Rows are counted and summed where they lie, in DuckDB.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from datasets.engine.checks.base import Check, Sales, checks
from datasets.engine.duck import connect, execute, identifier
from datasets.engine.execute import Source, shown_rows, told
from datasets.engine.plan_sql import query_sql
from datasets.engine.reader import table
from datasets.engine.recipes.prepare import Prepare
from datasets.engine.types import ROW_COLUMN
from segplatform.kernel.params import check
from segplatform.kernel.progress import Progress, SubProgress

EXAMPLES = 5
EXAMPLE_COLUMNS = 30


def checkup(source: Source, sales: Sales, progress: Progress, memory_bytes: int) -> dict[str, Any]:
    """Look for everything that can be looked for; JSON for a page and the API.

    ``before`` has the measures of the whole table; ``findings`` each check with ``rows``, its
    ``effect`` (measures without these rows) and up to five ``examples`` with their row numbers;
    ``skipped`` the checks that lack a column, with the roles that they need.
    """
    every = [cls() for cls in checks.all()]
    able = [each for each in every if each.fits(sales)]
    with _reading(source, memory_bytes) as con:
        before = _measured(con, sales, "input_0", SubProgress(progress, 0.0, 0.1))
        findings = []
        for place, each in enumerate(able):
            start, stop = (0.1 + 0.9 * done / len(able) for done in (place, place + 1))
            part = SubProgress(progress, start, stop)
            findings.append(_finding(con, each, sales, before, part))
    progress.step(1.0)
    return {
        "before": before,
        "findings": findings,
        "skipped": [
            {"key": each.key, "needs": list(each.needs)} for each in every if each not in able
        ],
    }


def effect(
    source: Source, sales: Sales, keys: Sequence[str], progress: Progress, memory_bytes: int
) -> dict[str, Any]:
    """Measure the table with and without what these checks find: ``before`` and ``after``."""
    with _reading(source, memory_bytes) as con:
        before = _measured(con, sales, "input_0", SubProgress(progress, 0.0, 0.4))
        query = _kept(sales, steps_of(sales, keys))
        after = _measured(con, sales, f"({query})", SubProgress(progress, 0.4, 1.0))
    return {"before": before, "after": after}


def steps_of(sales: Sales, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return the steps of these checks, in the order of the checks; those that do not fit go."""
    return [
        each.step(sales)
        for each in (cls() for cls in checks.all())
        if each.key in keys and each.fits(sales)
    ]


def _finding(
    con: duckdb.DuckDBPyConnection,
    each: Check,
    sales: Sales,
    before: dict[str, Any],
    progress: Progress,
) -> dict[str, Any]:
    query = _kept(sales, [each.step(sales)])
    after = _measured(con, sales, f"({query})", progress)
    found = before["rows"] - after["rows"]
    examples = _examples(con, sales, query, progress) if found else {"columns": [], "rows": []}
    return {"key": each.key, "rows": found, "effect": after, "examples": examples}


def _kept(sales: Sales, steps: list[dict[str, Any]]) -> str:
    """Write the rows that these steps leave, as Prepare itself would."""
    params = check(Prepare.Params, {"steps": steps})
    return query_sql(Prepare().plan([sales.columns], params).query, 1)


def _measured(
    con: duckdb.DuckDBPyConnection, sales: Sales, rows: str, progress: Progress
) -> dict[str, Any]:
    """Measure rows; what lacks a column is not there. The total is a text, as money is."""
    asked = {"rows": "count(*)"}
    for key, role in (("customers", "customer"), ("invoices", "invoice")):
        if role in sales.roles:
            asked[key] = f"count(DISTINCT {identifier(sales.roles[role])})"
    if {"quantity", "price"} <= sales.roles.keys():
        quantity, price = (identifier(sales.roles[role]) for role in ("quantity", "price"))
        asked["amount"] = f"CAST(coalesce(sum({quantity} * {price}), 0) AS DECIMAL(38, 4))::TEXT"
    query = f"SELECT {', '.join(asked.values())} FROM {rows}"
    with told():
        found = execute(con, query, progress, "Counting")[0]
    return dict(zip(asked, found, strict=True))


def _examples(
    con: duckdb.DuckDBPyConnection, sales: Sales, kept: str, progress: Progress
) -> dict[str, Any]:
    """Return the first rows that are not kept, as texts, with their numbers in the table."""
    columns = list(sales.columns)[:EXAMPLE_COLUMNS]
    names = ", ".join([ROW_COLUMN, *(identifier(column.name) for column in columns)])
    query = (
        f"SELECT {names} FROM input_0 ANTI JOIN (SELECT {ROW_COLUMN} FROM ({kept})) "
        f"USING ({ROW_COLUMN}) ORDER BY {ROW_COLUMN} LIMIT {EXAMPLES}"
    )
    with told():
        rows = execute(con, query, progress, "Looking for examples")
    texts = shown_rows(columns, [row[1:] for row in rows])
    return {
        "columns": [{"name": column.name, "type": column.type} for column in columns],
        "rows": [{"row": row[0], "cells": cells} for row, cells in zip(rows, texts, strict=True)],
    }


@contextmanager
def _reading(source: Source, memory_bytes: int) -> Iterator[duckdb.DuckDBPyConnection]:
    with TemporaryDirectory(prefix="segplatform-") as spill:
        con = connect(memory_bytes, spill, paths=source.files)
        try:
            con.execute(f"CREATE VIEW input_0 AS SELECT * FROM {table(source.files)}")
            yield con
        finally:
            con.close()
