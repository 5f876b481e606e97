"""A Parquet file opened with care: its columns, and its rows in pieces of bounded size."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasets.engine.bounds import MAX_COLUMNS
from segplatform.kernel.errors import UserError

ROWS = 8_192
"""What is read at once: a cell may hold a megabyte."""
PIECE_BYTES = 2**24
BUFFER = 2**20
LIST_BYTES = 32 * 2**20
LIST_ENTRIES = 1_000_000
"""The largest footer that is read: its texts, and its entries."""
INDEX = "__index_level_"
"""How pandas names a column of an index that has no name (its developer guide, "Storing pandas
DataFrame objects in Apache Parquet format")."""
_TEXTS = ("STRING", "NONE", "JSON", "ENUM")

DAMAGED = "The Parquet file is damaged or was cut off: {why}. Write it again and upload that."


@contextmanager
def parquet_sound() -> Iterator[None]:
    """Make a ``UserError`` of what is wrong with the file's bytes."""
    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise _said(error) from error
    except OSError as error:
        if error.errno:  # the disk's or the sandbox's, not the file's
            raise
        raise _said(error) from error


def _said(error: Exception) -> UserError:
    text = str(error)
    if "ncrypt" in text:
        said = "The Parquet file is encrypted. Write it without encryption and upload that."
        return UserError(said)
    if isinstance(error, pa.ArrowNotImplementedError):
        return UserError(
            "The Parquet file holds a kind of column that cannot be read here. Write that column "
            "as text or numbers, or leave it out."
        )
    if "UTF8" in text:
        return UserError(DAMAGED.format(why="a text in it is not UTF-8"))
    footer = "footer" in text or "magic" in text or "metadata" in text
    part = "footer" if footer else "pages"
    return UserError(DAMAGED.format(why=f"its {part} cannot be read"))


class ParquetOpened:
    """One file: ``columns`` are the raw names of what is read, by their places."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[str] = []
        with parquet_sound():
            self._texts = self._found()
            with self._file() as file:
                schema, self.rows = file.schema_arrow, file.metadata.num_rows
        self.types: list[pa.DataType] = list(schema.types)
        self.columns = self._columns(schema)
        if len(self.columns) > MAX_COLUMNS:
            raise UserError(
                f"The file has {len(self.columns):,} columns; at most {MAX_COLUMNS:,} can be "
                "read. Keep the columns that you need."
            )

    def _found(self) -> list[str]:
        """List the columns of text, which stay dictionaries: written out they may fill memory."""
        with self._file() as file:
            columns = [file.schema.column(place) for place in range(len(file.schema))]
        return [
            column.path
            for column in columns
            if column.physical_type == "BYTE_ARRAY"
            and column.logical_type.type in _TEXTS
            and "." not in column.path
        ]

    def _file(self) -> Any:
        return pq.ParquetFile(
            self.path,
            read_dictionary=getattr(self, "_texts", None),
            pre_buffer=False,
            buffer_size=BUFFER,
            thrift_string_size_limit=LIST_BYTES,
            thrift_container_size_limit=LIST_ENTRIES,
        )

    def _columns(self, schema: pa.Schema) -> dict[int, str]:
        """Leave out the row numbers that pandas adds; name its other indexes."""
        found: dict[int, str] = {}
        for place, name in enumerate(schema.names):
            if not name.startswith(INDEX):
                found[place] = name
            elif pa.types.is_integer(self.types[place]):
                self.said.append("The numbers that pandas gives to rows (its index) are left out.")
            else:
                found[place] = "index"
                self.said.append("The column of pandas' index, which has no name, is “index”.")
        return found

    def batches(self, rows: int = ROWS) -> Iterator[pa.RecordBatch]:
        """Yield all rows, a few at a time, with the columns at their places in the file."""
        with parquet_sound(), self._file() as file:
            for group in range(file.num_row_groups):
                for batch in file.iter_batches(rows, row_groups=[group], use_threads=False):
                    batch.validate(full=True)
                    yield from _small(batch)


def _small(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Cut a batch where its texts, written out, would take too much memory."""
    longest = 1
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and len(column.dictionary):
            longest = max(longest, pc.max(pc.binary_length(column.dictionary)).as_py() or 0)
    rows = max(1, PIECE_BYTES // longest)
    for first in range(0, batch.num_rows, rows):
        yield batch.slice(first, rows)
