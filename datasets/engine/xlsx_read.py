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
from datasets.engine.rejects import Rejects
from datasets.engine.results import ReadResult
from datasets.engine.source import Tally, without_empty
from datasets.engine.typed_read import TypedRead
from datasets.engine.types import ROW_COLUMN
from datasets.engine.typing_plan import TypeOptions, plan_types
from datasets.engine.xlsx_cells import column_tidy
from datasets.engine.xlsx_head import SAMPLE_ROWS, Row
from datasets.engine.xlsx_layout import SheetTable, sheet_layout
from datasets.engine.xlsx_package import DAMAGED, Sheet, Workbook
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
        self._names: list[str] = []

    def load(self, book: Workbook, sheet: Sheet, width: int) -> None:
        """Read all cells into memory; ``width`` is how many columns the first rows have."""
        self._scan = scan_sheet(book, sheet, SubProgress(self.progress, 0, 0.04))
        cells = self._scan.rows * width
        needed = self._scan.cells * CELL_BYTES + cells * GRID_BYTES + self._scan.size
        if needed > self.memory_bytes:
            raise TooLarge(
                f"Reading this sheet of {self._scan.rows:,} rows and {width:,} columns takes more "
                f"than the {self.memory_bytes / 2**30:,.1f} GB of memory that an import may use. "
                "Export it as CSV and upload that."
            )
        self.progress.step(0.05, "Reading the cells")
        try:
            batch = self._batch(book, sheet)
        except fastexcel.FastExcelError as error:
            raise UserError(DAMAGED.format(why="its cells cannot be read")) from error
        self._columns, self._rows = list(batch.columns), batch.num_rows

    def _batch(self, book: Workbook, sheet: Sheet) -> Any:
        """Read text columns, from row 1 of the sheet and from its first used column on."""
        reader = fastexcel.read_excel(str(book.path))
        if not self._scan.errors:
            return reader.load_sheet_eager(
                sheet.name, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1
            )
        # Only this way says which column is the first: errors are known by their place.
        loaded = reader.load_sheet(
            sheet.name, header_row=None, skip_rows=0, dtypes="string", schema_sample_rows=1
        )
        self._origin = min((c.absolute_index for c in loaded.selected_columns), default=0)
        return loaded.to_arrow()

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
            self._columns[index] = column_tidy(column.slice(self._first))
        below = [row for row in self._head(SAMPLE_ROWS) if any(row)]
        return SheetTable(layout, plan_types(layout.names, below, types), below)

    def _head(self, rows: int) -> list[Row]:
        """Return the first rows, all as wide as the whole sheet is."""
        columns = [column.slice(0, rows).to_pylist() for column in self._columns]
        return [list(row) for row in zip(*columns, strict=True)]

    def read(self, table: SheetTable, null_words: tuple[str, ...]) -> ReadResult:
        """Type and write the rows below the header; raises ``UserError`` and ``Cancelled``."""
        self._names = table.plan.names
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
            yield without_empty(pa.table([*cells, numbers], names=names), self.tally)
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
        if self.tally.empty:
            yield f"{self.tally.empty:,} empty rows were left out."
        if spare := len(self._columns) - len(kept):
            yield f"{spare:,} empty columns without a name at the right were left out."
        if self.tally.rows == self.tally.empty:
            yield "There are no rows to read below the column names."
