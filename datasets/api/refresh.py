"""New rows for a dataset: appended to those it has, or in their place."""

from typing import Any
from uuid import UUID

from ninja import Schema, Status
from pydantic import Field

from datasets.api.base import router
from datasets.api.datasets import TAGS, DatasetId, dataset_out
from datasets.api.uploads import PREVIEW_SECONDS, ImportAnswer
from datasets.engine.schema_check import Mode
from datasets.models import Dataset
from datasets.services.datasets import dataset_find
from datasets.services.refresh import (
    refresh_attach,
    refresh_confirm,
    refresh_options_with,
)
from datasets.services.refresh_connection import refresh_connection_start
from datasets.services.refresh_decided import Decided, SchemaDiffers
from datasets.services.uploads import upload_get
from projects.models import Job, User
from projects.web.api import ApiRequest
from projects.web.errors import error_body
from projects.web.schemas import ErrorOut, errors

Answer = Status[dict[str, Any]]


class RefreshIn(Schema):
    """Where the rows come from, and what was decided about columns that differ."""

    upload: UUID | None = Field(
        None,
        description="a file that has arrived; without one the rows are read again from the "
        "connection that the dataset came from",
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="what is not said is as in the dataset's last import"
    )
    accept: dict[str, str] = Field(
        default_factory=dict,
        description="by column, one of the choices that a 409 listed: `empty`, `drop`, `add`, "
        "`leave`, `keep`, `widen` or `take`",
    )
    same: dict[str, str | None] = Field(
        default_factory=dict,
        description="by column of the dataset that the file lacks, the column of the file that it "
        "is, such as one of its `candidates`; it is remembered for the next file, until null is "
        "sent",
    )
    newer: str = Field(
        "",
        description="append from a connection to a database or a REST API: a column of dates, "
        "times or whole numbers; only rows above its highest value in the dataset are added",
    )
    again: bool = Field(
        False,
        description="append a file whose rows are in the dataset already; from a connection: look "
        "at it anew, where the last time stopped at columns that differed",
    )


class DifferenceOut(Schema):
    """A column that is not as before."""

    kind: str = Field(description="missing, new or type")
    column: str
    was: str | None = Field(description="its type in the dataset")
    now: str | None = Field(description="its type in the file")
    lost: int | None = Field(description="how many values do not fit")
    of: int | None = Field(description="of how many that were looked at")
    hint: str = Field(description="the column that it probably is called now")
    candidates: list[str] = Field(
        default_factory=list, description="new columns that it could be: what `same` can say"
    )
    sentence: str
    choices: dict[str, str] = Field(description="what `accept` can say, with its meaning")


class SchemaDiffersOut(ErrorOut):
    """What somebody has to decide about before the rows are read."""

    differences: list[DifferenceOut] = Field(default_factory=list)
    again: str = Field("", description="where the file was added before: when, and how many rows")


DOCS = {202: ImportAnswer, **errors(403, 404), 409: SchemaDiffersOut}


@router.post("/datasets/{uuid:dataset_id}/append", response=DOCS, tags=TAGS, summary="Append rows")
def append_dataset(request: ApiRequest, dataset_id: DatasetId, payload: RefreshIn) -> Answer:
    """Add the rows of a file, or of the connection, behind those that are there, as a new version.

    Answers 409 with `differences` where its columns are not those of the dataset; send `accept`
    then.
    """
    return _started(request, dataset_id, payload, "append")


@router.post(
    "/datasets/{uuid:dataset_id}/refresh", response=DOCS, tags=TAGS, summary="Refresh a dataset"
)
def refresh_dataset(request: ApiRequest, dataset_id: DatasetId, payload: RefreshIn) -> Answer:
    """Put the rows of a file, or of the connection, in the place of those that are there.

    They are a new version.

    Answers 409 as appending does.
    """
    return _started(request, dataset_id, payload, "refresh")


def _started(request: ApiRequest, dataset_id: UUID, payload: RefreshIn, mode: Mode) -> Answer:
    dataset = dataset_find(user=request.user, dataset_id=dataset_id, role="editor")
    try:
        job = _job(request.user, dataset, payload, mode)
    except SchemaDiffers as error:
        body = error_body(error.code, str(error))
        return Status(409, {**body, "differences": error.differences, "again": error.again})
    answer: dict[str, dict[str, Any] | Job] = {"dataset": dataset_out(dataset, job), "job": job}
    return Status(202, answer)


def _job(user: User, dataset: Dataset, payload: RefreshIn, mode: Mode) -> Job:
    same = {column: name or "" for column, name in payload.same.items()}
    decided = Decided(payload.accept, payload.again, same, payload.newer)
    if payload.upload is None:
        return refresh_connection_start(dataset=dataset, user=user, mode=mode, decided=decided)
    upload = upload_get(project=dataset.project, upload_id=payload.upload)
    record = refresh_attach(dataset=dataset, user=user, mode=mode, upload=upload)
    options = refresh_options_with(record=record, given=payload.options)
    return refresh_confirm(
        record=record, user=user, options=options, decided=decided, seconds=PREVIEW_SECONDS
    )
