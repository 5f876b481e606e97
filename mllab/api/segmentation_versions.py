"""The versions of a segmentation: list them, make a former one the current one again."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Path, Schema
from pydantic import Field

from mllab.api.base import router
from mllab.api.segmentation_out import SegmentationOut, segmentation_out
from mllab.api.segmentations import TAGS, SegmentationId
from mllab.models import SegmentationVersion
from mllab.services.segmentations import segmentation_find, segmentation_restore
from mllab.services.segments_area import version_list
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.schemas import errors

Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="of the version, from 1")]


class SegmentationVersionOut(Schema):
    """A prototype that a segmentation is or was."""

    number: int
    prototype: UUID
    is_current: bool
    created: datetime
    created_by: str | None = Field(description="e-mail address")


class SegmentationVersionList(Schema):
    """The versions, newest first."""

    items: list[SegmentationVersionOut]
    count: int


@router.get(
    "/segmentations/{uuid:segmentation_id}/versions",
    response={200: SegmentationVersionList, **errors(404)},
    tags=TAGS,
    summary="List versions of a segmentation",
)
def list_segmentation_versions(
    request: ApiRequest, segmentation_id: SegmentationId, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List the prototypes that a segmentation is and was, newest first."""
    found = segmentation_find(user=request.user, segmentation_id=segmentation_id)

    def out(version: SegmentationVersion) -> dict[str, Any]:
        return {
            "number": version.number, "prototype": version.prototype_id,
            "is_current": version.pk == found.current_id, "created": version.created,
            "created_by": version.created_by.email if version.created_by else None,
        }  # fmt: skip

    return paginate(version_list(segmentation=found), limit, offset, out)


@router.post(
    "/segmentations/{uuid:segmentation_id}/versions/{int:number}/restore",
    response={200: SegmentationOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Restore a version of a segmentation",
)
def restore_segmentation_version(
    request: ApiRequest, segmentation_id: SegmentationId, number: Number
) -> dict[str, Any]:
    """Make a former version the current one again, as a new version; editors may."""
    found = segmentation_find(user=request.user, segmentation_id=segmentation_id, role="editor")
    return segmentation_out(
        segmentation_restore(segmentation=found, number=number, user=request.user)
    )
