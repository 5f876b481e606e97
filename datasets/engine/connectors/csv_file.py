"""CSV and other delimited text: comma, semicolon, tab or bar, any encoding, nothing lost."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from datasets.engine import csv_words as words
from datasets.engine.bounds import MAX_CELL_BYTES, PREVIEW_ROWS
from datasets.engine.connectors.base import (
    Connector,
    ConnectorOptions,
    Preview,
    ReadResult,
    connectors,
)
from datasets.engine.content import require_text
from datasets.engine.csv_read import CsvRead
from datasets.engine.csv_words import offered
from datasets.engine.encoding import ENCODINGS, bad_byte, encoding_checked, encoding_guess
from datasets.engine.layout import DELIMITERS, NOTHING, Layout, Sample, layout_find, sample_read
from datasets.engine.numbers import THOUSANDS
from datasets.engine.preview import preview_of
from datasets.engine.types import ColumnType
from datasets.engine.typing_plan import TypeOptions, TypePlan, count_sample_misses, plan_types
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress


class CsvOptions(ConnectorOptions):
    """How to read the file; None is "guess"."""

    encoding: str | None = Field(
        None, title="Encoding", description="How characters are stored.",
        json_schema_extra=offered(ENCODINGS),
    )  # fmt: skip
    delimiter: str | None = Field(
        None, title="Separator", description="What stands between two cells.",
        min_length=1, max_length=1, json_schema_extra=offered(words.DELIMITERS),
    )  # fmt: skip
    quote: Literal['"', "'", ""] | None = Field(
        None, title="Quote", description="What wraps a cell that holds the separator; or nothing.",
        json_schema_extra=offered(words.QUOTES),
    )  # fmt: skip
    header: bool | None = Field(
        None, title="Header row", description="The first row holds the names of the columns.",
        json_schema_extra=offered(words.HEADERS),
    )  # fmt: skip
    skip_rows: int | None = Field(
        None, title="Lines to skip", description="Lines above the table.", ge=0, le=900
    )
    decimal: Literal[".", ","] | None = Field(
        None, title="Decimal sign", description="1.5 or 1,5.",
        json_schema_extra=offered(words.DECIMALS),
    )  # fmt: skip
    thousands: str | None = Field(
        None, title="Thousands", description="What groups the digits of a large number, if any.",
        json_schema_extra=offered(words.THOUSANDS),
    )  # fmt: skip
    date_order: Literal["dmy", "mdy"] | None = Field(
        None, title="Day and month", description="Whether 01/02 is 1 February or January 2.",
        json_schema_extra=offered(words.DATE_ORDERS),
    )  # fmt: skip
    null_words: list[str] = Field(
        default_factory=list, title="Words for nothing", max_length=50,
        description="Cells with exactly this text are empty, such as NA or NULL.",
    )  # fmt: skip
    types: dict[str, ColumnType] = Field(
        default_factory=dict, title="Types", description="Your own choice of a column's type."
    )

    @field_validator("delimiter")
    @classmethod
    def _separates(cls, value: str | None) -> str | None:
        if value is not None and (value in "\r\n\"'\0" or value.isalnum()):
            raise ValueError("choose a sign that is no letter, digit, quote or line end")
        if value is not None and ord(value) > 127:
            raise ValueError("choose an ASCII sign")
        return value

    @field_validator("thousands")
    @classmethod
    def _groups(cls, value: str | None) -> str | None:
        if value and value not in THOUSANDS:
            raise ValueError("choose a comma, a point, a blank or an apostrophe, or nothing")
        return value


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


@connectors.register
class CsvFile(Connector):
    key = "csv_file"
    title = "CSV file"
    help = "Text with one row per line: comma, semicolon, tab or bar between the cells."
    extensions = (".csv", ".tsv", ".txt", ".tab", ".psv")
    kinds: ClassVar[tuple[str, ...]] = ("text",)
    Options = CsvOptions

    def guess(self, path: Path, name: str) -> CsvOptions:
        """Return the resolved options of a file that nobody has described yet."""
        return _open(path, CsvOptions()).options

    def preview(self, path: Path, options: ConnectorOptions, limit: int = PREVIEW_ROWS) -> Preview:
        """Read the first megabyte: rows as written, guesses with reasons, warnings in words."""
        opened = _open(path, _csv(options))
        count_sample_misses(opened.plan)
        return preview_of(
            opened.plan, opened.rows[:limit], opened.options.model_dump(), opened.guesses,
            _warnings(opened),
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
        with TemporaryDirectory(dir=out_dir, prefix="work-") as scratch:
            reading = CsvRead(path, out_dir, Path(scratch), progress, memory_bytes)
            reading.prepare(_encoding(path, given)[0], forced=given.encoding is not None)
            opened = _resolve(sample_read(reading.text, "utf-8"), given, "utf-8", {})
            return reading.read(opened.layout, opened.plan, tuple(given.null_words))


def _csv(options: ConnectorOptions) -> CsvOptions:
    return CsvOptions.model_validate(options.model_dump())


def _encoding(path: Path, options: CsvOptions) -> tuple[str, dict[str, str]]:
    """Return the encoding and why, if it had to be guessed."""
    if options.encoding:
        return encoding_checked(options.encoding), {}
    name, why = encoding_guess(path)
    return name, {"encoding": why}


def _open(path: Path, options: CsvOptions) -> _Opened:
    """Answer every question about the file's form from its start."""
    require_text(path)
    encoding, guesses = _encoding(path, options)
    try:
        sample = sample_read(path, encoding)
    except UnicodeDecodeError as error:
        raise bad_byte(path, encoding, error.start) from None
    except UnicodeError:
        raise UserError("The file does not start as this encoding does. Choose another.") from None
    return _resolve(sample, options, encoding, guesses)


def _resolve(sample: Sample, given: CsvOptions, encoding: str, guesses: dict[str, str]) -> _Opened:
    """Find the layout, the rows of the sample, the names and the types."""
    layout = layout_find(
        sample,
        delimiter=given.delimiter,
        quote=given.quote,
        skip_rows=given.skip_rows,
        header=given.header,
    )
    rows, short, long = _rows(sample, layout)
    types = TypeOptions(
        given.decimal, given.thousands, given.date_order, tuple(given.null_words), given.types
    )
    plan = plan_types(layout.names, rows, types)
    resolved = given.model_copy(
        update={
            "encoding": encoding,
            "delimiter": layout.delimiter,
            "quote": layout.quote,
            "header": layout.header,
            "skip_rows": layout.skip_rows,
            "decimal": plan.numbers.decimal,
            "thousands": plan.numbers.thousands,
        }
    )
    found = guesses | layout.guesses
    found |= {} if given.decimal else {"decimal": plan.numbers_why}
    return _Opened(resolved, found, layout, rows, short, long, plan)


def _rows(sample: Sample, layout: Layout) -> tuple[list[list[str | None]], int, int]:
    """Return the sample's rows in the table's width, and how many were short or too long."""
    rows: list[list[str | None]] = []
    short = long = 0
    for record in sample.records(layout.delimiter, layout.quote):
        if record.line <= layout.skip_lines or not any(record.cells):
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
        short += missing > 0
        cells = record.cells[: layout.width] + [""] * max(missing, 0)
        rows.append([cell or None for cell in cells])
    return rows, short, long


def _warnings(opened: _Opened) -> list[str]:
    """Say what a person should look at before importing."""
    layout, said = opened.layout, []
    if layout.width == 1:
        said.append("Only one column was found. If there should be more, choose the separator.")
    if not opened.rows:
        said.append("There are column names but no rows below them.")
    if layout.skip_rows:
        said.append(f"{layout.skip_rows:,} lines above the table are skipped.")
    if opened.short:
        said.append(f"{opened.short:,} of the first rows are short; their last cells stay empty.")
    if opened.long:
        said.append(
            f"{opened.long:,} of the first rows have more than {layout.width:,} cells and would "
            "be rejected. Check the separator and the quote."
        )
    if spare := opened.plan.spare():
        said.append(f"{len(spare):,} empty columns without a name at the right are left out.")
    if layout.delimiter not in (*DELIMITERS, NOTHING):
        said.append("The separator is an unusual one.")
    return said + opened.plan.warnings()
