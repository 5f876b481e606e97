"""The rows of a delimited UTF-8 file as tables of text, whatever it looks like."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.bounds import MAX_CELL_BYTES, ROW_GROUP_ROWS
from datasets.engine.layout import Layout
from datasets.engine.records import Record, Records, is_drawn, text_lines
from datasets.engine.rejects import Rejects
from datasets.engine.types import ROW_COLUMN
from segplatform.kernel.errors import UserError

BLOCK = MAX_CELL_BYTES
"""What is looked at at once; the fast reader refuses a line that is longer."""

GROUP_BYTES = 2**25
"""Rows are worked on in groups of 60,000 to 120,000, fewer where they are wide."""
GROUP_ROWS = ROW_GROUP_ROWS // 2


REPEATED = "rows with the column names again, as where files were joined, were rejected."


class Irregular(Exception):
    """The fast reader met something that only the exact one may judge."""


def places(layout: Layout) -> list[str]:
    """Return what the columns are called until they are written: "0", "1", …"""
    return [str(i) for i in range(layout.width)]


@dataclass
class Tally:
    """What happened to the rows of one pass over the file."""

    rows: int = 0
    empty: int = 0
    padded: int = 0
    rejected: int = 0
    repeated: int = 0
    mended: list[int] = field(default_factory=list)


def groups(
    parts: Iterable[pa.Table], layout: Layout, tally: Tally, rejects: Rejects | None
) -> Iterator[pa.Table]:
    """Yield parts in groups to work on, empty rows and repeated headers left out and counted."""
    held: list[pa.Table] = []
    rows = size = 0
    for part in parts:
        tally.rows += part.num_rows
        held.append(without_repeats(without_empty(part, tally), layout, tally, rejects))
        rows, size = rows + held[-1].num_rows, size + held[-1].nbytes
        if rows >= GROUP_ROWS or size >= GROUP_BYTES:
            whole, held, rows, size = pa.concat_tables(held), [], 0, 0
            yield whole
    tally.rows += tally.rejected
    if held:
        yield pa.concat_tables(held)


def exact_parts(
    path: Path, layout: Layout, tally: Tally, rejects: Rejects | None
) -> Iterator[pa.Table]:
    """Yield tables of text columns "0", "1", … and ``__row``, read record by record.

    Short rows are padded, long ones rejected, quotes mended, and all of it counted in ``tally``.
    Raises ``UserError`` for a cell over 1 MB.
    """
    lines = islice(text_lines(path, "utf-8"), layout.skip_lines, None)
    reader = Records(lines, layout.delimiter, layout.quote)
    cells: list[list[str]] = []
    rows: list[int] = []
    size = 0
    for row, record in enumerate(reader, 1):
        if len(record.text) > MAX_CELL_BYTES // 4:  # a character is at most four bytes
            _require_small(row, record)
        fitted = _fit(record, layout, tally)
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


def _fit(record: Record, layout: Layout, tally: Tally) -> list[str] | None:
    """Give the row's cells in the table's width, or None where cells would be lost."""
    cells, width = record.cells, layout.width
    if len(cells) < width and is_drawn(record):
        return [""] * width
    if layout.even and len(cells) < width and any(cells):
        return None
    if len(cells) > width:
        return None if any(cells[width:]) else cells[:width]
    if len(cells) < width:
        # A blank line is an empty row, not a short one.
        tally.padded += any(cells)
        return cells + [""] * (width - len(cells))
    return cells


def _table(cells: list[list[str]], rows: list[int], layout: Layout) -> pa.Table:
    columns = ([cell or None for cell in column] for column in zip(*cells, strict=True))
    table = pa.table([pa.array(c, pa.string()) for c in columns], names=places(layout))
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


def without_repeats(
    table: pa.Table, layout: Layout, tally: Tally, rejects: Rejects | None
) -> pa.Table:
    """Reject rows that are the header again; the file was joined from several."""
    names = layout.names
    marked = next((i for i, name in enumerate(names) if name), None)
    if marked is None or not layout.repeats(names):
        return table
    again = pc.fill_null(pc.equal(table.column(marked), names[marked]), False)
    if not pc.any(again).as_py():
        return table
    for i, name in enumerate(names):
        same = pc.equal(pc.fill_null(table.column(i), ""), name)
        again = pc.and_(again, same)
    for row in table.filter(again).column(ROW_COLUMN).to_pylist():
        tally.repeated += 1
        if rejects is not None:
            rejects.add(row, None, layout.delimiter.join(names), "the column names again")
    return table.filter(pc.invert(again))


def ahead(items: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield the same tables, the next one being made while the caller works on this one."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
