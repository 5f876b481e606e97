"""The shapes of segmentations and segments in the REST API, and what fills them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Schema
from pydantic import ConfigDict, Field

from mllab.models import Segmentation
from mllab.services.segments import SegmentInfo
from projects.web.schemas import Text

OneSegment = Annotated[
    int | None,
    Query(ge=-1, le=2**31 - 1, description="label of the only segment to send; −1 is noise"),
]


class SegmentationOut(Schema):
    """A prototype promoted to the flow."""

    id: UUID
    project: UUID
    name: str
    description: str
    version: int | None = Field(description="number of the current version")
    prototype: UUID | None = Field(description="that the current version is")
    segments: int | None = Field(description="how many the current version has")
    created: datetime
    updated: datetime


class SegmentOut(Schema):
    """One segment: its words, its colour and its size."""

    label: int = Field(description="from 0, the largest first; −1 is noise")
    name: str
    color: int = Field(description="from 1 to 12; 0 is noise")
    description: str
    action: str = Field(description="what to do with these customers")
    size: int = Field(description="rows")
    share: float = Field(description="of all rows, noise too")


class SegmentList(Schema):
    """The segments, the largest first, the noise (if any) last."""

    items: list[SegmentOut]
    count: int


class SegmentChange(Schema):
    """What may change; what is not sent stays."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = Field(None, description="empty: the default name")
    color: int | None = Field(None, description="from 1 to 12")
    description: Text | None = None
    action: Text | None = None


def segmentation_out(segmentation: Segmentation) -> dict[str, Any]:
    """Give a segmentation in the API's shape."""
    current = segmentation.current
    return {
        "id": segmentation.pk, "project": segmentation.project_id, "name": segmentation.name,
        "description": segmentation.description,
        "version": current.number if current else None,
        "prototype": current.prototype_id if current else None,
        "segments": current.prototype.segments if current else None,
        "created": segmentation.created, "updated": segmentation.updated,
    }  # fmt: skip


def segment_out(info: SegmentInfo) -> dict[str, Any]:
    """Give a segment in the API's shape."""
    return {
        "label": info.label, "name": info.name, "color": info.color,
        "description": info.description, "action": info.action,
        "size": info.size, "share": info.share,
    }  # fmt: skip


def segments_out(infos: list[SegmentInfo]) -> dict[str, Any]:
    """Give all segments of a prototype in the API's shape."""
    return {"items": [segment_out(info) for info in infos], "count": len(infos)}
