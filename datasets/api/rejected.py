"""The cells that an import could not read."""

from typing import Any

from ninja import Schema
from pydantic import Field

from datasets.api.base import router
from datasets.api.datasets import TAGS, DatasetId
from datasets.engine.rejected import rejected_page
from datasets.services.datasets import dataset_find
from datasets.services.rows import rejected_file, version_current
from projects.web.api import ApiRequest, Limit, Offset
from projects.web.schemas import errors


class RejectOut(Schema):
    """One cell, or a whole row, that was left out."""

    row: int = Field(description="row in the file, from 1")
    column: str | None = Field(description="null for a whole row")
    text: str | None = Field(description="as it was written")
    reason: str


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
    request: ApiRequest, dataset_id: DatasetId, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List what the import of the current version could not read, with row and original text."""
    dataset = dataset_find(user=request.user, dataset_id=dataset_id)
    file = rejected_file(version=version_current(dataset=dataset))
    found, count = rejected_page(file, limit=limit, offset=offset) if file else ([], 0)
    return {
        "items": [dict(zip(RejectOut.model_fields, one, strict=True)) for one in found],
        "count": count,
    }
