"""What the fetching process says: anybody's words until they have this form."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from datasets.engine.file_answer import Failed, Refused
from datasets.engine.remote.base import Listing, Thing

MAX_LINE = 8 * 2**20
"""The longest honest line: a listing with long names."""
MAX_THINGS = 2_000

Name = Annotated[str, StringConstraints(max_length=2_000)]
Sentence = Annotated[str, StringConstraints(max_length=4_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Listed(_Part):
    """Something in a source."""

    kind: Literal["table", "file", "folder"]
    name: Name
    detail: Name
    item: dict[Name, Any]
    place: Name


class Found(_Part):
    """What lies at one place."""

    things: Annotated[list[Listed], Field(max_length=MAX_THINGS)]
    more: bool

    def listing(self) -> Listing:
        """Give it as a kind gave it."""
        return Listing(tuple(Thing(**each.model_dump()) for each in self.things), self.more)


class Brought(_Part):
    """A file that was fetched; ``title`` is what people would call it."""

    name: Name
    title: Name
    whole: bool
    warnings: Annotated[list[Sentence], Field(max_length=1_000)]
    nothing: bool = False


class Answer(_Part):
    """One of five: that the connection works, a listing, a file, a refusal, a fault."""

    said: Sentence | None = None
    found: Found | None = None
    brought: Brought | None = None
    refused: Refused | None = None
    failed: Failed | None = None


class Line(_Part):
    """One line: a step of the work, a line for its log, or the answer, which is the last."""

    step: tuple[Annotated[float, Field(ge=0, le=1)], Sentence] | None = None
    log: Sentence | None = None
    answer: Answer | None = None


def line_of(data: bytes) -> Line:
    """Read a line; raises ``ValueError`` where it is anything else."""
    return Line.model_validate_json(data)
