"""The project's sample of a version, written once beside its files and read by all previews."""

import os
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets.engine.column_words import CUSTOMERS, named
from datasets.engine.duck import identifier, literal
from datasets.engine.reader import reader, table
from datasets.engine.types import Column

NOBODY = ("boolean", "date", "datetime")
"""Types of columns that say of somebody, never who."""


@dataclass(frozen=True)
class Sample:
    """How the project samples: ``order`` is a value of Project.Order, ``rows`` how many."""

    order: str
    rows: int

    @property
    def file_name(self) -> str:
        """Name the file; other settings make another file."""
        return f"sample-{self.order}-{self.rows}.parquet"


def customer_column(columns: Sequence[Column]) -> Column | None:
    """Guess by its name which column says who bought; None where none does."""
    able = [column for column in columns if column.type not in NOBODY]
    return named(able, CUSTOMERS)


def sample_words(sample: Sample, columns: Sequence[Column]) -> str:
    """Say in one phrase what the sample holds, and when it is not what was asked for."""
    if sample.order == "whole_customers":
        column = customer_column(columns)
        if column:
            return f"all rows of random customers, by “{column.name}”"
        return "random rows, since no column looks like a customer"
    return {"first": "the first rows", "last": "the last rows", "random": "random rows"}[
        sample.order
    ]


def sample_make(files: Sequence[Path], columns: Sequence[Column], sample: Sample) -> list[Path]:
    """Return the files of the sample, made now if they are not there yet.

    A table that is no longer than the sample is its own sample. The seed is the version's
    folder, so that a version has one sample, whoever asks first. Safe to call twice at once:
    each writes its own temporary file and the last rename wins, with the same rows.
    """
    target = files[0].parent / sample.file_name
    if target.exists():
        return [target]
    part = target.with_name(f".{uuid.uuid4().hex}.part")
    with reader(files, [part]) as con:
        counted = con.execute(f"SELECT count(*) FROM {table(files)}").fetchone()
        if counted and counted[0] <= sample.rows:
            return list(files)
        try:
            con.execute(_copy(files, columns, sample, part))
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
    return [target]


def _copy(files: Sequence[Path], columns: Sequence[Column], sample: Sample, part: Path) -> str:
    chosen = _chosen(files, columns, sample)
    return (
        f"COPY (SELECT * FROM {table(files)} WHERE __row IN ({chosen}) ORDER BY __row) "
        f"TO {literal(str(part))} (FORMAT parquet, COMPRESSION zstd)"
    )


def _chosen(files: Sequence[Path], columns: Sequence[Column], sample: Sample) -> str:
    seed = zlib.crc32(files[0].parent.name.encode())
    source, rows = table(files), int(sample.rows)
    customer = customer_column(columns) if sample.order == "whole_customers" else None
    if customer:
        return _customers(source, identifier(customer.name), rows, seed)
    order = {"first": "__row", "last": "__row DESC"}.get(
        sample.order, f"hash(__row::VARCHAR || '{seed}'), __row"
    )
    return f"SELECT __row FROM {source} ORDER BY {order} LIMIT {rows}"


def _customers(source: str, name: str, rows: int, seed: int) -> str:
    """Take customers in random order until there are enough rows: at most twice as many.

    A customer with more rows than the whole sample is taken only where all are like that.
    """
    return f"""
        SELECT __row FROM {source} WHERE {name} IN (
            SELECT who FROM (
                SELECT who, n, place, sum(n) OVER (ORDER BY place) AS so_far FROM (
                    SELECT {name} AS who, count(*) AS n, row_number() OVER (
                        ORDER BY count(*) > {rows}, hash({name}::VARCHAR || '{seed}'), {name}
                    ) AS place
                    FROM {source} WHERE {name} IS NOT NULL GROUP BY {name}))
            WHERE place = 1 OR (so_far - n < {rows} AND n <= {rows}))"""
