"""Where the table of a sheet starts, what its columns are called and which types they have."""

from collections.abc import Sequence
from dataclasses import dataclass

from datasets.engine.bounds import MAX_COLUMNS
from datasets.engine.layout import Layout, Sample, layout_find
from datasets.engine.records import Record
from datasets.engine.typing_plan import TypeOptions, TypePlan, plan_types
from datasets.engine.xlsx_cells import name_tidy, rows_tidy
from segplatform.kernel.errors import UserError

Rows = Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class SheetSample(Sample):
    """The first rows of a sheet where a layout expects those of a text."""

    found: tuple[Record, ...] = ()

    def records(self, delimiter: str, quote: str) -> list[Record]:
        """Return the rows; cells need no separating."""
        return list(self.found)


@dataclass(frozen=True)
class SheetTable:
    """The start of a table: ``rows`` below the header, the empty ones left out."""

    layout: Layout
    plan: TypePlan
    rows: list[list[str | None]]


def sheet_table(
    rows: Rows, sheet: str, *, skip_rows: int | None, header: bool | None, types: TypeOptions
) -> SheetTable:
    """Find the table in a sheet's first rows (of one width, from row 1 on)."""
    layout = sheet_layout(rows, sheet, skip_rows, header)
    below = rows_tidy(
        [row for row in rows[layout.skip_lines :] if any(row) and not layout.repeats(row)]
    )
    return SheetTable(layout, plan_types(layout.names, below, types), below)


def sheet_layout(rows: Rows, sheet: str, skip_rows: int | None, header: bool | None) -> Layout:
    """Find header and start; ``UserError`` for an empty sheet or one over 1,000 columns."""
    records = tuple(
        Record(number, [cell or "" for cell in row], "filled")
        for number, row in enumerate(rows, 1)
        if any(row)
    )
    if not records:
        raise UserError(f"The sheet “{sheet}” is empty. Choose another.", {"sheet": "It is empty."})
    if (width := len(records[0].cells)) > MAX_COLUMNS:
        raise UserError(
            f"The sheet has {width:,} columns; at most {MAX_COLUMNS:,} can be read. "
            "Keep the columns that you need."
        )
    sample = SheetSample([], True, records)
    layout = layout_find(sample, delimiter=",", quote='"', skip_rows=skip_rows, header=header)
    names = tuple(map(name_tidy, layout.names))
    return Layout(",", '"', layout.skip_rows, layout.header, names, layout.skip_lines,
                  layout.guesses)  # fmt: skip
