"""CSV and other delimited text: comma, semicolon, tab or bar, any encoding, nothing lost."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from datasets.engine.bounds import MAX_CELL_BYTES, PREVIEW_ROWS
from datasets.engine.connectors.base import (
    Connector,
    ConnectorOptions,
    Preview,
    ReadResult,
    TableOptions,
    connectors,
)
from datasets.engine.content import require_text
from datasets.engine.csv_blocks import starts_clean
from datasets.engine.csv_read import CsvRead, Doubtful
from datasets.engine.encoding import Guess, bad_byte, encoding_guess
from datasets.engine.encoding_convert import mixture_said
from datasets.engine.encoding_names import encoding_checked
from datasets.engine.layout import DELIMITERS, NOTHING, Layout, Sample, layout_find, sample_read
from datasets.engine.preview import preview_of
from datasets.engine.records import is_drawn
from datasets.engine.several_csv import CsvTable, KnownLayouts, few_lines, start_read
from datasets.engine.several_table import Shape
from datasets.engine.text_columns import (
    BLANKS,
    WIDTHS,
    TextColumns,
    columns_chosen,
    columns_guess,
)
from datasets.engine.text_options import TextOptions
from datasets.engine.typing_plan import TypeOptions, TypePlan, count_sample_misses, plan_types
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress


class CsvOptions(TextOptions, TableOptions):
    """How to read the file; None is "guess"."""


@dataclass(frozen=True)
class _Opened:
    """A file with every question about its form answered."""

    options: CsvOptions
    guesses: dict[str, str]
    layout: Layout
    rows: list[list[str | None]]
    short: int
    long: int
    plan: TypePlan
    columns: TextColumns | None
    doubt: str = ""


@dataclass(frozen=True)
class _Laid:
    """The start of a file with a separator, and what puts one where there is none."""

    sample: Sample
    layout: Layout
    columns: TextColumns | None = None


@connectors.register
class CsvFile(Connector):
    key = "csv_file"
    title = "CSV file"
    help = "Text with one row per line: comma, semicolon, tab or bar between the cells."
    format = "CSV"
    extensions = (".csv", ".tsv", ".txt", ".tab", ".psv")
    kinds: ClassVar[tuple[str, ...]] = ("text",)
    Options = CsvOptions

    def __init__(self) -> None:
        self._known = KnownLayouts()

    def guess(self, path: Path, name: str) -> CsvOptions:
        """Return the resolved options of a file that nobody has described yet."""
        return _open(path, CsvOptions()).options

    def preview(self, path: Path, options: ConnectorOptions, limit: int = PREVIEW_ROWS) -> Preview:
        """Read the first megabyte: rows as written, guesses with reasons, warnings in words."""
        opened = _open(path, _csv(options))
        count_sample_misses(opened.plan)
        return preview_of(
            opened.plan, opened.rows[:limit], opened.options.model_dump(), opened.guesses,
            [*mixture_said(path, opened.options.encoding or ""), *_warnings(opened)],
        )  # fmt: skip

    def read(
        self,
        path: Path,
        options: ConnectorOptions,
        out_dir: Path,
        progress: Progress,
        memory_bytes: int,
    ) -> ReadResult:
        """Read every row; see ``CsvRead`` for how."""
        given = _csv(options)
        require_text(path)
        guess, nulls = _encoding(path, given), tuple(given.null_words)
        encoding = guess.name
        with TemporaryDirectory(dir=out_dir, prefix="work-") as scratch:
            work = path, out_dir, Path(scratch), progress, memory_bytes
            # Most files are what they look like: then one pass does, and a scan is for the others.
            with suppress(Doubtful, UnicodeDecodeError):
                if encoding == "utf-8" and starts_clean(path):
                    opened = _resolve(sample_read(path, encoding), given, encoding, {})
                    if not opened.columns:
                        reading = CsvRead(*work)
                        reading.trust()
                        return reading.read(opened.layout, opened.plan, nulls)
            reading = CsvRead(*work)
            reading.prepare(guess, forced=given.encoding is not None)
            opened = _resolve(sample_read(reading.text, "utf-8"), given, "utf-8", {})
            if opened.columns:
                reading.separate(opened.columns)
            return reading.read(opened.layout, opened.plan, nulls)

    def shape(self, path: Path, options: ConnectorOptions) -> Shape:
        """Find the header in the first megabyte."""
        given = _csv(options)
        layout = self._layout(path, _encoding(path, given).name, given).layout
        return Shape(layout.names, layout.header)

    def table(
        self,
        path: Path,
        options: ConnectorOptions,
        folder: Path,
        progress: Progress,
        memory_bytes: int,
    ) -> CsvTable:
        """Open one of several files."""
        given = _csv(options)
        require_text(path)
        reading = CsvRead(path, folder, folder, progress, memory_bytes)
        reading.prepare(_encoding(path, given), forced=given.encoding is not None)
        laid = self._layout(reading.text, "utf-8", given)
        if laid.columns:
            reading.separate(laid.columns)
        rows, _, _ = _rows(few_lines(laid.sample, laid.layout), laid.layout)
        return CsvTable(reading, laid.layout, rows)

    def _layout(self, path: Path, encoding: str, given: CsvOptions) -> _Laid:
        """Find a file's layout, or that of one that begins as it does; give its start, too."""
        told = given.model_dump_json()
        with suppress(UnicodeError):
            start = start_read(path, encoding)
            if known := self._known.find(start, told):
                return _Laid(start, known)
        laid = _layout(_sample(path, encoding), given)
        if laid.columns is None:
            self._known.keep(laid.sample, told, laid.layout)
        return laid


def _csv(options: ConnectorOptions) -> CsvOptions:
    return CsvOptions.model_validate(options.model_dump())


def _encoding(path: Path, options: CsvOptions) -> Guess:
    """Return the chosen encoding, else a guess."""
    chosen = options.encoding
    return Guess(encoding_checked(chosen), "") if chosen else encoding_guess(path)


def _open(path: Path, options: CsvOptions) -> _Opened:
    """Answer every question about the file's form from its start."""
    require_text(path)
    guess = _encoding(path, options)
    guesses = {"encoding": guess.why} if guess.why else {}
    opened = _resolve(_sample(path, guess.name), options, guess.name, guesses)
    return replace(opened, doubt=guess.doubt)


def _sample(path: Path, encoding: str) -> Sample:
    """Read the file's start; UserError where it is not in this encoding."""
    try:
        return sample_read(path, encoding)
    except UnicodeDecodeError as error:
        raise bad_byte(path, encoding, error.start) from None
    except UnicodeError:
        raise UserError("The file does not start as this encoding does. Choose another.") from None


def _layout(sample: Sample, given: CsvOptions) -> _Laid:
    columns = _columns(sample, given)
    sample = columns.sample(sample) if columns else sample
    layout = layout_find(
        sample,
        delimiter=NOTHING if columns else given.delimiter,
        quote="" if columns else given.quote,
        skip_rows=given.skip_rows,
        header=given.header,
    )
    layout = replace(layout, even=columns is not None and columns.kind == BLANKS)
    return _Laid(sample, layout, columns)


def _resolve(sample: Sample, given: CsvOptions, encoding: str, guesses: dict[str, str]) -> _Opened:
    """Find the layout, the rows of the sample, the names and the types."""
    laid = _layout(sample, given)
    sample, layout, columns = laid.sample, laid.layout, laid.columns
    rows, short, long = _rows(sample, layout)
    types = TypeOptions(
        given.decimal, given.thousands, given.date_order, tuple(given.null_words), given.types,
        given.left_out, given.renamed,
    )  # fmt: skip
    plan = plan_types(layout.names, rows, types)
    resolved = given.model_copy(
        update={
            "encoding": encoding,
            "delimiter": columns.kind if columns else layout.delimiter,
            "widths": ",".join(map(str, columns.widths)) or None if columns else None,
            "quote": layout.quote,
            "header": layout.header,
            "skip_rows": layout.skip_rows,
            "decimal": plan.numbers.decimal,
            "thousands": plan.numbers.thousands,
        }
    )
    found = guesses | layout.guesses
    found |= {} if given.decimal else {"decimal": plan.numbers_why}
    if columns and columns.why:
        found["widths" if columns.widths else "delimiter"] = columns.why
    return _Opened(resolved, found, layout, rows, short, long, plan, columns)


def _columns(sample: Sample, given: CsvOptions) -> TextColumns | None:
    """Say how a text without a separator is cut into cells; None for one that has one."""
    if given.delimiter in (BLANKS, WIDTHS):
        return columns_chosen(sample, given.delimiter, given.widths)
    if given.delimiter or given.quote:
        return None
    return columns_chosen(sample, WIDTHS, given.widths) if given.widths else columns_guess(sample)


def _rows(sample: Sample, layout: Layout) -> tuple[list[list[str | None]], int, int]:
    """Return the sample's rows in the table's width, and how many were short or too long."""
    rows: list[list[str | None]] = []
    short = long = 0
    for record in sample.records(layout.delimiter, layout.quote):
        if record.line <= layout.skip_lines or not any(record.cells):
            continue
        if len(record.cells) < layout.width and is_drawn(record):
            continue
        if layout.repeats(record.cells):
            continue
        if max(map(len, record.cells)) > MAX_CELL_BYTES:
            raise UserError(
                f"Line {record.line:,} holds a cell of over 1 MB; a cell may hold 1 MB. "
                "Shorten it, or look for a quote that is never closed."
            )
        if any(record.cells[layout.width :]):
            long += 1
            continue
        missing = layout.width - len(record.cells)
        if layout.even and missing > 0:
            long += 1
            continue
        short += missing > 0
        cells = record.cells[: layout.width] + [""] * max(missing, 0)
        rows.append([cell or None for cell in cells])
    return rows, short, long


def _warnings(opened: _Opened) -> list[str]:
    """Say what a person should look at before importing."""
    layout, said = opened.layout, [opened.doubt] if opened.doubt else []
    if layout.width == 1:
        said.append("Only one column was found. If there should be more, choose the separator.")
    if not opened.rows:
        said.append("There are column names but no rows below them.")
    if layout.skip_rows:
        said.append(f"{layout.skip_rows:,} lines above the table are skipped.")
    if opened.short:
        said.append(f"{opened.short:,} of the first rows are short; their last cells stay empty.")
    if opened.long:
        uneven = "other than" if layout.even else "more than"
        said.append(
            f"{opened.long:,} of the first rows have {uneven} {layout.width:,} cells and would "
            "be rejected. Check the separator and the quote."
        )
    if spare := opened.plan.spare():
        said.append(f"{len(spare):,} empty columns without a name at the edge are left out.")
    if layout.delimiter not in (*DELIMITERS, NOTHING):
        said.append("The separator is an unusual one.")
    return said + opened.plan.warnings()
