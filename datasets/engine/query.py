"""Pages of a stored table: sorted, filtered, over the sample or all rows; never loads it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb

from datasets.engine.duck import identifier
from datasets.engine.filters import Filter, where
from datasets.engine.reader import reader, table
from datasets.engine.run_errors import readable
from datasets.engine.sample import Sample, sample_make
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError

MAX_ROWS = 10_000
MAX_SORTS = 5


@dataclass(frozen=True)
class Page:
    """Some rows of a table.

    ``rows`` are tuples in the order of ``columns`` (None where a cell is missing), ``numbers``
    their 1-based row numbers in the source; ``count`` rows match the filters, of ``scope`` in
    the sample or the table, which has ``total``.
    """

    columns: list[Column]
    rows: list[tuple[Any, ...]]
    numbers: list[int]
    count: int
    scope: int
    total: int


def sort_parse(sort: str | None, columns: Sequence[Column]) -> list[tuple[str, bool]]:
    """Read ``"-Monetary,Country"`` to ``[("Monetary", True), ("Country", False)]`` (True: down).

    A comma, a percent sign or a leading minus of a name itself are percent-encoded
    (``sort_part`` does it). Raises ``UserError`` for a column that is not there.
    """
    known = {column.name for column in columns}
    found: dict[str, bool] = {}
    for part in (sort or "").split(","):
        if not part:
            continue
        name = unquote(part.removeprefix("-"))
        if name not in known:
            raise UserError(f"There is no column “{name[:80]}” to sort by.")
        found.setdefault(name, part.startswith("-"))
    if len(found) > MAX_SORTS:
        raise UserError(f"At most {MAX_SORTS} columns sort together; name fewer.")
    return list(found.items())


def sort_part(name: str, down: bool) -> str:
    """Write one column of a sort, the inverse of ``sort_parse``."""
    plain = name.replace("%", "%25").replace(",", "%2C")
    if plain.startswith("-"):
        plain = "%2D" + plain[1:]
    return f"-{plain}" if down else plain


def page(
    files: Sequence[Path],
    columns: Sequence[Column],
    *,
    limit: int,
    offset: int = 0,
    sort: str | None = None,
    filters: Sequence[Filter] = (),
    formula: str = "",
    sample: Sample | None = None,
    cut: int | None = None,
) -> Page:
    """Return one page; ties are in the order of the source, missing values come last.

    ``formula`` is one more condition, in the language of formulas.
    ``cut`` shortens long texts to so many characters, for pages that show them.
    Raises ``UserError`` for a column, filter or limit that does not fit.
    """
    if not 0 <= limit <= MAX_ROWS or offset < 0:
        raise UserError(f"limit goes from 0 to {MAX_ROWS:,} and offset from 0.")
    sorts = sort_parse(sort, columns)
    order = _order(sorts)
    condition, values = where(filters, columns)
    if formula.strip():
        condition += f"{' AND' if condition else 'WHERE'} ({predicate_sql(formula, columns)})"
    scope_files = sample_make(files, columns, sample) if sample else list(files)
    with formula_told(formula), reader([*files, *scope_files]) as con:
        total = _count(con, table(files))
        scope = total if scope_files == list(files) else _count(con, table(scope_files))
        source = f"{table(scope_files)} {condition}"
        count = _count(con, source, values) if condition else scope
        # First which rows, from the few columns that decide it; then only those rows, whole.
        chosen = f"SELECT __row FROM {source} {_cut(sorts, limit, offset, count)}"
        whole = f"SELECT __row{_select(columns, cut)} FROM {table(scope_files)}"
        rows = con.execute(f"{whole} WHERE __row IN ({chosen}) {order}", values).fetchall()
    numbers = [row[0] for row in rows]
    return Page(list(columns), [row[1:] for row in rows], numbers, count, scope, total)


def predicate_sql(formula: str, columns: Sequence[Column]) -> str:
    """Write a checked formula as SQL for WHERE: visible columns and listed functions only."""
    from datasets.engine.formula import predicate  # loads sqlglot

    return predicate(formula, columns).sql(dialect="duckdb")


@contextmanager
def formula_told(formula: str) -> Iterator[None]:
    """Turn what DuckDB cannot compute for somebody's formula into a sentence for them."""
    try:
        yield
    except duckdb.Error as error:
        if not formula.strip():
            raise
        told = readable(error)
        raise UserError(str(told), {"filter": str(told)}) from error


def _cut(sorts: list[tuple[str, bool]], limit: int, offset: int, count: int) -> str:
    """Return the end of the SQL that picks a page; a late page is counted from the last row."""
    limit = max(min(limit, count - offset), 0)
    if offset <= count // 2:
        return f"{_order(sorts)} LIMIT {limit} OFFSET {offset}"
    return f"{_order(sorts, back=True)} LIMIT {limit} OFFSET {max(count - offset - limit, 0)}"


def _order(sorts: list[tuple[str, bool]], back: bool = False) -> str:
    nulls = "FIRST" if back else "LAST"
    parts = [
        f"t.{identifier(name)} {'DESC' if down != back else 'ASC'} NULLS {nulls}"
        for name, down in sorts
    ]
    return "ORDER BY " + ", ".join([*parts, "__row DESC" if back else "__row"])


def _select(columns: Sequence[Column], cut: int | None) -> str:
    names = ((identifier(column.name), column.type) for column in columns)
    return "".join(
        f", left({name}, {cut}) AS {name}" if cut and kind == "text" else f", {name}"
        for name, kind in names
    )


def _count(con: duckdb.DuckDBPyConnection, source: str, values: Sequence[Any] = ()) -> int:
    row = con.execute(f"SELECT count(*) FROM {source}", values).fetchone()
    return int(row[0]) if row else 0
