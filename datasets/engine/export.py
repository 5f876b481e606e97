"""Whole tables as CSV, XLSX or Parquet, in blocks of bytes and with flat memory."""

import csv
import io
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from datasets.engine.cells import safe_sql, safe_text
from datasets.engine.duck import identifier, literal
from datasets.engine.export_xlsx import xlsx_blocks
from datasets.engine.reader import reader, row_ranges, table
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError

BLOCK_BYTES = 256 * 1024
ROWS_PER_CHUNK = 122_880  # one row group of our writer
XLSX_MAX_ROWS = 1_048_575  # 2**20, less the header
XLSX_MAX_COLUMNS = 16_384
XLSX_MAX_CHARACTERS = 32_767  # of one cell
BOM = "\ufeff"


@dataclass(frozen=True)
class Format:
    """A way out: its file ending and content type; ``safe`` disarms formulas in text cells."""

    label: str
    extension: str
    content_type: str
    safe: bool = False


FORMATS = {
    "csv": Format("CSV for spreadsheets", "csv", "text/csv; charset=utf-8", safe=True),
    "csv_raw": Format("CSV for machines", "csv", "text/csv; charset=utf-8"),
    "xlsx": Format(
        "Excel (XLSX)",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        safe=True,
    ),
    "parquet": Format("Parquet", "parquet", "application/vnd.apache.parquet"),
}


def export(
    files: Sequence[Path], columns: Sequence[Column], key: str, *, folder: Path, bom: bool = False
) -> Iterator[bytes]:
    """Return the table in blocks of bytes, in the order of the source.

    ``key`` is one of ``FORMATS``; ``folder`` takes what must be written before it is sent, and
    keeps nothing; ``bom`` starts a CSV with the mark by which Excel knows UTF-8.
    Raises ``UserError`` at once, before the first block, for what the format cannot hold.
    """
    if key not in FORMATS:
        raise UserError(f"There is no format “{key[:40]}”; use one of {', '.join(FORMATS)}.")
    if key == "xlsx":
        xlsx_check(files, columns)
        return xlsx_blocks(files, columns)
    if key == "parquet":
        return _parquet(files, columns, folder)
    return _csv(files, columns, folder, FORMATS[key].safe, bom)


def xlsx_check(files: Sequence[Path], columns: Sequence[Column]) -> None:
    """Raise ``UserError`` where a sheet cannot hold the table without losing something."""
    if len(columns) > XLSX_MAX_COLUMNS:
        raise UserError(f"A sheet holds {XLSX_MAX_COLUMNS:,} columns; download CSV or Parquet.")
    texts = [identifier(column.name) for column in columns if column.type == "text"]
    asked = ["count(*)", *(f"max(length({name}))" for name in texts)]
    with reader(files) as con:
        row = con.execute(f"SELECT {', '.join(asked)} FROM {table(files)}").fetchone()
    rows, *lengths = row or (0,)
    if rows > XLSX_MAX_ROWS:
        raise UserError(
            f"This dataset has {rows:,} rows and a sheet holds {XLSX_MAX_ROWS:,}; download CSV "
            "or Parquet."
        )
    for name, length in zip(texts, lengths, strict=True):
        if (length or 0) > XLSX_MAX_CHARACTERS:
            raise UserError(
                f"The column {name[:80]} has texts of up to {length:,} characters and a cell "
                f"holds {XLSX_MAX_CHARACTERS:,}; download CSV or Parquet."
            )


def _csv(
    files: Sequence[Path], columns: Sequence[Column], folder: Path, safe: bool, bom: bool
) -> Iterator[bytes]:
    names = [safe_text(column.name) if safe else column.name for column in columns]
    yield ((BOM if bom else "") + _header(names)).encode()
    selected = ", ".join(_cell(column, safe, alone=len(columns) == 1) for column in columns)
    source = f"SELECT {selected} FROM {table(files)}"
    for low, high in row_ranges(files, ROWS_PER_CHUNK):
        with _scratch(folder) as part:
            with reader(files, [part]) as con:
                con.execute(
                    f"COPY ({source} WHERE __row BETWEEN {low} AND {high} ORDER BY __row) "
                    f"TO {literal(str(part))} (FORMAT csv, HEADER false)"
                )
            file = _opened(part)
        yield from _blocks(file)


def _header(names: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(names)
    return line.getvalue()


def _cell(column: Column, safe: bool, alone: bool) -> str:
    name = identifier(column.name)
    value = safe_sql(name) if safe and column.type == "text" else name
    # A missing cell of a table of one column would be an empty line, which readers skip.
    return f"coalesce(({value})::VARCHAR, '') AS {name}" if alone else f"{value} AS {name}"


def _parquet(files: Sequence[Path], columns: Sequence[Column], folder: Path) -> Iterator[bytes]:
    selected = ", ".join(identifier(column.name) for column in columns)
    with _scratch(folder) as part:
        with reader(files, [part]) as con:
            con.execute(
                f"COPY (SELECT {selected} FROM {table(files)} ORDER BY __row) "
                f"TO {literal(str(part))} (FORMAT parquet, COMPRESSION zstd)"
            )
        file = _opened(part)
    yield from _blocks(file)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f"export-{uuid.uuid4().hex}"
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _opened(part: Path) -> BinaryIO:
    """Open the file, which loses its name at once: nothing stays behind, whoever hangs up."""
    file = part.open("rb")
    part.unlink()
    return file


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK_BYTES):
            yield block
