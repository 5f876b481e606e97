"""The answer of the run that read a file: anybody's words until it has this form."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from datasets.engine.bounds import EXAMPLES, MAX_COLUMNS, PREVIEW_ROWS, REPORTED_CELLS
from datasets.engine.cage.pick import Picked
from datasets.engine.several_folder import MAX_FILES
from datasets.engine.types import ColumnType
from segplatform.kernel.errors import Conflict, NotFound, TooLarge, UserError

MAX_BYTES = 32 * 2**20
"""The largest honest answer: a thousand rejected rows of a thousand characters each."""

_REJECTED = [("row", "integer"), ("column", "text"), ("text", "text"), ("reason", "text")]
_ERRORS = {error.code: error for error in (UserError, TooLarge, Conflict, NotFound)}

Count = Annotated[int, Field(ge=0)]
Word = Annotated[str, StringConstraints(max_length=500)]
Sentence = Annotated[str, StringConstraints(max_length=4_000)]
Words = Annotated[dict[Word, Sentence], Field(max_length=4 * MAX_COLUMNS)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Refused(_Part):
    """A ``UserError``: what the person can mend."""

    code: Word
    text: Sentence
    fields: Words

    def error(self) -> UserError:
        """Give it as it was raised."""
        return _ERRORS.get(self.code, UserError)(self.text, self.fields)


class Failed(_Part):
    """A fault of ours."""

    kind: Word
    where: Sentence


class LostFirst(_Part):
    """What a chosen type would lose among the first rows."""

    values: Count
    misses: Count
    rows: Annotated[list[Count], Field(max_length=PREVIEW_ROWS)]


class Shown(_Part):
    """A preview."""

    connector: Word
    options: dict[Word, Any]
    guesses: Words
    columns: Annotated[list[dict[Word, Word]], Field(max_length=MAX_COLUMNS)]
    notes: Annotated[dict[Word, list[Sentence]], Field(max_length=MAX_COLUMNS)]
    lost: Annotated[dict[Word, LostFirst], Field(max_length=MAX_COLUMNS)]
    rows: Annotated[list[list[Word | None]], Field(max_length=PREVIEW_ROWS)]
    warnings: Annotated[list[Sentence], Field(max_length=4 * MAX_COLUMNS)]
    choices: dict[Word, Words]


class ReadColumn(_Part):
    """A column that was written."""

    name: Word
    type: ColumnType
    missing: Count


class Unreadable(_Part):
    """How many values of a column were not what its type wants."""

    unreadable: Count
    wanted: ColumnType


class Rejected(_Part):
    """A row or a cell that was refused."""

    row: Count
    column: Word | None
    text: Sentence
    reason: Sentence


class FileRows(_Part):
    """What happened to the rows of one of several files."""

    name: Word
    rows: Count
    read: Count
    rejected: Count
    empty: Count
    lacks: Annotated[list[Word], Field(max_length=MAX_COLUMNS)]
    lacks_count: Count
    left_out: Sentence


class Report(_Part):
    """What happened to the rows."""

    rows_in_file: Count
    rows_read: Count
    rows_rejected: Count
    rows_empty: Count
    columns: Annotated[dict[Word, Unreadable], Field(max_length=MAX_COLUMNS)]
    left_out: Annotated[list[Word], Field(max_length=MAX_COLUMNS)] = Field(default_factory=list)
    rejected: Annotated[list[Rejected], Field(max_length=REPORTED_CELLS)]
    rejected_total: Count
    warnings: Annotated[list[Sentence], Field(max_length=4 * MAX_COLUMNS)]
    files: Annotated[list[FileRows], Field(max_length=2 * MAX_FILES)] = Field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Give it as it was written: ``files`` only where there are several."""
        report = self.model_dump()
        return report if self.files else {k: v for k, v in report.items() if k != "files"}


class Read(_Part):
    """What was read. Its ``files`` are left aside: they are looked at themselves."""

    columns: Annotated[list[ReadColumn], Field(max_length=MAX_COLUMNS)]
    rows: Count
    files: list[Any]
    bytes: Count
    report: Report

    def require_table(self, found: Picked) -> None:
        """Raise ``ValueError`` unless the written table is the one that this speaks of."""
        said = [(column.name, column.type) for column in self.columns]
        if said != [(column.name, column.type) for column in found.columns]:
            raise ValueError("the columns are not those of the table")
        if not self.rows == self.report.rows_read == found.rows:
            raise ValueError("the rows are not those of the table")
        if self.report.files and sum(file.read for file in self.report.files) != found.rows:
            raise ValueError("the rows of the files are not those of the table")

    def require_rejected(self, found: Picked) -> None:
        """Raise ``ValueError`` unless this is a file of rejected rows and cells."""
        if [(column.name, column.type) for column in found.columns] != _REJECTED:
            raise ValueError("the rejected rows are no such table")


class LostAs(_Part):
    """What one type would lose of a column: the first cells with their rows."""

    misses: Count
    examples: Annotated[list[tuple[Count, Sentence]], Field(max_length=EXAMPLES)]


class Lost(_Part):
    """What the types would lose of a column of which so many cells hold a value."""

    values: Count
    types: dict[ColumnType, LostAs]


class Answer(_Part):
    """One of five: a preview, a reading, losses, a refusal, a fault."""

    preview: Shown | None = None
    read: Read | None = None
    losses: Annotated[dict[Word, Lost], Field(max_length=MAX_COLUMNS)] | None = None
    refused: Refused | None = None
    failed: Failed | None = None


def answer_of(data: bytes) -> Answer:
    """Read what a run left; raises ``ValueError`` where it is anything else."""
    return Answer.model_validate_json(data)
