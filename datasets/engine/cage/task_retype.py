"""Inside the cage: gives the table that a script left our own column types and file format.

Runs in a process of its own, where none of the script's code ever ran; its input is hostile.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasets.engine.bounds import ROW_GROUP_ROWS
from datasets.engine.cage.frame_out import MAX_ROWS, BadOutput, names_checked, small_require
from datasets.engine.cage.tasks import Report, TaskError
from datasets.engine.store import PART_NAME, TableWriter
from datasets.engine.types import ROW_COLUMN, ColumnType

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(18, 4),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
}
"""How each of our column types is stored."""

EXACT = 2**53  # beyond it floats cannot tell neighbouring whole numbers apart
DAY = 86_400_000_000  # microseconds
UNREADABLE = "What the script left as its output cannot be read; it must not write to that file."
Types = Mapping[str, Sequence[ColumnType]]


def run(args: dict[str, Any], inputs: Path | None, scratch: Path, report: Report) -> dict[str, Any]:
    """Write ``part-0.parquet``: the table ``args["file"]`` of ``inputs``, typed, with ``__row``.

    ``args["types"]`` maps names of the recipe's input columns to the types they have there: a
    column of the same name gets it back where its values allow. Returns ``{"columns": [{"name",
    "type", "missing"}], "rows"}``. Raises ``TaskError`` for a table that is none.
    """
    table = _read((inputs or scratch) / args["file"])
    columns, infos = [], []
    for place, name in enumerate(table.schema.names):
        report.step(0.5 * place / table.num_columns, "Reading the result")
        cells = _typed(table.column(place), args["types"].get(name, ()))
        columns.append(cells)
        kind = _kind(cells.type)
        infos.append({"name": name, "type": kind, "missing": cells.null_count})
    _write(pa.table(columns, names=table.schema.names), scratch / PART_NAME, report)
    return {"columns": infos, "rows": table.num_rows}


def _read(file: Path) -> pa.Table:
    try:
        source = pq.ParquetFile(file)
        if source.metadata.num_rows > MAX_ROWS:
            raise BadOutput(f"output has more than {MAX_ROWS:,} rows, which cannot be stored.")
        names_checked(source.schema_arrow.names)
        if any(_kind(kind) is None for kind in source.schema_arrow.types):
            raise TaskError("BadOutput", UNREADABLE)
        table = source.read()
        for name in table.schema.names:
            small_require(table.column(name), name)
    except BadOutput as error:
        raise TaskError("BadOutput", str(error)) from None
    except (pa.ArrowException, OSError, ValueError):
        raise TaskError("BadOutput", UNREADABLE) from None
    return table


def _kind(kind: pa.DataType) -> ColumnType | None:
    """Return our name of an Arrow type; None for one that we do not store."""
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return "datetime"  # Parquet knows no seconds, and readers may answer in milliseconds
    return next((name for name, stored in ARROW_TYPES.items() if stored == kind), None)


def _typed(cells: pa.ChunkedArray, before: Sequence[ColumnType]) -> pa.ChunkedArray:
    """Give a column the type that its name had in an input, where its values allow."""
    if cells.null_count == len(cells) and before:
        return pa.chunked_array([pa.nulls(len(cells), ARROW_TYPES[before[0]])])
    kind = _kind(cells.type)
    for wanted in before:
        if restore := _RESTORED.get((kind, wanted)):
            try:
                return restore(cells)
            except pa.ArrowInvalid:
                continue  # a value does not fit: the column stays what it is
    return cells.cast(ARROW_TYPES["datetime"], safe=False) if kind == "datetime" else cells


def _money(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decimals come to a script as floats, and go back to four places."""
    return pc.round(cells, 4).cast(ARROW_TYPES["decimal"])


def _whole(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers become floats in pandas as soon as one is missing."""
    far = pc.max(pc.abs(cells)).as_py()
    if far is not None and not far < EXACT:
        raise pa.ArrowInvalid("too large")
    return cells.cast(pa.int64())  # raises for anything after the point


def _days(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates come to a script as times at midnight."""
    return cells.cast(ARROW_TYPES["datetime"]).cast(pa.date32())  # raises for other times


_RESTORED: dict[
    tuple[ColumnType | None, ColumnType], Callable[[pa.ChunkedArray], pa.ChunkedArray]
] = {
    ("float", "decimal"): _money,
    ("integer", "decimal"): lambda cells: cells.cast(ARROW_TYPES["decimal"]),
    ("float", "integer"): _whole,
    ("datetime", "date"): _days,
}
"""What a column is, and what its name was in an input → how it goes back."""


def _write(table: pa.Table, target: Path, report: Report) -> None:
    fields = [(ROW_COLUMN, pa.int64()), *((f.name, f.type) for f in table.schema)]
    schema = pa.schema(fields)
    with TableWriter(target, schema) as writer:
        for start in range(0, max(table.num_rows, 1), ROW_GROUP_ROWS):
            part = table.slice(start, ROW_GROUP_ROWS)
            numbers = pa.array(np.arange(start + 1, start + 1 + part.num_rows), pa.int64())
            writer.write(part.add_column(0, schema.field(0), numbers).combine_chunks())
            report.step(0.5 + 0.5 * start / max(table.num_rows, 1), "Writing the result")
