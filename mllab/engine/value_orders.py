"""What customers spent within some days, summed up by DuckDB from a table of transactions."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.engine.duck import identifier, literal
from datasets.engine.execute import Source
from datasets.engine.reader import reader, table
from datasets.engine.types import ROW_COLUMN

if TYPE_CHECKING:
    import duckdb

MONEY = "DECIMAL(18, 4)"
"""Sums of floats leave 1e-12 where 0 is meant, so amounts are decimal before they are summed."""


@dataclass(frozen=True)
class Orders:
    """A table of transactions, and which of its columns are what.

    ``invoice`` names the column whose different values are a customer's orders, "" for none.
    """

    source: Source
    customer: str
    date: str
    amount: str
    invoice: str = ""


@dataclass(frozen=True)
class Window:
    """The days that are looked at: from ``start``, so many; ``covered`` of them have data."""

    start: date
    days: int
    last: date

    @property
    def end(self) -> date:
        """Give the first day that is not looked at."""
        return self.start + timedelta(days=self.days)

    @property
    def covered(self) -> int:
        """Count the days of it that the data reaches."""
        return max(0, min(self.days, (self.last - self.start).days + 1))


def date_range(source: Source, column: str) -> tuple[date, date] | None:
    """Return the first and the last day of a column of dates; None where it has no value."""
    name = identifier(column)
    query = f"SELECT min({name})::DATE, max({name})::DATE FROM {table(source.files)}"
    with reader(source.files) as con:
        first, last = con.execute(query).fetchone() or (None, None)
    return (first, last) if first and last else None


def key_sql(name: str, kind: str) -> str:
    """Return SQL for an id as a text that is the same for 17850, 17850.0 and " 17850"."""
    column = identifier(name)
    if kind in ("decimal", "float"):
        whole = f"{column}::HUGEINT::VARCHAR"
        return f"CASE WHEN {column} = trunc({column}) THEN {whole} ELSE {column}::VARCHAR END"
    text = f"trim({column}::VARCHAR)"
    return rf"nullif(regexp_replace({text}, '^(-?\d+)\.0+$', '\1'), '')" if kind == "text" else text


def spend_write(con: "duckdb.DuckDBPyConnection", orders: Orders, window: Window) -> None:
    """Make the table ``spend``: one row for each customer who is in the transactions at all.

    ``id``; ``spend`` within the window, returns taken off; ``orders``, those of them that bought
    something; ``bought``, whether there is any. Refunds alone make nobody active.
    """
    types = {column.name: column.type for column in orders.source.columns}
    day = identifier(orders.date)
    invoice = (
        f"{identifier(orders.invoice)}::VARCHAR" if orders.invoice else f"{day}::DATE::VARCHAR"
    )
    inside = f"{day} >= DATE '{window.start}' AND {day} < DATE '{window.end}'"
    con.execute(
        f"""
        CREATE TABLE spend AS
        WITH lines AS (
            SELECT {key_sql(orders.customer, types[orders.customer])} AS id,
                coalesce({inside}, false) AS inside,
                TRY_CAST({identifier(orders.amount)} AS {MONEY}) AS amount,
                {invoice} AS invoice
            FROM {table(orders.source.files)}
        )
        SELECT id,
            coalesce(sum(amount) FILTER (WHERE inside), 0) AS spend,
            count(DISTINCT invoice) FILTER (WHERE inside AND amount > 0) AS orders,
            coalesce(bool_or(inside AND amount > 0), false) AS bought
        FROM lines WHERE id IS NOT NULL GROUP BY id"""
    )


def labels_write(con: "duckdb.DuckDBPyConnection", query: str) -> None:
    """Make the table ``labels`` (id, label) of a SELECT of both; rows without an id are left."""
    con.execute(f"CREATE OR REPLACE TABLE labels AS SELECT id, label FROM ({query})")


def rows_labels(rows: Path, members: Path, key: str, kind: str, label: str) -> str:
    """Return the SELECT of id and label of a trained table, whose labels are in ``members``."""
    return (
        f"SELECT {key_sql(key, kind)} AS id, {identifier(label)} AS label "
        f"FROM {_file(rows)} JOIN {_file(members)} USING ({ROW_COLUMN})"
    )


def file_labels(rows: Path, key: str, kind: str, label: str) -> str:
    """Return the SELECT of id and label of a scored table."""
    return f"SELECT {key_sql(key, kind)} AS id, {identifier(label)} AS label FROM {_file(rows)}"


def one(con: "duckdb.DuckDBPyConnection", query: str) -> tuple[Any, ...]:
    """Return the only row of an answer."""
    row = con.execute(query).fetchone()
    return tuple(row) if row else ()


def _file(path: Path) -> str:
    return f"read_parquet({literal(str(path))}, hive_partitioning = false)"
