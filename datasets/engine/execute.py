"""Runs the plans of recipes: their columns, a preview over samples, and the whole to Parquet."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb

from datasets.engine.display import plain, writer
from datasets.engine.duck import connect, identifier, interruptible, literal
from datasets.engine.plan_sql import (
    OUTPUT,
    compiled,
    describe,
    expression_type,
    pretty,
    query_sql,
)
from datasets.engine.reader import reader, table
from datasets.engine.results import ReadResult
from datasets.engine.run_errors import readable
from datasets.engine.store import PART_NAME, write_parquet
from datasets.engine.types import ROW_COLUMN, Column
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from datasets.engine.recipes.base import Plan

__all__ = ["Source", "describe", "expression_type", "materialise", "preview", "sql", "told"]

Facts = dict[str, list[dict[str, Any]]]
MAX_FACT_ROWS = 200


@dataclass(frozen=True)
class Source:
    """One input: Parquet files of our own writer (with ``__row``) and their visible columns."""

    files: list[Path]
    columns: list[Column]


def sql(plan: "Plan") -> str:
    """Return the plan's SQL (DuckDB's dialect) laid out for a person."""
    return pretty(plan)


def preview(plan: "Plan", sources: Sequence[Source], limit: int = 100) -> dict[str, Any]:
    """Run the plan over small sources (samples) in memory.

    Returns ``columns`` ({"name", "type"}), the first ``limit`` ``rows`` as texts for a page
    (None where missing), the ``count`` of all rows and the plan's ``facts``.
    """
    built = compiled(plan, [source.columns for source in sources])
    with reader([file for source in sources for file in source.files]) as con, told():
        _views(con, sources)
        con.execute(f"CREATE TABLE {OUTPUT} AS {built.cast_sql()}")
        query = f"SELECT * EXCLUDE ({ROW_COLUMN}) FROM {OUTPUT} ORDER BY {ROW_COLUMN} LIMIT ?"
        rows = con.execute(query, [limit]).fetchall() if built.columns else []
        count = _one(con, f"SELECT count(*) FROM {OUTPUT}")[0]
        facts = _facts(con, plan, len(sources))
    return {
        "columns": _infos(built.columns),
        "rows": shown_rows(built.columns, rows),
        "count": count,
        "facts": facts,
    }


def shown_rows(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> list[list[str | None]]:
    """Write rows as texts for a page; None where a cell is missing."""
    write = [writer(column.name) for column in columns]
    return [
        [None if cell is None else to_text(cell) for to_text, cell in zip(write, row, strict=True)]
        for row in rows
    ]


def materialise(
    plan: "Plan",
    sources: Sequence[Source],
    out_dir: Path,
    progress: Progress,
    memory_bytes: int,
) -> ReadResult:
    """Run the plan over all rows and write ``part-0.parquet`` into ``out_dir``.

    ``__row`` counts 1…n in the result's order; every column has the type that ``describe`` says.
    The report holds the ``facts`` and ``rows_in``, the rows of each input. Raises ``UserError``
    where a value does not fit, and what ``progress.step`` raises, within a fraction of a second.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    built = compiled(plan, [source.columns for source in sources])
    progress.step(0.0, "Computing")
    with _writer(sources, out_dir, memory_bytes) as con, told():
        _views(con, sources)
        run = interruptible(con, SubProgress(progress, 0.0, 0.85), "Computing")
        info = run(lambda: write_parquet(con, built.cast_sql(), out_dir))
        run = interruptible(con, SubProgress(progress, 0.85, 1.0), "Counting")
        report = run(lambda: _report(con, plan, sources, out_dir))
        missing = run(lambda: _missing(con, built.columns))
    infos = zip(_infos(built.columns), missing, strict=True)
    columns = [{**column, "missing": count} for column, count in infos]
    return ReadResult(columns, info["rows"], [dict(info)], info["bytes"], report)


@contextmanager
def _writer(
    sources: Sequence[Source], out_dir: Path, memory_bytes: int
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database that reaches the files of the inputs and the folder of the result."""
    files = [file for source in sources for file in source.files]
    with TemporaryDirectory(prefix="segplatform-") as spill:
        con = connect(memory_bytes, spill, paths=[*files, out_dir])
        try:
            yield con
        finally:
            con.close()


@contextmanager
def told() -> Iterator[None]:
    """Turn what DuckDB says about a person's values into a sentence."""
    try:
        yield
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise readable(error) from error


def _views(con: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> None:
    """Name the inputs: views, not copies."""
    for place, source in enumerate(sources):
        names = ", ".join([ROW_COLUMN, *(identifier(c.name) for c in source.columns)])
        con.execute(f"CREATE VIEW input_{place} AS SELECT {names} FROM {table(source.files)}")


def _report(
    con: duckdb.DuckDBPyConnection, plan: "Plan", sources: Sequence[Source], out_dir: Path
) -> dict[str, Any]:
    result = f"read_parquet({literal(str(out_dir / PART_NAME))}, hive_partitioning = false)"
    con.execute(f"CREATE VIEW {OUTPUT} AS SELECT * FROM {result}")
    rows_in = [_one(con, f"SELECT count(*) FROM input_{i}")[0] for i in range(len(sources))]
    return {"facts": _facts(con, plan, len(sources)), "rows_in": rows_in}


def _missing(con: duckdb.DuckDBPyConnection, columns: Sequence[Column]) -> list[int]:
    if not columns:
        return []
    counts = ", ".join(f"count(*) - count({identifier(c.name)})" for c in columns)
    return list(_one(con, f"SELECT {counts} FROM {OUTPUT}"))


def _facts(con: duckdb.DuckDBPyConnection, plan: "Plan", inputs: int) -> Facts:
    """Run each of the plan's further questions; values are as JSON carries them."""
    found: Facts = {}
    for name, query in plan.facts.items():
        cursor = con.execute(query_sql(query, inputs, [OUTPUT]))
        keys = [field[0] for field in cursor.description]
        rows = cursor.fetchmany(MAX_FACT_ROWS)
        found[name] = [dict(zip(keys, map(plain, row), strict=True)) for row in rows]
    return found


def _one(con: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = con.execute(query).fetchone()
    return tuple(row) if row else ()


def _infos(columns: Sequence[Column]) -> list[dict[str, str]]:
    return [{"name": column.name, "type": column.type} for column in columns]
