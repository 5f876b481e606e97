"""Rules of segments, why a customer is in one, customers as a dataset, segments by hand."""

from typing import Any
from uuid import UUID

from ninja import Schema, Status
from pydantic import ConfigDict, Field

from mllab.api.base import router
from mllab.api.prototypes import TAGS, PrototypeId, PrototypeOut, prototype_out
from mllab.engine.selection import Bound, Selection
from mllab.services.by_hand import by_hand_start
from mllab.services.prototypes import prototype_find, prototype_get
from mllab.services.results import prototype_rules
from mllab.services.selections import selection_dataset_start
from mllab.services.whys import customer_why
from projects.web.api import ApiRequest
from projects.web.schemas import JobOut, Text, errors


class RangeIn(Schema):
    """From and to of one column of numbers."""

    model_config = ConfigDict(extra="forbid")

    column: Text
    low: float | None = None
    high: float | None = None


class SelectionIn(Schema):
    """Which customers, and what the dataset is called."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    segment: int | None = Field(None, description="label; −1 is noise, all where left out")
    ranges: list[RangeIn] = Field(default_factory=list, max_length=20)
    area: list[tuple[float, float]] = Field(
        default_factory=list, max_length=200, description="corners of a polygon on the map"
    )


class ByHandIn(Schema):
    """Labels to merge, or the one to split."""

    model_config = ConfigDict(extra="forbid")

    merge: list[int] = Field(default_factory=list, max_length=1000)
    split: int | None = None
    parts: int = 2
    algorithm: Text = Field("kmeans", description="that divides the segment")
    params: dict[str, Any] = Field(
        default_factory=dict, description="its parameters; `k` is `parts` where left out"
    )


class DatasetRef(Schema):
    """A dataset that is being made."""

    id: UUID
    name: str


class SelectionAnswer(Schema):
    """The dataset and the job that fills it."""

    dataset: DatasetRef
    job: JobOut


class ByHandAnswer(Schema):
    """The new prototype and the job that makes it."""

    prototype: PrototypeOut
    job: JobOut


class WhyOut(Schema):
    """Where a customer stands: distances to the middles of two segments, in the training space."""

    label: int
    other: int | None = Field(description="the next best segment")
    own_distance: float | None
    other_distance: float | None


@router.get(
    "/prototypes/{uuid:prototype_id}/rules",
    response={200: dict[str, Any], **errors(404, 409)},
    tags=TAGS,
    summary="Get segment rules",
)
def get_prototype_rules(request: ApiRequest, prototype_id: PrototypeId) -> dict[str, Any]:
    """Read the rules of every segment, as conditions and as SQL, with precision and coverage."""
    return prototype_rules(prototype=prototype_find(user=request.user, prototype_id=prototype_id))


@router.get(
    "/prototypes/{uuid:prototype_id}/customers/{int:row}/why",
    response={200: WhyOut, **errors(404, 409)},
    tags=TAGS,
    summary="Explain one customer",
)
def get_why(request: ApiRequest, prototype_id: PrototypeId, row: int) -> Any:
    """Say which segment the row of this number is in, which is next, and how far both are."""
    found = prototype_find(user=request.user, prototype_id=prototype_id)
    return customer_why(prototype=found, row=row)


@router.post(
    "/prototypes/{uuid:prototype_id}/datasets",
    response={202: SelectionAnswer, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Make a dataset of customers",
)
def dataset_of_customers(
    request: ApiRequest, prototype_id: PrototypeId, payload: SelectionIn
) -> Status[dict[str, Any]]:
    """Make a dataset of the customers that are selected; editors may."""
    found = prototype_find(user=request.user, prototype_id=prototype_id, role="editor")
    bounds = tuple(Bound(each.column, each.low, each.high) for each in payload.ranges)
    chosen = Selection(payload.segment, bounds, tuple(payload.area))
    dataset, job = selection_dataset_start(
        prototype=found, user=request.user, name=payload.name, selection=chosen
    )
    return Status(202, {"dataset": dataset, "job": job})


@router.post(
    "/prototypes/{uuid:prototype_id}/by-hand",
    response={202: ByHandAnswer, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Merge or split segments",
)
def change_by_hand(
    request: ApiRequest, prototype_id: PrototypeId, payload: ByHandIn
) -> Status[dict[str, Any]]:
    """Make a new prototype of this one's segments, merged or split; editors may."""
    found = prototype_find(user=request.user, prototype_id=prototype_id, role="editor")
    made, job = by_hand_start(
        prototype=found, user=request.user, merge=payload.merge, split=payload.split,
        parts=payload.parts, algorithm=payload.algorithm, params=payload.params,
    )  # fmt: skip
    again = prototype_get(project=found.experiment.use_case.project, prototype_id=made.pk)
    return Status(202, {"prototype": prototype_out(again), "job": job})
