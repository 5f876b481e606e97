"""What all workbooks have in common: their options, and what is said of a sheet's table."""

from pydantic import BaseModel, Field, field_validator

from datasets.engine import csv_words as words
from datasets.engine.csv_words import offered
from datasets.engine.sheet_cells import cells_of
from datasets.engine.xlsx_layout import SheetTable
from datasets.engine.xlsx_package import Sheet
from segplatform.kernel.errors import UserError


class SheetOptions(BaseModel):
    """Where in a workbook the table is; None is "guess"."""

    sheet: str | None = Field(
        None, title="Sheet", description="Which sheet of the workbook holds the table.",
        max_length=200,
    )  # fmt: skip
    cells: str | None = Field(
        None, title="Cells", description="Only these: B3:H500, B3 (from there on) or B:H.",
        max_length=40,
    )  # fmt: skip
    header: bool | None = Field(
        None, title="Header row", description="The first row holds the names of the columns.",
        json_schema_extra=offered(words.HEADERS),
    )  # fmt: skip
    skip_rows: int | None = Field(
        None, title="Rows to skip", description="Rows above the table.", ge=0, le=900
    )

    @field_validator("cells")
    @classmethod
    def _is_range(cls, value: str | None) -> str | None:
        try:
            cells_of(value)
        except UserError as error:
            raise ValueError(str(error)) from None
        return value


def sheet_label(sheet: Sheet) -> str:
    """Name a sheet in a list."""
    return f"{sheet.name} (hidden)" if sheet.hidden else sheet.name


def sheet_missing(wanted: str) -> UserError:
    """Say that there is no such sheet."""
    said = f"The workbook has no sheet “{wanted}”."
    return UserError(said, {"sheet": "There is no such sheet."})


def sheet_warnings(table: SheetTable, sheet: Sheet) -> list[str]:
    """Say what a person should look at before importing."""
    said = []
    if sheet.hidden:
        said.append(f"The sheet “{sheet.name}” is hidden in the workbook.")
    if not table.rows:
        said.append("There are column names but no rows below them.")
    if table.layout.skip_rows:
        said.append(f"{table.layout.skip_rows:,} rows above the table are skipped.")
    if spare := table.plan.spare():
        said.append(f"{len(spare):,} empty columns without a name at the edge are left out.")
    return said + table.plan.warnings()
