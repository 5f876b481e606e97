"""Picks a file out of a run's scratch folder: hostile until every check has passed.

Called after the run has ended. The file is opened without following or waiting for anything,
copied from that very descriptor, and only the copy is read; of its Parquet footer the plain
schema is used, never the Arrow one that a file may carry.
"""

import os
import shutil
import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from datasets.engine.types import ROW_COLUMN, Column, ColumnType
from segplatform.kernel.errors import UserError

MAX_COLUMNS = 2000
MAX_ROWS = 2**31
MAX_NAME = 200
MAX_FOOTER_BYTES = 16 * 2**20
_MAGIC = b"PAR1"

_TYPES: dict[tuple[str, str], ColumnType] = {
    ("BYTE_ARRAY", "String"): "text",
    ("INT64", "None"): "integer",
    ("INT64", "Int(bitWidth=64, isSigned=true)"): "integer",
    ("DOUBLE", "None"): "float",
    ("BOOLEAN", "None"): "boolean",
    ("INT32", "Date"): "date",
    ("INT64", "Decimal(precision=18, scale=4)"): "decimal",
    ("FIXED_LEN_BYTE_ARRAY", "Decimal(precision=18, scale=4)"): "decimal",
}
_MICROSECONDS = "Timestamp(isAdjustedToUTC=false, timeUnit=microseconds"


class PickError(UserError):
    """The run's output is not what it must be; the sentence says why."""

    code = "bad_output"


@dataclass(frozen=True)
class Picked:
    """A checked file of ours now: its visible columns, rows and bytes."""

    columns: list[Column]
    rows: int
    bytes: int


def fetch(scratch: Path, name: str, target: Path, max_bytes: int) -> int:
    """Copy the plain file ``name`` of ``scratch`` to the new file ``target``; return its bytes.

    Raises ``PickError`` for anything but a plain file with one name and at most ``max_bytes``.
    """
    with _opened(scratch, name) as source:
        found = os.fstat(source.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise PickError(f"The output {name} is not a plain file; write it as one.")
        if found.st_size > max_bytes:
            raise PickError(f"The output is larger than {max_bytes:,} bytes; write fewer rows.")
        fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(fd, "wb") as copy:
            shutil.copyfileobj(source, copy, 2**20)
    return found.st_size


def _opened(scratch: Path, name: str) -> BinaryIO:
    """Open by one name in one folder: no link is followed, no pipe waited for."""
    if Path(name).name != name:
        raise PickError("The output must lie in the scratch folder itself.")
    folder = os.open(scratch, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        fd = os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        raise PickError(f"The run left no output ({name}).") from None
    except OSError as error:
        raise PickError(f"The output {name} is not a plain file; write it as one.") from error
    finally:
        os.close(folder)
    if stat.S_ISDIR(os.fstat(fd).st_mode):
        os.close(fd)
        raise PickError(f"The output {name} is a folder; write one plain file.")
    return open(fd, "rb")


def pick(
    scratch: Path,
    name: str,
    target: Path,
    *,
    max_bytes: int,
    max_columns: int = MAX_COLUMNS,
    max_rows: int = MAX_ROWS,
) -> Picked:
    """Fetch a Parquet file and check that it is one that our own writer could have written.

    It must be flat, with unique names and our seven column types, and may have ``__row``. Raises
    ``PickError``; the target is removed then.
    """
    size = fetch(scratch, name, target, max_bytes)
    try:
        columns, rows = _checked(target, max_columns, max_rows)
    except BaseException:
        target.unlink()
        raise
    return Picked(columns, rows, size)


def _checked(path: Path, max_columns: int, max_rows: int) -> tuple[list[Column], int]:
    footer = _footer(path)
    if not 0 < footer.num_columns <= max_columns:
        raise PickError(
            f"The output has {footer.num_columns:,} columns; it may have 1 to {max_columns:,}."
        )
    if not 0 <= footer.num_rows <= max_rows or footer.num_rows != _rows_of_groups(footer):
        raise PickError(f"The output has too many rows; it may have {max_rows:,}.")
    names = [footer.schema.column(place).path for place in range(footer.num_columns)]
    if len(set(names)) != len(names):
        raise PickError("Two columns of the output have the same name; rename one.")
    columns = [_column(footer.schema.column(place)) for place in range(footer.num_columns)]
    return [column for column in columns if column.name != ROW_COLUMN], footer.num_rows


def _footer(path: Path) -> Any:
    """Read the footer, after a look at what it claims to be."""
    with open(path, "rb") as file:
        head, size = file.read(4), path.stat().st_size
        file.seek(max(0, size - 8))
        tail = file.read(8)
    length = struct.unpack("<I", tail[:4])[0] if len(tail) == 8 else 0
    if head != _MAGIC or tail[4:] != _MAGIC or not 0 < length <= min(size, MAX_FOOTER_BYTES):
        raise PickError("The output is not a Parquet file, or only a part of one.")
    try:
        return pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise PickError("The output is a damaged Parquet file; write it again.") from error


def _rows_of_groups(footer: Any) -> int:
    return sum(footer.row_group(place).num_rows for place in range(footer.num_row_groups))


def _column(found: Any) -> Column:
    """Read one column's name and type; anything nested or unknown is refused."""
    name = str(found.path)
    flat = found.max_repetition_level == 0 and found.max_definition_level <= 1
    if not flat or found.path != found.name:
        raise PickError(f"The column “{name[:50]}” of the output is nested; make it text first.")
    if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
        raise PickError(f"A column name of the output is not usable: “{name[:50]}”.")
    kind = _kind(found.physical_type, str(found.logical_type))
    if kind is None or (name == ROW_COLUMN and kind != "integer"):
        raise PickError(f"The column “{name[:50]}” of the output has a type we do not store.")
    return Column(name, kind)


def _kind(physical: str, logical: str) -> ColumnType | None:
    if physical == "INT64" and logical.startswith(_MICROSECONDS):
        return "datetime"
    return _TYPES.get((physical, logical))
