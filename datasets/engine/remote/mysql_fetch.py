"""Rows of MySQL and MariaDB into Parquet, in pieces, unbuffered."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datasets.engine.names import clean_names
from datasets.engine.remote.mysql_columns import Column, Field
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

PIECE_ROWS = 50_000
PIECE_BYTES = 32 * 2**20
"""A piece ends at whichever comes first: wide texts make short pieces."""


def fields_of(cursor: Any) -> list[Field]:
    """Give what the server says of the columns of a result.

    PyMySQL's public ``description`` leaves out what tells unsigned from signed, and bytes from
    text; the packets that it was made of have it.
    """
    return [
        Field(
            name=packet.name, type_code=packet.type_code, charset=packet.charsetnr,
            flags=packet.flags, length=packet.length, scale=packet.scale,
            stored=bool(packet.org_table),
        )
        for packet in cursor._result.fields
    ]  # fmt: skip


def rows_to_parquet(
    cursor: Any, target: Path, head: int | None, expected: int | None, progress: Progress
) -> tuple[bool, list[str]]:
    """Write the rows of an open result; say whether all came, and what was lost."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = fields_of(cursor)
    kept = [(at, field) for at, field in enumerate(fields) if field.form != "left_out"]
    if not kept:
        raise UserError("It has only columns with binary data. Choose another table.")
    names = clean_names([field.name for _, field in kept])
    columns = [Column(field, name) for (_, field), name in zip(kept, names, strict=True)]
    schema = pa.schema([(column.name, column.field.arrow_type()) for column in columns])
    done, whole = 0, True
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for rows in _pieces(cursor, head):
            if head is not None and done + len(rows) > head:
                rows, whole = rows[: head - done], False
            cells = list(zip(*rows, strict=True)) or [()] * len(fields)
            arrays = [
                column.array(cells[at])
                for (at, _), column in zip(kept, columns, strict=True)
            ]  # fmt: skip
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            done += len(rows)
            share = min(done / expected, 0.99) if expected else 0.0
            progress.step(share, f"{done:,} rows fetched")
            if not whole:
                break
    left_out = [field.name for field in fields if field.form == "left_out"]
    return whole, [
        *_left_out(left_out),
        *(said for column in columns for said in column.warnings()),
    ]


def _pieces(cursor: Any, head: int | None) -> Iterator[list[tuple[bytes | None, ...]]]:
    """Give the rows in pieces that fit into memory; the first has what ``head`` asks for."""
    most = PIECE_ROWS if head is None else min(PIECE_ROWS, head + 1)
    piece: list[tuple[bytes | None, ...]] = []
    size = 0
    while row := cursor.fetchone():
        piece.append(row)
        size += sum(len(cell) for cell in row if cell)
        if len(piece) >= most or size >= PIECE_BYTES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _left_out(names: list[str]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(f"“{name}”" for name in clean_names(names)[:5])
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return [f"Binary data is left out: {shown}{more}."]
