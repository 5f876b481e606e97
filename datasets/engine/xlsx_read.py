"""Reading a whole sheet: its cells as text columns, typed as those of any other table."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.bounds import ROW_GROUP_ROWS
from datasets.engine.convert import Target
from datasets.engine.layout import Layout
from datasets.engine.rejects import Rejects
from datasets.engine.results import ReadResult
from datasets.engine.sheet_cells import Cells
from datasets.engine.sheet_lengths import lengths_told
from datasets.engine.sheet_numbers import exact_numbers
from datasets.engine.source import REPEATED, Irregular, Tally, without_empty, without_repeats
from datasets.engine.typed_read import TypedRead
from datasets.engine.types import ROW_COLUMN
from datasets.engine.typing_plan import TypeOptions, plan_types
from datasets.engine.xlsx_cells import column_tidy
from datasets.engine.xlsx_fast import FastSheet, SheetColumns
from datasets.engine.xlsx_head import SAMPLE_ROWS, Row
from datasets.engine.xlsx_layout import SheetTable, sheet_layout
from datasets.engine.xlsx_package import DAMAGED, LOST_SHEET, Sheet, Workbook
from datasets.engine.xlsx_scan import Scan, scan_sheet
from segplatform.kernel.errors import TooLarge, UserError
from segplatform.kernel.progress import Progress, SubProgress

CELL_BYTES, GRID_BYTES = 120, 32
"""What a value takes while the sheet is read (40, in a list that doubles), and any cell then.

Measured; the reader of cells ends the whole process where it gets no memory, so it must not start.
"""
ERROR_REASON = "an error in the workbook"


class XlsxRead(TypedRead):
    """One reading of one sheet: ``load`` its cells, find the ``table``, ``read`` it."""

    def __init__(self, out_dir: Path, scratch: Path, progress: Progress, memory_bytes: int) -> None:
        super().__init__(out_dir, scratch, progress, memory_bytes)
        self._scan = Scan()
        self._errors: Counter[str] = Counter()
        self._columns: list[pa.Array] = []
        self._rows = self._first = self._origin = 0
        self._names: list[str | None] = []
        self._lost: tuple[str, ...] = ()
        self._layout: Layout

    placed = False
    """Whether it matters in which column of the sheet a cell stands."""

    def load(self, book: Workbook, sheet: Sheet, width: int) -> None:
        """Read all cells into memory; ``width`` is how many columns the first rows have."""
        self._lost = book.lost
        found = self._fast(book, sheet)
        if found is None:
            self._load_any(book, sheet, width)
            return
        self._scan, self._origin = found.scan, found.first
        self._columns, self._rows = found.columns, found.rows

    def _fast(self, book: Workbook, sheet: Sheet) -> SheetColumns | None:
        """Read a sheet that is written as usual; None for any other."""
        part = SubProgress(self.progress, 0, 0.1)
        try:
            fast = FastSheet(book, sheet, part, self.memory_bytes // 2)
            self._require_room(*fast.look(), 0)
            return fast.read()
        except Irregular:
            return None
        except MemoryError:
            raise self._too_large("with all of its texts") from None

    def _load_any(self, book: Workbook, sheet: Sheet, width: int) -> None:
        """Read a sheet however it is written."""
        self._scan = scan_sheet(book, sheet, SubProgress(self.progress, 0, 0.04))
        width = max(width, self._scan.width)
        self._require_room(self._scan.rows, width, self._scan.cells * CELL_BYTES + self._scan.size)
        self.progress.step(0.05, "Reading the cells")
        try:
            batch = self._batch(book, sheet)
        except fastexcel.FastExcelError as error:
            raise UserError(DAMAGED.format(why="its cells cannot be read")) from error
        self._columns, self._rows = batch, len(batch[0]) if batch else 0

    def _require_room(self, rows: int, width: int, more: int) -> None:
        if rows * width * GRID_BYTES + more > self.memory_bytes:
            raise self._too_large(f"of {rows:,} rows and {width:,} columns")

    def _too_large(self, what: str) -> TooLarge:
        return TooLarge(
            f"Reading this sheet {what} takes more than the {self.memory_bytes / 2**30:,.1f} GB "
            "of memory that an import may use. Export it as CSV and upload that."
        )

    def _batch(self, book: Workbook, sheet: Sheet) -> list[pa.Array]:
        """Read text columns, from row 1 of the sheet and from its first used column on."""
        reader = fastexcel.read_excel(str(book.path))

        def load(dtype: Any, rows: int | None = None, columns: Any = None) -> Any:
            return reader.load_sheet(
                sheet.name, header_row=None, skip_rows=0, n_rows=rows, dtypes=dtype,
                schema_sample_rows=1, use_columns=columns,
            )  # fmt: skip

        loaded = load("string")
        self._origin = min((c.absolute_index for c in loaded.selected_columns), default=0)
        texts = loaded.to_arrow().columns
        del loaded  # it holds every cell, as the next one does
        exact = exact_numbers(texts, load("float").to_arrow().columns)
        return lengths_told(exact, load, self._origin)

    def cut(self, cells: Cells | None) -> None:
        """Keep a range of cells only."""
        if cells is None:
            return
        width = self._origin + len(self._columns)
        last = width - 1 if cells.right is None else min(cells.right, width - 1)
        nothing = pa.nulls(self._rows, pa.string())
        self._columns = [
            (self._columns[i - self._origin] if i >= self._origin else nothing)[cells.rows()]
            for i in range(cells.left, last + 1)
        ]
        self._rows = len(self._columns[0]) if self._columns else 0
        if not any(len(column) > column.null_count for column in self._columns):
            said = "There are no filled cells in this range. Choose another."
            raise UserError(said, {"cells": "It is empty."})
        self._scan.errors = [
            (row - cells.top + 1, column - cells.left, text)
            for row, column, text in self._scan.errors
            if cells.holds(row, column)
        ]
        self._origin = 0

    def table(
        self, sheet: Sheet, skip_rows: int | None, header: bool | None, types: TypeOptions
    ) -> SheetTable:
        """Find the table among the cells, and give up what is above it."""
        filled = [pc.indices_nonzero(pc.is_valid(column)) for column in self._columns]
        start = min((found[0].as_py() for found in filled if len(found)), default=0)
        head = self._head(start + SAMPLE_ROWS)
        layout = sheet_layout(head, sheet.name, skip_rows, header)
        self._first = layout.skip_lines
        self._rows = max(self._rows - self._first, 0)
        for index, column in enumerate(self._columns):
            self._columns[index] = self.tidy(column.slice(self._first))
        below = [row for row in self._head(SAMPLE_ROWS) if any(row) and not layout.repeats(row)]
        return SheetTable(layout, plan_types(layout.names, below, types), below)

    def tidy(self, column: pa.Array) -> pa.Array:
        """Write the cells of a whole column one way."""
        return column_tidy(column)

    def _head(self, rows: int) -> list[Row]:
        """Return the first rows, all as wide as the whole sheet is."""
        columns = [column.slice(0, rows).to_pylist() for column in self._columns]
        return [list(row) for row in zip(*columns, strict=True)]

    def read(self, table: SheetTable, null_words: tuple[str, ...]) -> ReadResult:
        """Type and write the rows below the header; raises ``UserError`` and ``Cancelled``."""
        self._names, self._layout = table.plan.written, table.layout
        return self.run(table.plan, null_words)

    def groups(
        self, rejects: Rejects | None, start: float, stop: float, message: str
    ) -> Iterator[pa.Table]:
        """Yield the rows in groups; errors go to ``rejects``."""
        self.tally, self._errors = Tally(), Counter()
        part = SubProgress(self.progress, start, stop)
        part.step(0, message)
        names = [*map(str, range(len(self._columns))), ROW_COLUMN]
        for first in range(0, self._rows, ROW_GROUP_ROWS):
            cells = [column.slice(first, ROW_GROUP_ROWS) for column in self._columns]
            last = first + len(cells[0])
            numbers = pa.array(np.arange(first + 1, last + 1, dtype=np.int64))
            self.tally.rows += last - first
            if rejects:
                self._reject(rejects, first, last)
            found = without_empty(pa.table([*cells, numbers], names=names), self.tally)
            yield without_repeats(found, self._layout, self.tally, rejects)
            part.step(last / self._rows, message)

    def _reject(self, rejects: Rejects, first: int, last: int) -> None:
        """Name the errors of the table's rows ``first`` to ``last`` (from 0, the end not in)."""
        above = self._first
        errors = self._scan.errors
        start = bisect_left(errors, (above + first + 1, 0, ""))
        for number in range(start, len(errors)):
            row, column, text = errors[number]
            if row > above + last:
                break
            name = self._names[column - self._origin]
            if name is None:
                continue
            rejects.add(row - above, name, text, ERROR_REASON)
            self._errors[name] += 1

    def said(self, kept: list[Target]) -> Iterator[str]:
        """Yield a sentence for everything that is not as the sheet has it."""
        for name, count in self._errors.items():
            cells = "cell holds an error" if count == 1 else "cells hold errors"
            yield f"{name}: {count:,} {cells} such as #DIV/0!, left empty."
        if self._scan.unresolved:
            yield (
                f"Formulas without a stored result were left empty: {self._scan.unresolved:,}. "
                "Open the workbook in a spreadsheet and save it to calculate them."
            )
        if self._scan.merged:
            yield (
                f"Merged cells that span rows: {self._scan.merged:,}. Only the first cell of each "
                "holds its value, the others are empty."
            )
        if hidden := self._scan.hidden:
            rows = "1 row is" if hidden == 1 else f"{hidden:,} rows are"
            yield (f"{rows} hidden in the sheet, as a filter hides them, and read like the others.")
        yield from (LOST_SHEET.format(name=name[:100]) for name in self._lost)
        if above := self._layout.skip_rows:
            yield f"{above:,} rows above the table were skipped."
        if self.tally.repeated:
            yield f"{self.tally.repeated:,} {REPEATED}"
        if self.tally.empty:
            yield f"{self.tally.empty:,} empty rows were left out."
        if spare := len(self._columns) - len(kept):
            yield f"{spare:,} empty columns without a name at the edge were left out."
        if self.tally.rows == self.tally.empty + self.tally.repeated:
            yield "There are no rows to read below the column names."
