"""The cells that an import could not read."""

from typing import Any

from ninja import Query, Schema
from pydantic import Field

from datasets.api.base import router
from datasets.api.datasets import TAGS, DatasetId
from datasets.engine.rejected import RejectedFilter, rejected_page
from datasets.engine.several_places import Places
from datasets.services.datasets import dataset_find
from datasets.services.rows import rejected_file, version_current
from datasets.services.versions import version_get
from projects.web.api import ApiRequest, Limit, Offset
from projects.web.schemas import errors


class RejectOut(Schema):
    """One cell, or a whole row, that was left out."""

    file: str | None = Field(description="which of several files; null where there was one")
    row: int = Field(description="row in the file, from 1")
    column: str | None = Field(description="null for a whole row")
    text: str | None = Field(description="as it was written")
    reason: str


class RejectedIn(Schema):
    """Which of it to list."""

    version: int | None = Field(None, ge=1, le=2**31 - 1, description="else the current one")
    column: str = Field("", max_length=200, description="cells of this column only")
    whole_rows: bool = Field(False, description="whole rows only")
    reason: str = Field("", max_length=500, description="left out for this reason only")
    text: str = Field("", max_length=200, description="what the original text contains")


class RejectList(Schema):
    """One page of what was left out, in the order of the file."""

    items: list[RejectOut]
    count: int


@router.get(
    "/datasets/{uuid:dataset_id}/rejected",
    response={200: RejectList, **errors(404, 409)},
    tags=TAGS,
    summary="List rejected cells",
)
def list_rejected(
    request: ApiRequest,
    dataset_id: DatasetId,
    wanted: Query[RejectedIn],
    limit: Limit = 100,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List what an import could not read, with row and original text.

    It is the import of the current version, or of the one that is asked for.
    """
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    if wanted.version is None:
        version = version_current(dataset=dataset)
    else:
        version = version_get(dataset=dataset, number=wanted.version)
    file = rejected_file(version=version)
    asked = RejectedFilter(wanted.column, wanted.whole_rows, wanted.reason, wanted.text)
    if file is None:
        return {"items": [], "count": 0}
    found, count = rejected_page(file, limit=limit, offset=offset, wanted=asked)
    places = Places(version.report.get("files", ()))
    items = [
        dict(zip(RejectOut.model_fields, (*places.find(row), *others), strict=True))
        for row, *others in found
    ]
    return {"items": items, "count": count}
