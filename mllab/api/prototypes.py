"""Prototypes: look, train again, delete; what they found, and how two of them agree."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Path, Query, Schema, Status
from pydantic import Field

from mllab.api.base import router
from mllab.api.use_cases import PREVIEW_SECONDS, ScoreOut, scores_out
from mllab.engine.metrics.base import Score
from mllab.models import Prototype
from mllab.services.comparisons import compare_ask
from mllab.services.naming import prototype_name, prototype_params
from mllab.services.prototypes import (
    assignments_page,
    prototype_delete,
    prototype_figure,
    prototype_find,
    prototype_get,
    prototype_profiles,
    prototype_retrain,
    state_of,
)
from projects.models import Job
from projects.web.api import ApiRequest, Offset
from projects.web.schemas import JobAnswer, errors

TAGS = ["ML Lab"]
MAX_ROWS = 10_000
PrototypeId = Annotated[UUID, Path(description="id of the prototype")]
Rows = Annotated[int, Query(ge=1, le=MAX_ROWS, description="how many items at most")]


class PrototypeOut(Schema):
    """A prototype."""

    id: UUID
    use_case: UUID
    experiment: UUID
    number: int
    name: str
    algorithm: str
    params: dict[str, Any]
    state: str = Field(description="queued, running, succeeded, failed, cancelled or lost")
    progress: float
    error: str = Field(description="why it failed, in one sentence")
    segments: int | None
    rows: int | None = Field(description="of the experiment's table")
    trained_rows: int | None = Field(description="that it was fitted on; others were assigned")
    seconds: float | None
    scores: dict[str, ScoreOut]
    details: dict[str, Any] = Field(description="what the algorithm tells of itself")
    created: datetime
    finished: datetime | None


class AssignmentsOut(Schema):
    """Who is in which segment, in the order of the trained table."""

    columns: list[str]
    items: list[dict[str, Any]] = Field(
        description="the columns that name a row, `segment` (−1: noise), `name`, `confidence`"
    )
    count: int


class ComparisonOut(Schema):
    """How two prototypes agree."""

    a: UUID
    b: UUID
    rows: int
    ari: float = Field(description="adjusted Rand index: 1 the same, 0 as by chance")
    ami: float = Field(description="adjusted mutual information")
    agreement: float = Field(description="share of rows in segments that match")
    labels_a: list[int | None] = Field(
        description="of the lines of `table`; −1 is noise, null stands for all further labels"
    )
    labels_b: list[int | None] = Field(description="of the columns of `table`")
    table: list[list[int]] = Field(description="how many rows are in both")


class GroupOut(Schema):
    """One value of a column of groups."""

    name: str | None = Field(description="null are the rows without a value")
    rows: int
    share: float


class GroupsOut(Schema):
    """How the segments of a prototype agree with groups that the table has already."""

    prototype: UUID
    rows: int
    column: str
    groups: list[GroupOut] = Field(description="lines of `table`")
    labels: list[int | None] = Field(
        description="columns of `table`; −1 is noise, null stands for all further labels"
    )
    ari: float = Field(description="adjusted Rand index: 1 the same, 0 as by chance")
    ami: float = Field(description="adjusted mutual information")
    table: list[list[int]] = Field(description="how many rows are in both")
    columns: list[str] = Field(description="that one could compare with")


@router.get(
    "/prototypes/{uuid:prototype_id}", response={200: PrototypeOut, **errors(404)}, tags=TAGS,
    summary="Get a prototype",
)  # fmt: skip
def get_prototype(request: ApiRequest, prototype_id: PrototypeId) -> dict[str, Any]:
    """Read one prototype with its state and its scores."""
    return prototype_out(prototype_find(user=request.user, prototype_id=prototype_id))


@router.delete(
    "/prototypes/{uuid:prototype_id}", response={204: None, **errors(403, 404)}, tags=TAGS,
    summary="Delete a prototype",
)  # fmt: skip
def delete_prototype(request: ApiRequest, prototype_id: PrototypeId) -> Status[None]:
    """Delete a prototype, cancelling its training; editors may."""
    found = prototype_find(user=request.user, prototype_id=prototype_id, role="editor")
    prototype_delete(prototype=found)
    return Status(204, None)


@router.post(
    "/prototypes/{uuid:prototype_id}/retrain",
    response={202: JobAnswer, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Train a prototype again",
)
def retrain_prototype(request: ApiRequest, prototype_id: PrototypeId) -> Status[dict[str, Job]]:
    """Train again what failed, was cancelled or got lost; editors may."""
    found = prototype_find(user=request.user, prototype_id=prototype_id, role="editor")
    return Status(202, {"job": prototype_retrain(prototype=found, user=request.user)})


@router.get(
    "/prototypes/{uuid:prototype_id}/assignments",
    response={200: AssignmentsOut, **errors(404, 409)},
    tags=TAGS,
    summary="List assignments",
)
def get_assignments(
    request: ApiRequest, prototype_id: PrototypeId, limit: Rows = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List who is in which segment, and how sure that is."""
    found = prototype_find(user=request.user, prototype_id=prototype_id)
    return assignments_page(prototype=found, limit=limit, offset=offset)


@router.get(
    "/prototypes/{uuid:prototype_id}/profile",
    response={200: dict[str, Any], **errors(404, 409)},
    tags=TAGS,
    summary="Get segment profiles",
)
def get_prototype_profile(request: ApiRequest, prototype_id: PrototypeId) -> dict[str, Any]:
    """Read sizes, means and shares of every segment beside those of everyone."""
    return prototype_profiles(
        prototype=prototype_find(user=request.user, prototype_id=prototype_id)
    )


@router.get(
    "/prototypes/{uuid:prototype_id}/figures/{slug:figure}",
    response={200: dict[str, Any], **errors(404, 409)},
    tags=TAGS,
    summary="Get a figure",
)
def get_figure(request: ApiRequest, prototype_id: PrototypeId, figure: str) -> dict[str, Any]:
    """Read one figure as Plotly's JSON."""
    found = prototype_find(user=request.user, prototype_id=prototype_id)
    return prototype_figure(prototype=found, key=figure)


@router.get(
    "/prototypes/{uuid:prototype_id}/compare/{uuid:other_id}",
    response={200: ComparisonOut, **errors(404, 409)},
    tags=TAGS,
    summary="Compare two prototypes",
)
def compare_prototypes(
    request: ApiRequest, prototype_id: PrototypeId, other_id: UUID
) -> dict[str, Any]:
    """Count who is where in both of two prototypes, and say how well they agree."""
    found = prototype_find(user=request.user, prototype_id=prototype_id)
    project = found.experiment.use_case.project
    other = prototype_get(project=project, prototype_id=other_id)
    compared = compare_ask(
        project=project, user=request.user, prototypes=[found, other], seconds=PREVIEW_SECONDS
    )
    return {"rows": compared["rows"], **compared["pairs"][0]}


@router.get(
    "/prototypes/{uuid:prototype_id}/groups",
    response={200: GroupsOut, **errors(404, 409)},
    tags=TAGS,
    summary="Compare a prototype with groups",
)
def compare_with_groups(
    request: ApiRequest, prototype_id: PrototypeId, column: str = ""
) -> dict[str, Any]:
    """Set the segments against groups that the table has; RFM groups where none are named.

    422 for a column that is not there, or does not split the rows into 2 to 30 groups.
    """
    found = prototype_find(user=request.user, prototype_id=prototype_id)
    compared = compare_ask(
        project=found.experiment.use_case.project, user=request.user, prototypes=[found],
        column=column, propose=True, seconds=PREVIEW_SECONDS,
    )  # fmt: skip
    groups = compared["groups"]
    pair = groups["pairs"][0]
    return {
        "prototype": found.pk, "rows": compared["rows"], "column": groups["column"],
        "groups": groups["sizes"], "labels": pair["labels_b"],
        **{key: pair[key] for key in ("ari", "ami", "table")},
        "columns": [each["name"] for each in compared["columns"]],
    }  # fmt: skip


def prototype_out(prototype: Prototype) -> dict[str, Any]:
    """Give a prototype in the API's shape."""
    state, experiment = state_of(prototype=prototype), prototype.experiment
    scores = {
        score.key: Score(score.value, score.n, score.standard_error)
        for score in prototype.scores.all()
    }
    return {
        "id": prototype.pk, "use_case": experiment.use_case_id, "experiment": experiment.pk,
        "number": prototype.number, "name": prototype_name(prototype=prototype),
        "algorithm": prototype.algorithm, "params": prototype_params(prototype=prototype),
        "state": state.key, "progress": state.progress, "error": state.error,
        "segments": prototype.segments, "rows": experiment.rows,
        "trained_rows": prototype.trained_rows, "seconds": prototype.seconds,
        "scores": scores_out(dict(scores)), "details": prototype.details,
        "created": prototype.created, "finished": prototype.finished,
    }  # fmt: skip
