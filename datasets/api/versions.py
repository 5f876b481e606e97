"""Versions of a dataset: an old one made the current one again, rows made on demand."""

from typing import Annotated, Any

from ninja import Path, Schema, Status

from datasets.api.base import router
from datasets.api.datasets import TAGS, DatasetId, VersionOut, version_out
from datasets.services.datasets import dataset_find
from datasets.services.on_demand import dataset_ask
from datasets.services.versions import version_restore
from projects.models import Job
from projects.web.api import ApiRequest
from projects.web.schemas import JobOut, errors

Number = Annotated[int, Path(description="number of the version, from 1", ge=1, le=2**31 - 1)]


class RowsAsked(Schema):
    """The work that makes the rows, or nothing where they are there."""

    job: JobOut | None


@router.post(
    "/datasets/{uuid:dataset_id}/rows",
    response={200: RowsAsked, 202: RowsAsked, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Have the rows made",
)
def ask_rows(request: ApiRequest, dataset_id: DatasetId) -> Status[dict[str, Job | None]]:
    """Start making the rows of a recipe's output in a project that recomputes on demand.

    Answers 202 with the work, 200 where the rows are there already.
    """
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    job = dataset_ask(dataset=dataset, user=request.user)
    return Status(202 if job else 200, {"job": job})


@router.post(
    "/datasets/{uuid:dataset_id}/versions/{int:number}/restore",
    response={201: VersionOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Restore a version",
)
def restore_version(
    request: ApiRequest, dataset_id: DatasetId, number: Number
) -> Status[dict[str, Any]]:
    """Make the rows of an old version the current ones again, as a new version.

    Answers 409 while a job fills the dataset, and for the version that is current.
    """
    dataset = dataset_find(user=request.user, dataset_id=dataset_id, role="editor")
    made = version_restore(dataset=dataset, number=number, user=request.user)
    dataset.refresh_from_db()
    return Status(201, version_out(made, dataset))
