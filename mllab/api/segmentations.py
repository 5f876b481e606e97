"""Segmentations: look, change, delete; their segments, scoring a dataset, downloads."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import StreamingHttpResponse
from ninja import Path, Schema, Status
from pydantic import ConfigDict, Field

from datasets.services.datasets import dataset_get
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
from mllab.models import Prototype
from mllab.services.scoring import score_start
from mllab.services.segmentations import (
    segmentation_delete,
    segmentation_find,
    segmentation_list,
    segmentation_prototype,
    segmentation_update,
)
from mllab.services.segments import segment_change, segment_get, segment_list
from mllab.web.customers_file import customers_response
from projects.services.projects import project_get
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.schemas import JobOut, Text, errors

TAGS = ["Segments"]
SegmentationId = Annotated[UUID, Path(description="id of the segmentation")]
Label = Annotated[
    int, Path(ge=0, le=2**31 - 1, description="of the segment: from 0, the largest first")
]


class SegmentationList(Schema):
    """One page of segmentations."""

    items: list[SegmentationOut]
    count: int


class SegmentationChange(Schema):
    """What may change; what is not sent stays."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = None
    description: Text | None = None


class ScoreIn(Schema):
    """What is to be scored."""

    model_config = ConfigDict(extra="forbid")

    dataset: UUID = Field(description="that has the columns which were learned from")
    output: Text = Field(description="name of the dataset to make")


class ScoreOut(Schema):
    """The recipe that was made, and its first run."""

    recipe: UUID
    output: UUID = Field(description="id of the dataset that the run makes")
    job: JobOut


@router.get(
    "/projects/{uuid:project_id}/segmentations",
    response={200: SegmentationList, **errors(404)},
    tags=TAGS,
    summary="List segmentations",
)
def list_segmentations(
    request: ApiRequest, project_id: UUID, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List the segmentations of a project by name."""
    project = project_get(user=request.user, project_id=project_id)
    found = segmentation_list(project=project).order_by("name")
    return paginate(found, limit, offset, segmentation_out)


@router.get(
    "/segmentations/{uuid:segmentation_id}",
    response={200: SegmentationOut, **errors(404)},
    tags=TAGS,
    summary="Get a segmentation",
)
def get_segmentation(request: ApiRequest, segmentation_id: SegmentationId) -> dict[str, Any]:
    """Read one segmentation and which prototype it is now."""
    return segmentation_out(segmentation_find(user=request.user, segmentation_id=segmentation_id))


@router.patch(
    "/segmentations/{uuid:segmentation_id}",
    response={200: SegmentationOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Change a segmentation",
)
def change_segmentation(
    request: ApiRequest, segmentation_id: SegmentationId, payload: SegmentationChange
) -> dict[str, Any]:
    """Rename or describe a segmentation; editors may."""
    found = segmentation_find(user=request.user, segmentation_id=segmentation_id, role="editor")
    return segmentation_out(
        segmentation_update(segmentation=found, name=payload.name, description=payload.description)
    )


@router.delete(
    "/segmentations/{uuid:segmentation_id}",
    response={204: None, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Delete a segmentation",
)
def delete_segmentation(request: ApiRequest, segmentation_id: SegmentationId) -> Status[None]:
    """Take a segmentation that nothing scores with out of the flow; owners may."""
    found = segmentation_find(user=request.user, segmentation_id=segmentation_id, role="owner")
    segmentation_delete(segmentation=found)
    return Status(204, None)


@router.get(
    "/segmentations/{uuid:segmentation_id}/segments",
    response={200: SegmentList, **errors(404, 409)},
    tags=TAGS,
    summary="List segments",
)
def list_segments(request: ApiRequest, segmentation_id: SegmentationId) -> dict[str, Any]:
    """List the segments of the current version, the largest first."""
    return segments_out(segment_list(prototype=_prototype(request, segmentation_id)))


@router.get(
    "/segmentations/{uuid:segmentation_id}/segments/{int:label}",
    response={200: SegmentOut, **errors(404, 409)},
    tags=TAGS,
    summary="Get a segment",
)
def get_segment(
    request: ApiRequest, segmentation_id: SegmentationId, label: Label
) -> dict[str, Any]:
    """Read the name, the colour, the words and the size of one segment."""
    return segment_out(segment_get(prototype=_prototype(request, segmentation_id), label=label))


@router.patch(
    "/segmentations/{uuid:segmentation_id}/segments/{int:label}",
    response={200: SegmentOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Change a segment",
)
def change_segment(
    request: ApiRequest, segmentation_id: SegmentationId, label: Label, payload: SegmentChange
) -> dict[str, Any]:
    """Rename a segment, colour it, describe it, say what to do with it; editors may."""
    prototype = _prototype(request, segmentation_id, "editor")
    sent = payload.model_dump(exclude_none=True)
    return segment_out(segment_change(prototype=prototype, label=label, user=request.user, **sent))


@router.post(
    "/segmentations/{uuid:segmentation_id}/score",
    response={202: ScoreOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Score a dataset",
)
def score_dataset(
    request: ApiRequest, segmentation_id: SegmentationId, payload: ScoreIn
) -> Status[dict[str, Any]]:
    """Make the recipe that gives every row of a dataset its segment, and run it; editors may."""
    found = segmentation_find(user=request.user, segmentation_id=segmentation_id, role="editor")
    recipe, job = score_start(
        segmentation=found,
        dataset=dataset_get(project=found.project, dataset_id=payload.dataset),
        output=payload.output,
        user=request.user,
    )
    return Status(202, {"recipe": recipe.pk, "output": recipe.output_id, "job": job})


@router.get(
    "/segmentations/{uuid:segmentation_id}/download",
    response={200: None, **errors(404, 409)},
    tags=TAGS,
    summary="Download customers with their segment",
)
def download_segmentation(
    request: ApiRequest,
    segmentation_id: SegmentationId,
    format: Literal["csv", "csv_raw", "xlsx", "parquet"] = "csv",
    segment: OneSegment = None,
) -> StreamingHttpResponse:
    """Send the customers that the current version learned from as a file.

    Behind their columns stand `segment`, `segment_name` and `segment_confidence`; `csv` and
    `xlsx` are safe to open in a spreadsheet.
    """
    return customers_response(_prototype(request, segmentation_id), format, segment)


def _prototype(request: ApiRequest, segmentation_id: UUID, role: str = "viewer") -> Prototype:
    found = segmentation_find(user=request.user, segmentation_id=segmentation_id, role=role)
    return segmentation_prototype(segmentation=found)
