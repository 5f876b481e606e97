"""Rows of a PostgreSQL cursor into Parquet: piece by piece, each of bounded memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.engine.names import clean_names
from datasets.engine.remote.postgresql_columns import PgColumn, column_of
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa

FIRST_ROWS, MOST_ROWS = 200, 20_000
PIECE_BYTES = 16 * 2**20
"""A piece is as many rows as this much text takes: rows may be wide."""
MEASURED_SHARE = 0.9
"""Of the progress, where columns have to be written anew once their digits are known."""


def rows_to_parquet(
    cursor: Any, target: Path, head: int | None, expected: int | None, progress: Progress
) -> tuple[bool, list[str]]:
    """Write what the cursor gives; say whether that was all, and what is to be known of it."""
    if cursor.description is None:
        raise UserError("This gives no rows. Enter a SELECT.")
    columns = _columns(cursor)
    measured = any(column.is_measured for column in columns)
    first = target.with_name(f"{target.name}.first") if measured else target
    whole = _write(cursor, columns, first, head, expected, progress)
    if measured:
        progress.step(MEASURED_SHARE, "Writing numbers with all their digits")
        _write_measured(first, target, columns)
        first.unlink()
    return whole, [said for column in columns for said in column.warnings()]


def _columns(cursor: Any) -> list[PgColumn]:
    result, described = cursor.pgresult, cursor.description
    names = clean_names([column.name for column in described])
    return [column_of(name, result.ftype(i), result.fmod(i)) for i, name in enumerate(names)]


def _write(
    cursor: Any,
    columns: list[PgColumn],
    path: Path,
    head: int | None,
    expected: int | None,
    progress: Progress,
) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(column.name, column.type or pa.string()) for column in columns])
    taken, whole = 0, True
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in _pieces(cursor, head):
            if head is not None and taken + len(rows) > head:
                rows, whole = rows[: head - taken], False
            arrays = [column.array([row[i] for row in rows]) for i, column in enumerate(columns)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            taken += len(rows)
            share = min(taken / expected, 1) * MEASURED_SHARE if expected else 0
            progress.step(share, f"Fetching, {taken:,} rows")
    return whole


def _pieces(cursor: Any, head: int | None) -> Iterator[list[tuple[str | None, ...]]]:
    """Yield rows, so many at a time that a piece stays small; one more than ``head`` in all."""
    size, left = FIRST_ROWS, None if head is None else head + 1
    while left is None or left > 0:
        rows = cursor.fetchmany(size if left is None else min(size, left))
        if not rows:
            return
        yield rows
        left = None if left is None else left - len(rows)
        weight = sum(len(cell) for row in rows for cell in row if cell) or 1
        size = min(MOST_ROWS, max(1, PIECE_BYTES * len(rows) // weight), size * 4)


def _write_measured(first: Path, target: Path, columns: list[PgColumn]) -> None:
    """Copy the file, numbers as decimals of the digits that all of them need."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [(c.name, c.found_type if c.is_measured else c.type) for c in columns]
    schema = pa.schema(fields)
    source = pq.ParquetFile(first)
    with source, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in source.iter_batches(MOST_ROWS):
            writer.write_batch(_cast(batch, schema))


def _cast(batch: "pa.RecordBatch", schema: "pa.Schema") -> "pa.RecordBatch":
    import pyarrow as pa

    arrays = [
        column if column.type == field.type else column.cast(field.type)
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
