"""Segments of a prototype: named, coloured, sent as a file, added to the flow."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import StreamingHttpResponse
from ninja import Path, Schema
from pydantic import ConfigDict, Field

from mllab.api.base import router
from mllab.api.segmentation_out import (
    OneSegment,
    SegmentationOut,
    SegmentChange,
    SegmentList,
    SegmentOut,
    segment_out,
    segmentation_out,
    segments_out,
)
from mllab.services.prototypes import prototype_find
from mllab.services.segmentations import promote, segmentation_get, segmentation_name_free
from mllab.services.segments import segment_change, segment_list
from mllab.web.customers_file import customers_response
from projects.web.api import ApiRequest
from projects.web.schemas import Text, errors

TAGS = ["ML Lab"]
PrototypeId = Annotated[UUID, Path(description="id of the prototype")]
Label = Annotated[
    int, Path(ge=-1, le=2**31 - 1, description="of the segment: from 0, the largest first")
]


class PromoteIn(Schema):
    """What a prototype becomes in the flow."""

    model_config = ConfigDict(extra="forbid")

    segmentation: UUID | None = Field(None, description="that gets a new version")
    name: Text | None = Field(
        None, description="of a new segmentation; without it, that of the use case"
    )


@router.post(
    "/prototypes/{uuid:prototype_id}/promote",
    response={200: SegmentationOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Add a prototype to the flow",
)
def promote_prototype(
    request: ApiRequest, prototype_id: PrototypeId, payload: PromoteIn
) -> dict[str, Any]:
    """Make a segmentation of a prototype, or a new version of one; editors may.

    Segments that match those of the version before keep their words. 409 with the code `pending`
    says that they are still being matched: ask again.
    """
    found = prototype_find(user=request.user, prototype_id=prototype_id, role="editor")
    project = found.experiment.use_case.project
    if payload.segmentation is not None:
        target = segmentation_get(project=project, segmentation_id=payload.segmentation)
        done = promote(prototype=found, user=request.user, segmentation=target)
    else:
        name = payload.name
        if name is None:
            name = segmentation_name_free(project=project, name=found.experiment.use_case.name)
        done = promote(prototype=found, user=request.user, name=name)
    return segmentation_out(done.segmentation)


@router.get(
    "/prototypes/{uuid:prototype_id}/segments",
    response={200: SegmentList, **errors(404, 409)},
    tags=TAGS,
    summary="List the segments of a prototype",
)
def list_prototype_segments(request: ApiRequest, prototype_id: PrototypeId) -> dict[str, Any]:
    """List what the segments are called, their colours and sizes."""
    found = prototype_find(user=request.user, prototype_id=prototype_id)
    return segments_out(segment_list(prototype=found))


@router.patch(
    "/prototypes/{uuid:prototype_id}/segments/{int:label}",
    response={200: SegmentOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Change a segment of a prototype",
)
def change_prototype_segment(
    request: ApiRequest, prototype_id: PrototypeId, label: Label, payload: SegmentChange
) -> dict[str, Any]:
    """Name, colour or describe a segment; editors may."""
    found = prototype_find(user=request.user, prototype_id=prototype_id, role="editor")
    changed = segment_change(
        prototype=found, label=label, user=request.user, name=payload.name, color=payload.color,
        description=payload.description, action=payload.action,
    )  # fmt: skip
    return segment_out(changed)


@router.get(
    "/prototypes/{uuid:prototype_id}/download",
    response={200: None, **errors(404, 409)},
    tags=TAGS,
    summary="Download the customers of a prototype",
)
def download_prototype(
    request: ApiRequest,
    prototype_id: PrototypeId,
    format: Literal["csv", "csv_raw", "xlsx", "parquet"] = "csv",
    segment: OneSegment = None,
) -> StreamingHttpResponse:
    """Send all rows with their segment; `csv` and `xlsx` are safe to open in a spreadsheet."""
    found = prototype_find(user=request.user, prototype_id=prototype_id)
    return customers_response(found, format, segment)
