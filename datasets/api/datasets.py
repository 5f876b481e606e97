"""Datasets: list, look, rename, delete, rows, versions, download."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import StreamingHttpResponse
from ninja import Path, Query, Schema, Status
from pydantic import Field

from datasets.api.base import router
from datasets.engine.display import plain
from datasets.engine.query import MAX_ROWS
from datasets.models import Dataset, DatasetVersion
from datasets.services.datasets import (
    dataset_delete,
    dataset_find,
    dataset_list,
    dataset_update,
    jobs_latest,
    version_list,
)
from datasets.services.exports import dataset_export, export_format
from datasets.services.rows import rows_page, version_current
from datasets.web.download import download_response
from projects.models import Job
from projects.services.projects import project_get
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.schemas import Text, errors
from segplatform.kernel.params import MAX_EXPRESSION

TAGS = ["Datasets"]
DatasetId = Annotated[UUID, Path(description="id of the dataset")]
READY, EMPTY = "succeeded", "empty"


class ColumnOut(Schema):
    """A column of a stored table."""

    name: str
    type: str = Field(description="text, integer, decimal, float, boolean, date or datetime")
    missing: int | None = Field(default=None, description="how many cells are missing")


class DatasetOut(Schema):
    """A dataset with its current version."""

    id: UUID
    project: UUID
    name: str
    description: str
    rows: int
    columns: list[ColumnOut]
    version: int | None = Field(description="number of the current version, from 1")
    stored: bool = Field(
        description="its rows are there; else there are none, or they are made when asked for"
    )
    state: str = Field(
        description="succeeded once it has rows; queued or running while a job fills it; else "
        "how that job ended, or empty"
    )
    report: dict[str, Any] = Field(description="what its import read and what it left out")
    created: datetime
    updated: datetime


class DatasetList(Schema):
    """One page of datasets."""

    items: list[DatasetOut]
    count: int


class DatasetChange(Schema):
    """What may change; what is not sent stays."""

    name: Text | None = None
    description: Text | None = None


class VersionOut(Schema):
    """One immutable version."""

    id: UUID
    number: int
    rows: int
    bytes: int
    columns: list[ColumnOut]
    current: bool
    created: datetime


class VersionList(Schema):
    """One page of versions, newest first."""

    items: list[VersionOut]
    count: int


class TypedName(Schema):
    """A column of a page of rows."""

    name: str
    type: str


class RowsOut(Schema):
    """Some rows: each a list of values in the order of the columns, null where missing."""

    columns: list[TypedName]
    rows: list[list[Any]]
    count: int = Field(description="how many rows of the table, or its sample, pass the filter")


class RowsQuery(Schema):
    """Which rows."""

    limit: int = Field(100, ge=0, le=MAX_ROWS)
    offset: int = Field(0, ge=0, le=10**12)
    sort: str = Field(
        "", description="columns, first to last; a minus sorts down: `-Monetary,Country`"
    )
    filter: str = Field(
        "", max_length=MAX_EXPRESSION, description="a formula that is true for the rows to give"
    )
    sample: bool = Field(False, description="only the project's sample")


@router.get(
    "/projects/{uuid:project_id}/datasets",
    response={200: DatasetList, **errors(404)},
    tags=TAGS,
    summary="List datasets",
)
def list_datasets(
    request: ApiRequest, project_id: UUID, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List the datasets of a project, by name."""
    project = project_get(user=request.user, project_id=project_id)
    page = paginate(dataset_list(project=project), limit, offset)
    jobs = jobs_latest(datasets=page["items"])
    items = [dataset_out(dataset, jobs.get(dataset.pk)) for dataset in page["items"]]
    return {"items": items, "count": page["count"]}


@router.get(
    "/datasets/{uuid:dataset_id}",
    response={200: DatasetOut, **errors(404)},
    tags=TAGS,
    summary="Get a dataset",
)
def get_dataset(request: ApiRequest, dataset_id: DatasetId) -> dict[str, Any]:
    """Read one dataset: its columns, its size, its import report."""
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    return dataset_out(dataset, jobs_latest(datasets=[dataset]).get(dataset.pk))


@router.patch(
    "/datasets/{uuid:dataset_id}",
    response={200: DatasetOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Change a dataset",
)
def change_dataset(
    request: ApiRequest, dataset_id: DatasetId, payload: DatasetChange
) -> dict[str, Any]:
    """Rename or describe a dataset; editors and owners may."""
    dataset = dataset_find(user=request.user, dataset_id=dataset_id, role="editor")
    dataset_update(dataset=dataset, name=payload.name, description=payload.description)
    return dataset_out(dataset, jobs_latest(datasets=[dataset]).get(dataset.pk))


@router.delete(
    "/datasets/{uuid:dataset_id}",
    response={204: None, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Delete a dataset",
)
def delete_dataset(request: ApiRequest, dataset_id: DatasetId) -> Status[None]:
    """Delete a dataset with all its versions and files; owners may."""
    dataset_delete(dataset=dataset_find(user=request.user, dataset_id=dataset_id, role="owner"))
    return Status(204, None)


@router.get(
    "/datasets/{uuid:dataset_id}/rows",
    response={200: RowsOut, **errors(404, 409)},
    tags=TAGS,
    summary="Get rows",
)
def get_rows(request: ApiRequest, dataset_id: DatasetId, query: Query[RowsQuery]) -> dict[str, Any]:
    """Read some rows of the current version, in the order of the source or sorted."""
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    page = rows_page(
        project=dataset.project,
        version=version_current(dataset=dataset),
        limit=query.limit,
        offset=query.offset,
        sort=query.sort,
        formula=query.filter,
        sampled=query.sample,
    )
    rows = [[plain(value) for value in row] for row in page.rows]
    columns = [{"name": column.name, "type": column.type} for column in page.columns]
    return {"columns": columns, "rows": rows, "count": page.count}


@router.get(
    "/datasets/{uuid:dataset_id}/versions",
    response={200: VersionList, **errors(404)},
    tags=TAGS,
    summary="List versions",
)
def list_versions(
    request: ApiRequest, dataset_id: DatasetId, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List the versions of a dataset, newest first."""
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    versions = version_list(dataset=dataset)
    return paginate(versions, limit, offset, lambda item: version_out(item, dataset))


@router.get(
    "/datasets/{uuid:dataset_id}/download",
    response={200: None, **errors(404, 409)},
    tags=TAGS,
    summary="Download a dataset",
)
def download_dataset(
    request: ApiRequest,
    dataset_id: DatasetId,
    format: Literal["csv", "csv_raw", "xlsx", "parquet"] = "csv",
) -> StreamingHttpResponse:
    """Send all rows as a file; `csv` and `xlsx` are safe to open in a spreadsheet."""
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    blocks = dataset_export(version=version_current(dataset=dataset), key=format)
    return download_response(blocks=blocks, form=export_format(key=format), name=dataset.name)


def dataset_out(dataset: Dataset, job: Job | None) -> dict[str, Any]:
    """Give a dataset in the API's shape; ``job`` is the latest that worked on it."""
    version = dataset.current
    return {
        "id": dataset.pk,
        "project": dataset.project_id,
        "name": dataset.name,
        "description": dataset.description,
        "rows": version.rows if version else 0,
        "columns": version.columns if version else [],
        "version": version.number if version else None,
        "stored": version is not None and version.released is None,
        "state": dataset_state(dataset, job),
        "report": version.report if version else {},
        "created": dataset.created,
        "updated": dataset.updated,
    }


def dataset_state(dataset: Dataset, job: Job | None) -> str:
    """Say in one word of the job states how the dataset is."""
    if job and job.is_active:
        return job.state
    if dataset.current:
        return READY
    return job.state if job else EMPTY


def version_out(version: DatasetVersion, dataset: Dataset) -> dict[str, Any]:
    """Give a version in the API's shape."""
    return {
        "id": version.pk,
        "number": version.number,
        "rows": version.rows,
        "bytes": version.bytes,
        "columns": version.columns,
        "current": version.pk == dataset.current_id,
        "created": version.created,
    }
