"""JSON: an object on each line, an array of objects, or an object of columns."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from pydantic import Field

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
from datasets.engine.csv_words import offered
from datasets.engine.encoding import encoding_guess
from datasets.engine.encoding_convert import mixture_said
from datasets.engine.encoding_names import ENCODINGS, MIXED, encoding_checked
from datasets.engine.json_form import shape_of
from datasets.engine.json_read import (
    SAMPLE_ROWS,
    JsonFileText,
    JsonRead,
    json_plan,
    oddities_said,
)
from datasets.engine.json_rows import JsonRows
from datasets.engine.preview import preview_of
from datasets.engine.typing_plan import count_sample_misses, plain_types
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

_FORMS = {
    "lines": "One object on each line.",
    "values": "Objects one after another.",
    "columns": "One list for each column.",
}


class JsonOptions(TableOptions):
    """How to read the file; None is "guess"."""

    records: str | None = Field(
        None, title="Rows", description="Which list of the file holds the rows.", max_length=500
    )
    encoding: str | None = Field(
        None, title="Encoding", description="How characters are stored; JSON is UTF-8.",
        json_schema_extra=offered(ENCODINGS | MIXED),
    )  # fmt: skip


@dataclass(frozen=True)
class _Opened:
    """A file with every question about its form answered."""

    text: JsonFileText
    options: JsonOptions
    guesses: dict[str, str]


@connectors.register
class JsonFile(Connector):
    key = "json_file"
    title = "JSON file"
    help = "JSON lines, an array of objects, or an object of columns."
    format = "JSON"
    extensions = (".json", ".jsonl", ".ndjson")
    kinds: ClassVar[tuple[str, ...]] = ("json",)
    Options = JsonOptions

    def guess(self, path: Path, name: str) -> JsonOptions:
        """Return the resolved options of a file that nobody has described yet."""
        return _open(path, JsonOptions()).options

    def preview(self, path: Path, options: ConnectorOptions, limit: int = PREVIEW_ROWS) -> Preview:
        """Read the first rows: their columns, types, guesses with reasons."""
        opened = _open(path, _json(options))
        text, rows = opened.text, opened.text.fill(JsonRows(), SAMPLE_ROWS)
        plan = json_plan(rows, plain_types(opened.options))
        count_sample_misses(plan)
        said = [*oddities_said(text.odd), *rows.lacking()]
        said[:0] = mixture_said(path, text.encoding)
        if rows.rejected:
            said.insert(0, f"{rows.rejected:,} of the first rows are no objects: rejected.")
        shown = preview_of(
            plan, rows.sample()[:limit], opened.options.model_dump(), opened.guesses,
            [*said, *plan.warnings()],
        )  # fmt: skip
        shown.choices = {"records": text.shape.arrays}
        return shown

    def read(
        self,
        path: Path,
        options: ConnectorOptions,
        out_dir: Path,
        progress: Progress,
        memory_bytes: int,
    ) -> ReadResult:
        """Read every row; see ``JsonRead`` for how."""
        opened = _open(path, _json(options))
        with TemporaryDirectory(dir=out_dir, prefix="work-") as scratch:
            reading = JsonRead(out_dir, Path(scratch), progress, memory_bytes)
            reading.load(opened.text)
            return reading.read(plain_types(opened.options))


def _json(options: ConnectorOptions) -> JsonOptions:
    return JsonOptions.model_validate(options.model_dump())


def _open(path: Path, given: JsonOptions) -> _Opened:
    """Find out where the rows are."""
    require_kind(path, JsonFile.kinds)
    guesses: dict[str, str] = {}
    encoding = encoding_checked(given.encoding) if given.encoding else ""
    if not encoding:
        encoding, guesses["encoding"], _ = encoding_guess(path)
    try:
        shape = shape_of(path, encoding)
    except UnicodeError:
        said = "The file is not in this encoding. Choose another."
        raise UserError(said, {"encoding": said}) from None
    records = given.records
    if records is not None and shape.arrays and records not in shape.arrays:
        said = f"The file has no list of objects “{records[:100]}”."
        raise UserError(said, {"records": "There is no such list."})
    if records is None or not shape.arrays:
        records = next(iter(shape.arrays), None)
        count = len(shape.arrays)
        one = "The only list of objects." if count == 1 else f"The first of {count:,} lists."
        guesses["records"] = _FORMS.get(shape.form, one)
    resolved = given.model_copy(update={"records": records, "encoding": encoding})
    return _Opened(JsonFileText(path, encoding, shape, records or "$"), resolved, guesses)
