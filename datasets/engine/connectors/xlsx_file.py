"""Excel workbooks: one sheet as a table, its types decided over all rows, its errors named."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Literal

from pydantic import Field

from datasets.engine import csv_words as words
from datasets.engine.bounds import PREVIEW_ROWS
from datasets.engine.connectors.base import (
    Connector,
    ConnectorOptions,
    Preview,
    ReadResult,
    connectors,
)
from datasets.engine.csv_words import offered
from datasets.engine.preview import preview_of
from datasets.engine.types import ColumnType
from datasets.engine.typing_plan import TypeOptions, count_sample_misses
from datasets.engine.xlsx_head import Row, head_rows
from datasets.engine.xlsx_layout import SheetTable, sheet_table
from datasets.engine.xlsx_package import Sheet, Workbook, workbook_open
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress


class XlsxOptions(ConnectorOptions):
    """How to read the workbook; None is "guess"."""

    sheet: str | None = Field(
        None, title="Sheet", description="Which sheet of the workbook holds the table.",
        max_length=200,
    )  # fmt: skip
    header: bool | None = Field(
        None, title="Header row", description="The first row holds the names of the columns.",
        json_schema_extra=offered(words.HEADERS),
    )  # fmt: skip
    skip_rows: int | None = Field(
        None, title="Rows to skip", description="Rows above the table.", ge=0, le=900
    )
    date_order: Literal["dmy", "mdy"] | None = Field(
        None, title="Day and month",
        description="Whether 01/02 in a text is 1 February or January 2.",
        json_schema_extra=offered(words.DATE_ORDERS),
    )  # fmt: skip
    null_words: list[str] = Field(
        default_factory=list, title="Words for nothing", max_length=50,
        description="Cells with exactly this text are empty, such as NA or NULL.",
    )  # fmt: skip
    types: dict[str, ColumnType] = Field(
        default_factory=dict, title="Types", description="Your own choice of a column's type."
    )


@connectors.register
class XlsxFile(Connector):
    key = "xlsx_file"
    title = "Excel workbook"
    help = "One sheet of an .xlsx workbook."
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
        sheet, rows, why = _sheet(book, given.sheet)
        choices = {"sheet": {s.name: _label(s) for s in book.sheets}}
        if given.sheet and not rows:  # the choice of another one must stay
            said = [f"The sheet “{sheet.name}” is empty. Choose another."]
            return Preview(given.model_dump(), {}, [], [], said, choices)
        table = sheet_table(
            rows, sheet.name, skip_rows=given.skip_rows, header=given.header, types=_types(given)
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
            table.plan, table.rows[:limit], resolved.model_dump(), guesses, _warnings(table, sheet)
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
        sheet, rows, _ = _sheet(book, given.sheet)
        with TemporaryDirectory(dir=out_dir, prefix="work-") as scratch:
            reading = XlsxRead(out_dir, Path(scratch), progress, memory_bytes)
            reading.load(book, sheet, len(rows[0]) if rows else 1)
            table = reading.table(sheet, given.skip_rows, given.header, _types(given))
            return reading.read(table, tuple(given.null_words))


def _xlsx(options: ConnectorOptions) -> XlsxOptions:
    return XlsxOptions.model_validate(options.model_dump())


def _types(given: XlsxOptions) -> TypeOptions:
    """Numbers are spelled one way by now: what a point or a comma means is no question."""
    return TypeOptions(".", "", given.date_order, tuple(given.null_words), given.types)


def _sheet(book: Workbook, wanted: str | None) -> tuple[Sheet, list[Row], str]:
    """Return a sheet, its first rows, and why it was taken where nobody chose."""
    if wanted is not None:
        found = next((sheet for sheet in book.sheets if sheet.name == wanted), None)
        if found is None:
            said = f"The workbook has no sheet “{wanted}”."
            raise UserError(said, {"sheet": "There is no such sheet."})
        return found, head_rows(book, found), ""
    shown = [s for s in book.sheets if not s.hidden] or list(book.sheets)
    for sheet in shown:
        if rows := head_rows(book, sheet):
            return sheet, rows, "The first one that holds cells."
    raise UserError("The workbook is empty: none of its sheets holds a cell.")


def _label(sheet: Sheet) -> str:
    return f"{sheet.name} (hidden)" if sheet.hidden else sheet.name


def _warnings(table: SheetTable, sheet: Sheet) -> list[str]:
    """Say what a person should look at before importing."""
    said = []
    if sheet.hidden:
        said.append(f"The sheet “{sheet.name}” is hidden in the workbook.")
    if not table.rows:
        said.append("There are column names but no rows below them.")
    if table.layout.skip_rows:
        said.append(f"{table.layout.skip_rows:,} rows above the table are skipped.")
    if spare := table.plan.spare():
        said.append(f"{len(spare):,} empty columns without a name at the right are left out.")
    return said + table.plan.warnings()
