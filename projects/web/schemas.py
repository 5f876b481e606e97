"""The shapes of the REST API that every app answers with."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, Field

from projects.models import Job


def _clean(text: str) -> str:
    if "\x00" in text:
        raise ValueError("The character NUL is not text.")
    return text.strip()


Text = Annotated[str, BeforeValidator(lambda v: _clean(v) if isinstance(v, str) else v)]
"""Text that every database can hold, without blanks around it."""


class ErrorDetail(Schema):
    """What went wrong, in one sentence, and beside which fields."""

    code: str = Field(description="a stable word for programs, as `not_found`")
    message: str = Field(description="one clear sentence for people")
    fields: dict[str, str] = Field(default_factory=dict, description="a sentence for each field")


class ErrorOut(Schema):
    """Every error of the API."""

    error: ErrorDetail


class JobOut(Schema):
    """One run of background work."""

    id: UUID
    project: UUID
    name: str
    title: str
    state: str = Field(description="queued, running, succeeded, failed, cancelled or lost")
    progress: float = Field(description="fraction done, 0 to 1")
    message: str
    error: str
    error_id: str
    result: dict[str, Any]
    created: datetime
    started: datetime | None
    finished: datetime | None

    @staticmethod
    def resolve_project(job: Job) -> UUID:
        """Give the project's id."""
        return job.project_id


class JobAnswer(Schema):
    """Work that was started and goes on."""

    job: JobOut


def errors(*codes: int) -> dict[int, type[ErrorOut]]:
    """Document these error answers of an operation, and those that every operation may give."""
    return {code: ErrorOut for code in sorted({400, 401, 422, 429, 503, *codes})}
