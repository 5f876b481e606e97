"""Excel workbooks: one sheet as a table, its types decided over all rows, its errors named."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from datasets.engine.bounds import PREVIEW_ROWS
from datasets.engine.connectors.base import (
    Connector,
    ConnectorOptions,
    Preview,
    ReadResult,
    TableOptions,
    connectors,
)
from datasets.engine.preview import preview_of
from datasets.engine.sheet_cells import Cells, cells_of
from datasets.engine.sheet_options import (
    SheetOptions,
    sheet_label,
    sheet_missing,
    sheet_warnings,
)
from datasets.engine.typing_plan import count_sample_misses, plain_types
from datasets.engine.xlsx_head import Row, head_rows
from datasets.engine.xlsx_layout import sheet_table
from datasets.engine.xlsx_package import LOST_SHEET, Sheet, Workbook, workbook_open
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress


class XlsxOptions(SheetOptions, TableOptions):
    """How to read the workbook; None is "guess"."""


@connectors.register
class XlsxFile(Connector):
    key = "xlsx_file"
    title = "Excel workbook"
    help = "One sheet of an .xlsx workbook."
    format = "Excel"
    extensions = (".xlsx",)
    kinds: ClassVar[tuple[str, ...]] = ("xlsx",)
    Options = XlsxOptions

    def guess(self, path: Path, name: str) -> XlsxOptions:
        """Return the resolved options of a workbook that nobody has described yet."""
        return XlsxOptions.model_validate(self.preview(path, XlsxOptions(), 1).options)

    def preview(self, path: Path, options: ConnectorOptions, limit: int = PREVIEW_ROWS) -> Preview:
        """Unpack the sheet as far as its first rows: names, types, guesses with reasons."""
        given = _xlsx(options)
        book = workbook_open(path)
        cells = cells_of(given.cells)
        sheet, rows, why = _sheet(book, given.sheet, cells)
        choices = {"sheet": {s.name: sheet_label(s) for s in book.sheets}}
        if not rows:  # the choice of another one must stay
            empty = f"The cells {given.cells} of the" if cells else "The"
            verb = "are" if cells else "is"
            said = [f"{empty} sheet “{sheet.name}” {verb} empty. Choose another."]
            return Preview(given.model_dump(), {}, [], [], said, choices)
        table = sheet_table(
            rows,
            sheet.name,
            skip_rows=given.skip_rows,
            header=given.header,
            types=plain_types(given),
        )
        count_sample_misses(table.plan)
        resolved = given.model_copy(
            update={
                "sheet": sheet.name,
                "header": table.layout.header,
                "skip_rows": table.layout.skip_rows,
            }
        )
        guesses = {"sheet": why, **table.layout.guesses} if why else table.layout.guesses
        shown = preview_of(
            table.plan,
            table.rows[:limit],
            resolved.model_dump(),
            guesses,
            [
                *(LOST_SHEET.format(name=name[:100]) for name in book.lost),
                *sheet_warnings(table, sheet),
            ],
        )
        shown.choices = choices
        return shown

    def read(
        self,
        path: Path,
        options: ConnectorOptions,
        out_dir: Path,
        progress: Progress,
        memory_bytes: int,
    ) -> ReadResult:
        """Read every row; see ``XlsxRead`` for how."""
        from datasets.engine.xlsx_read import XlsxRead

        given = _xlsx(options)
        book = workbook_open(path)
        cells = cells_of(given.cells)
        sheet, rows, _ = _sheet(book, given.sheet, None)
        with TemporaryDirectory(dir=out_dir, prefix="work-") as scratch:
            reading = XlsxRead(out_dir, Path(scratch), progress, memory_bytes)
            reading.placed = cells is not None
            reading.load(book, sheet, len(rows[0]) if rows else 1)
            reading.cut(cells)
            table = reading.table(sheet, given.skip_rows, given.header, plain_types(given))
            return reading.read(table, tuple(given.null_words))


def _xlsx(options: ConnectorOptions) -> XlsxOptions:
    return XlsxOptions.model_validate(options.model_dump())


def _sheet(book: Workbook, wanted: str | None, cells: Cells | None) -> tuple[Sheet, list[Row], str]:
    """Return a sheet, its first rows, and why it was taken where nobody chose."""
    if wanted is not None:
        found = next((sheet for sheet in book.sheets if sheet.name == wanted), None)
        if found is None:
            raise sheet_missing(wanted)
        return found, head_rows(book, found, cells), ""
    shown = [s for s in book.sheets if not s.hidden] or list(book.sheets)
    for sheet in shown:
        if rows := head_rows(book, sheet):
            kept = head_rows(book, sheet, cells) if cells else rows
            return sheet, kept, "The first one that holds cells."
    raise UserError("The workbook is empty: none of its sheets holds a cell.")
