"""The rows of a delimited UTF-8 file as tables of text, fast where it is regular, exact anyway."""

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from datasets.engine.bounds import MAX_CELL_BYTES, ROW_GROUP_ROWS
from datasets.engine.encoding import Scan
from datasets.engine.layout import Layout
from datasets.engine.records import Record, Records, spaced_quote, text_lines
from datasets.engine.rejects import Rejects
from datasets.engine.types import ROW_COLUMN
from segplatform.kernel.errors import UserError

BLOCK = MAX_CELL_BYTES
"""What is read at once; the fast reader refuses a line that is longer."""
DENSE = 50
"""A quote every so many bytes: then looking for the lines with quotes costs more than it saves."""

GROUP_BYTES = 2**25
"""Rows are worked on in groups of about 120,000, fewer where they are wide."""


class Irregular(Exception):
    """The fast reader met something that only the exact one may judge."""


@dataclass
class Tally:
    """What happened to the rows of one pass over the file."""

    rows: int = 0
    empty: int = 0
    padded: int = 0
    rejected: int = 0
    mended: list[int] = field(default_factory=list)


def is_regular(path: Path, layout: Layout, scan: Scan) -> bool:
    """Say whether every row is one line with well-formed quotes, so that the fast reader is exact.

    Only lines that hold a quote are looked at; where every line does, that is the whole file.
    """
    if scan.lone_cr or scan.lines == 0 or layout.delimiter == layout.quote:
        return False
    if not layout.quote or not scan.quotes:
        return True
    mark = layout.quote.encode()
    with path.open("rb") as file:
        for _ in range(layout.skip_lines):
            file.readline()
        while block := file.read(BLOCK):
            block += file.readline(BLOCK)
            if not _quotes_fit(_lines_with(block, mark), layout):
                return False
    return True


def _lines_with(block: bytes, mark: bytes) -> bytes:
    """Return the lines of a block that hold ``mark``; all of them where that is most."""
    if block.count(mark) * DENSE > len(block):
        return block
    lines, position = [], 0
    while (found := block.find(mark, position)) >= 0:
        start, end = block.rfind(b"\n", 0, found) + 1, block.find(b"\n", found)
        end = len(block) if end < 0 else end + 1
        lines.append(block[start:end])
        position = end
    return b"".join(lines)


def _quotes_fit(lines: bytes, layout: Layout) -> bool:
    """Read lines by the strict rules; say whether each is one record, its quotes as they should."""
    text = lines.decode()
    if spaced_quote(layout.delimiter, layout.quote).search(text):
        return False
    split = text.split("\n")
    if split[-1] == "":
        split.pop()
    reader = csv.reader(
        (f"{line}\n" for line in split),
        delimiter=layout.delimiter, quotechar=layout.quote, strict=True,
    )  # fmt: skip
    try:
        return sum(1 for _ in reader) == len(split)
    except csv.Error:
        return False


def groups(
    path: Path, layout: Layout, tally: Tally, rejects: Rejects | None, *, fast: bool, expected: int
) -> Iterator[pa.Table]:
    """Yield tables of text columns "0", "1", … and ``__row``, empty rows left out and counted.

    ``expected`` is the number of rows that the fast reader must find. Raises ``Irregular`` (fast
    only), or ``UserError`` for a cell over 1 MB.
    """
    parts = _fast(path, layout, expected) if fast else _exact(path, layout, tally, rejects)
    held: list[pa.Table] = []
    for part in parts:
        tally.rows += part.num_rows
        held.append(without_empty(part, tally))
        rows = sum(table.num_rows for table in held)
        if rows >= ROW_GROUP_ROWS or sum(table.nbytes for table in held) >= GROUP_BYTES:
            whole, held = pa.concat_tables(held), []
            yield whole
    tally.rows += tally.rejected
    if held:
        yield pa.concat_tables(held)


def _columns(layout: Layout) -> list[str]:
    return [str(i) for i in range(layout.width)]


def _fast(path: Path, layout: Layout, expected: int) -> Iterator[pa.Table]:
    """Read blocks in parallel with Arrow; any row of another width is ``Irregular``."""
    names = _columns(layout)
    try:
        reader = pa_csv.open_csv(
            path,
            read_options=pa_csv.ReadOptions(
                block_size=BLOCK, skip_rows=layout.skip_lines, column_names=names
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char=layout.quote or False,
                newlines_in_values=False,
                ignore_empty_lines=False,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,
            ),
        )
        row = 0
        for batch in reader:
            yield _numbered(pa.Table.from_batches([batch]), row + 1)
            row += batch.num_rows
    except pa.ArrowInvalid as error:
        raise Irregular from error
    if row != expected:
        raise Irregular


def _numbered(table: pa.Table, first: int) -> pa.Table:
    rows = np.arange(first, first + table.num_rows, dtype=np.int64)
    return table.append_column(ROW_COLUMN, pa.array(rows))


def _exact(path: Path, layout: Layout, tally: Tally, rejects: Rejects | None) -> Iterator[pa.Table]:
    """Read record by record: pad short rows, reject long ones, mend quotes; count all of it."""
    lines = islice(text_lines(path, "utf-8"), layout.skip_lines, None)
    reader = Records(lines, layout.delimiter, layout.quote)
    cells: list[list[str]] = []
    rows: list[int] = []
    size = 0
    for row, record in enumerate(reader, 1):
        if len(record.text) > MAX_CELL_BYTES // 4:  # a character is at most four bytes
            _require_small(row, record)
        fitted = _fit(record, layout.width, tally)
        if fitted is None:
            tally.rejected += 1
            if rejects is not None:
                reason = f"{len(record.cells):,} cells instead of {layout.width:,}"
                rejects.add(row, None, record.text, reason)
            continue
        cells.append(fitted)
        rows.append(row)
        size += len(record.text)
        if size > BLOCK or len(rows) * layout.width > BLOCK:
            yield _table(cells, rows, layout)
            cells, rows, size = [], [], 0
    tally.mended = [line + layout.skip_lines for line in reader.mended]
    if rows:
        yield _table(cells, rows, layout)


def _require_small(row: int, record: Record) -> None:
    """Raise a ``UserError`` that names the row of a cell over 1 MB (the fast reader has none)."""
    for number, cell in enumerate(record.cells, 1):
        if (size := len(cell.encode())) > MAX_CELL_BYTES:
            raise UserError(
                f"Row {row:,} holds a cell of {size / 2**20:,.1f} MB in column {number:,}; a cell "
                "may hold 1 MB. Shorten it, or look for a quote that is never closed."
            )


def _fit(record: Record, width: int, tally: Tally) -> list[str] | None:
    """Give the row's cells in the table's width, or None where cells would be lost."""
    cells = record.cells
    if len(cells) > width:
        return None if any(cells[width:]) else cells[:width]
    if len(cells) < width:
        # A blank line is an empty row, not a short one.
        tally.padded += any(cells)
        return cells + [""] * (width - len(cells))
    return cells


def _table(cells: list[list[str]], rows: list[int], layout: Layout) -> pa.Table:
    columns = ([cell or None for cell in column] for column in zip(*cells, strict=True))
    table = pa.table([pa.array(c, pa.string()) for c in columns], names=_columns(layout))
    return table.append_column(ROW_COLUMN, pa.array(rows, pa.int64()))


def without_empty(table: pa.Table, tally: Tally) -> pa.Table:
    """Leave out rows in which every cell is empty."""
    columns = [column for column in table.columns[:-1] if column.null_count]
    if len(columns) < table.num_columns - 1:
        return table
    filled = pc.is_valid(columns[0])
    for column in columns[1:]:
        filled = pc.or_(filled, pc.is_valid(column))
    kept = table.filter(filled)
    tally.empty += table.num_rows - kept.num_rows
    return kept


def ahead(items: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield the same tables, the next one being made while the caller works on this one."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
