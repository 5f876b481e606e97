"""The SQL of a recipe's plan: checked, described over empty tables, cast to our column types."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from tempfile import gettempdir
from typing import TYPE_CHECKING

import duckdb

from datasets.engine.duck import connect, identifier
from datasets.engine.run_errors import readable
from datasets.engine.types import ROW_COLUMN, Column, ColumnType, duckdb_type, from_duckdb
from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    from sqlglot import exp

    from datasets.engine.recipes.base import Plan

OUTPUT = "output"
"""The table by which facts can name the result itself."""

_MEMORY_BYTES = 128 * 2**20


@dataclass(frozen=True)
class Compiled:
    """A plan that was checked: its SQL, and the visible columns that it gives."""

    query: str
    order: str
    columns: list[Column]

    def cast_sql(self) -> str:
        """Return the SQL of the whole result, in its order, columns cast to our own types.

        ``__row`` is numbered anew, from 1.
        """
        casts = "".join(
            f", CAST({identifier(column.name)} AS {duckdb_type(column.type)}) AS "
            f"{identifier(column.name)}"
            for column in self.columns
        )
        number = f"CAST(row_number() OVER () AS BIGINT) AS {ROW_COLUMN}"
        ordered = f"SELECT * FROM ({self.query}) ORDER BY {self.order}"
        return f"SELECT {number}{casts} FROM ({ordered})"


def compiled(plan: "Plan", inputs: Sequence[Sequence[Column]]) -> Compiled:
    """Check a plan for inputs of these columns and find its columns; reads no data.

    The columns are DuckDB's own answer over empty tables. Raises ``UserError`` where the query
    does not fit the inputs, would give two columns of one name, or does more than read.
    """
    query = query_sql(plan.query, len(inputs))
    _distinct_names(plan.query)
    tables = ", ".join(
        f"{identifier(f'input_{place}')} AS ({_empty(columns)})"
        for place, columns in enumerate(inputs)
    )
    found = _describe(f"WITH {tables} SELECT * FROM ({query})" if inputs else query)
    columns = [Column(name, from_duckdb(kind)) for name, kind in found if name != ROW_COLUMN]
    return Compiled(query, _order(plan), columns)


def describe(plan: "Plan", inputs: Sequence[Sequence[Column]]) -> list[Column]:
    """Return the visible columns that the plan gives; raises what ``compiled`` does."""
    return compiled(plan, inputs).columns


def expression_type(expression: "exp.Expr", columns: Sequence[Column]) -> ColumnType:
    """Return the type of one expression over a table of these columns; reads no data.

    Raises ``UserError`` with DuckDB's reason where it does not fit the columns.
    """
    _check(expression, set())
    query = f"SELECT {expression.sql('duckdb', comments=False)} AS x FROM ({_empty(columns)})"
    return from_duckdb(_describe(query)[0][1])


def query_sql(query: "exp.Expr", inputs: int, more: Sequence[str] = ()) -> str:
    """Return the SQL of a query over ``inputs`` tables, after checking that it only reads them.

    ``more`` are further tables that it may read. Raises ``UserError`` for anything else.
    """
    from sqlglot import exp

    if not isinstance(query, exp.Query):
        raise UserError("A recipe is one SELECT over its inputs.")
    _check(query, {f"input_{place}" for place in range(inputs)} | set(more))
    return query.sql("duckdb", comments=False)


def pretty(plan: "Plan") -> str:
    """Return the plan's SQL for a person to read."""
    text = plan.query.sql("duckdb", pretty=True, comments=False)
    return f"{text}\nORDER BY {_order(plan)}" if plan.order_by else text


def _order(plan: "Plan") -> str:
    names = plan.order_by or [ROW_COLUMN]
    return ", ".join(f"{identifier(name)} NULLS LAST" for name in names)


def _empty(columns: Sequence[Column]) -> str:
    cells = [f"NULL::BIGINT AS {ROW_COLUMN}"]
    cells += [f"NULL::{duckdb_type(c.type)} AS {identifier(c.name)}" for c in columns]
    return f"SELECT {', '.join(cells)} LIMIT 0"


def _describe(query: str) -> list[tuple[str, str]]:
    """Return names and types of what a query gives; the connection sees no file at all."""
    with _nothing(os.getpid()).cursor() as con:
        try:
            rows = con.execute(f"DESCRIBE {query}").fetchall()
        except duckdb.Error as error:
            raise readable(error) from error
    return [(row[0], row[1]) for row in rows]


@lru_cache(maxsize=1)
def _nothing(pid: int) -> duckdb.DuckDBPyConnection:
    """Open a database without tables or files; one per process, for threads do not survive fork."""
    return connect(_MEMORY_BYTES, gettempdir(), 1)


def _distinct_names(query: "exp.Query") -> None:
    """Refuse two output columns of one name: DuckDB would rename the second without a word."""
    seen: set[str] = set()
    for name in query.named_selects:
        if name != "*" and name.casefold() in seen:
            raise UserError(f"Two columns of the result would be called “{name}”; rename one.")
        seen.add(name.casefold())


def _check(tree: "exp.Expr", tables: set[str]) -> None:
    """Refuse whatever does more than read ``tables``: "it is a SELECT" proves nothing."""
    from sqlglot import exp

    refused = (
        *(exp.DML, exp.DDL, exp.Command, exp.Into, exp.Pragma, exp.Set, exp.Attach, exp.Detach),
        *(exp.Parameter, exp.Placeholder, exp.ReadCSV, exp.ReadParquet, exp.Drop, exp.Alter),
    )
    known = {name.casefold() for name in tables}
    known |= {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    for node in tree.walk():
        if isinstance(node, refused) and not isinstance(node, exp.Query):
            raise _refusal(type(node).__name__)
        if isinstance(node, exp.CTE) and not isinstance(node.this, exp.Query):
            raise _refusal(type(node.this).__name__)
        if isinstance(node, exp.Lateral) and not isinstance(node.this, exp.Subquery):
            raise _refusal(type(node.this).__name__)
        if isinstance(node, exp.Table) and not _is_known(node, known):
            raise _refusal(node.sql("duckdb")[:80])


def _is_known(table: "exp.Table", known: set[str]) -> bool:
    from sqlglot import exp

    plain = isinstance(table.this, exp.Identifier) and not (table.db or table.catalog)
    return plain and table.name.casefold() in known


def _refusal(what: str) -> UserError:
    return UserError(f"A recipe only reads its inputs; “{what}” is not allowed in it.")
