"""Workbooks of other programs and times: .xls, .xlsb and .ods, one sheet as a table."""

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
from datasets.engine.content import require_kind
from datasets.engine.preview import preview_of
from datasets.engine.sheet_cells import cells_of
from datasets.engine.sheet_options import (
    SheetOptions,
    sheet_label,
    sheet_missing,
    sheet_warnings,
)
from datasets.engine.typing_plan import count_sample_misses, plain_types
from datasets.engine.xlsx_package import Sheet
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress, Progress


class WorkbookOptions(SheetOptions, TableOptions):
    """How to read the workbook; None is "guess"."""


@connectors.register
class WorkbookFile(Connector):
    key = "workbook_file"
    title = "Workbook"
    help = "One sheet of an .xls, .xlsb or .ods workbook."
    format = "Excel"
    extensions = (".xls", ".xlsb", ".ods")
    kinds: ClassVar[tuple[str, ...]] = ("xls", "xlsb", "ods")
    Options = WorkbookOptions

    def guess(self, path: Path, name: str) -> WorkbookOptions:
        """Return the resolved options of a workbook that nobody has described yet."""
        return WorkbookOptions.model_validate(self.preview(path, WorkbookOptions(), 1).options)

    def preview(self, path: Path, options: ConnectorOptions, limit: int = PREVIEW_ROWS) -> Preview:
        """Read the sheet; its first rows, names, types, guesses with reasons."""
        from datasets.engine.calamine_read import CalamineBook, CalamineRead

        require_kind(path, self.kinds)
        given = _workbook(options)
        book = CalamineBook(path)
        sheet = _chosen(book.sheets, given.sheet) or book.first()
        choices = {"sheet": {s.name: sheet_label(s) for s in book.sheets}}
        reading = CalamineRead(path, path, NullProgress(), 0)
        try:
            reading.load_sheet(book, sheet, cells_of(given.cells))
            table = reading.table(sheet, given.skip_rows, given.header, plain_types(given))
        except UserError as error:
            if not {"sheet", "cells"} & set(error.fields):
                raise
            return Preview(given.model_dump(), {}, [], [], [str(error)], choices)
        count_sample_misses(table.plan)
        layout = table.layout
        found = {"sheet": sheet.name, "header": layout.header, "skip_rows": layout.skip_rows}
        why = {} if given.sheet else {"sheet": "The first one that holds cells."}
        shown = preview_of(
            table.plan, table.rows[:limit], given.model_dump() | found, why | layout.guesses,
            sheet_warnings(table, sheet),
        )  # fmt: skip
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
        """Read every row; see ``CalamineRead`` for how."""
        from datasets.engine.calamine_read import CalamineBook, CalamineRead

        require_kind(path, self.kinds)
        given = _workbook(options)
        progress.step(0, "Opening the workbook")
        book = CalamineBook(path)
        sheet = _chosen(book.sheets, given.sheet) or book.first()
        with TemporaryDirectory(dir=out_dir, prefix="work-") as scratch:
            reading = CalamineRead(out_dir, Path(scratch), progress, memory_bytes)
            reading.load_sheet(book, sheet, cells_of(given.cells))
            table = reading.table(sheet, given.skip_rows, given.header, plain_types(given))
            return reading.read(table, tuple(given.null_words))


def _workbook(options: ConnectorOptions) -> WorkbookOptions:
    return WorkbookOptions.model_validate(options.model_dump())


def _chosen(sheets: tuple[Sheet, ...], wanted: str | None) -> Sheet | None:
    """Return the sheet that a person wants."""
    if wanted is None:
        return None
    found = next((sheet for sheet in sheets if sheet.name == wanted), None)
    if found is None:
        raise sheet_missing(wanted)
    return found
