"""Use cases: make, look, change, delete; their proposals and their leaderboard."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from ninja import Schema, Status
from pydantic import Field

from datasets.services.datasets import dataset_get
from mllab.api.base import router
from mllab.engine.metrics.base import Score
from mllab.models import UseCase
from mllab.services.board_export import CONTENT_TYPE, board_csv, board_file_name
from mllab.services.features import features_propose
from mllab.services.leaderboards import LeaderboardRow, leaderboard
from mllab.services.naming import prototype_params
from mllab.services.use_cases import (
    use_case_create,
    use_case_delete,
    use_case_find,
    use_case_list,
    use_case_update,
)
from projects.services.projects import project_get
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.schemas import Text, errors
from projects.web.stream import file_response

TAGS = ["ML Lab"]
PREVIEW_SECONDS = 30.0  # a script has no page that could ask again


class UseCaseIn(Schema):
    """A question to ask of a dataset."""

    name: Text
    type: str = Field("clustering", description="clustering")
    dataset: UUID


class UseCaseChange(Schema):
    """What may change; what is not sent stays."""

    name: Text | None = None
    rank_by: Text | None = Field(None, description="key of a metric")


class UseCaseOut(Schema):
    """A use case."""

    id: UUID
    project: UUID
    name: str
    type: str
    dataset: UUID | None = Field(description="null where the dataset was deleted")
    rank_by: str = Field(description="key of the metric that its leaderboard ranks by")
    experiments: int = Field(description="how many were started")
    prototypes: int
    trained: int = Field(description="how many of the prototypes are trained")
    created: datetime
    updated: datetime


class UseCaseList(Schema):
    """One page of use cases."""

    items: list[UseCaseOut]
    count: int


class FeatureOut(Schema):
    """A column of the dataset and the role proposed for it."""

    column: str
    type: str
    role: str = Field(description="input, display or ignored")
    reason: str
    is_personal: bool = Field(description="an input only where `confirmed`")
    profile: dict[str, Any]


class FeatureList(Schema):
    """Every column, in the order of the table."""

    items: list[FeatureOut]
    count: int


class ScoreOut(Schema):
    """One score."""

    value: float | None = Field(description="null where the metric is not defined for it")
    n: int = Field(description="how many rows were looked at")
    standard_error: float | None = Field(description="null where the value is exact")


class VerdictOut(Schema):
    """Whether one can act on it."""

    level: str = Field(description="good, look or unusable")
    label: str
    reasons: list[str]


class StandingOut(Schema):
    """One row of the leaderboard."""

    prototype: UUID
    experiment: UUID
    number: int = Field(description="of the prototype in its use case")
    name: str
    algorithm: str
    params: dict[str, Any]
    state: str = Field(description="queued, running, succeeded, failed, cancelled or lost")
    progress: float
    error: str = Field(description="why it failed, in one sentence")
    segments: int | None
    sizes: list[int] = Field(description="rows of each segment, by label")
    noise: int | None = Field(description="rows in no segment")
    scores: dict[str, ScoreOut]
    seconds: float | None
    rank: int | None = Field(description="by `rank_by` in its space; near-ties share one")
    is_tie: bool
    space: str = Field(description="rows and preparation that scores are measured in; ranks of "
                       "two spaces cannot be compared")  # fmt: skip
    stability: list[float | None] = Field(description="of each segment, by label")
    verdict: VerdictOut | None


class LeaderboardOut(Schema):
    """The prototypes of a use case, ranked."""

    items: list[StandingOut]
    count: int
    rank_by: str
    sort: str
    warning: str = Field(description="why not to trust the first, empty where nothing is odd")
    is_live: bool = Field(description="whether something of it is still being trained")


@router.get(
    "/projects/{uuid:project_id}/use-cases", response={200: UseCaseList, **errors(404)},
    tags=TAGS, summary="List use cases",
)  # fmt: skip
def list_use_cases(
    request: ApiRequest, project_id: UUID, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List the use cases of a project, the last changed first."""
    project = project_get(user=request.user, project_id=project_id)
    return paginate(use_case_list(project=project), limit, offset, use_case_out)


@router.post(
    "/projects/{uuid:project_id}/use-cases",
    response={201: UseCaseOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Make a use case",
)
def create_use_case(
    request: ApiRequest, project_id: UUID, payload: UseCaseIn
) -> Status[dict[str, Any]]:
    """Ask a question of a dataset; editors may."""
    project = project_get(user=request.user, project_id=project_id, role="editor")
    dataset = dataset_get(project=project, dataset_id=payload.dataset)
    made = use_case_create(
        project=project, user=request.user, name=payload.name, dataset=dataset, type=payload.type
    )
    return Status(201, use_case_out(made))


@router.get(
    "/use-cases/{uuid:use_case_id}", response={200: UseCaseOut, **errors(404)}, tags=TAGS,
    summary="Get a use case",
)  # fmt: skip
def get_use_case(request: ApiRequest, use_case_id: UUID) -> dict[str, Any]:
    """Read one use case."""
    return use_case_out(use_case_find(user=request.user, use_case_id=use_case_id))


@router.patch(
    "/use-cases/{uuid:use_case_id}",
    response={200: UseCaseOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Change a use case",
)
def change_use_case(
    request: ApiRequest, use_case_id: UUID, payload: UseCaseChange
) -> dict[str, Any]:
    """Rename a use case, or rank it by another metric; editors may."""
    found = use_case_find(user=request.user, use_case_id=use_case_id, role="editor")
    return use_case_out(use_case_update(use_case=found, name=payload.name, rank_by=payload.rank_by))


@router.delete(
    "/use-cases/{uuid:use_case_id}", response={204: None, **errors(403, 404)}, tags=TAGS,
    summary="Delete a use case",
)  # fmt: skip
def delete_use_case(request: ApiRequest, use_case_id: UUID) -> Status[None]:
    """Delete a use case with its experiments and prototypes; owners may."""
    found = use_case_find(user=request.user, use_case_id=use_case_id, role="owner")
    use_case_delete(use_case=found)
    return Status(204, None)


@router.get(
    "/use-cases/{uuid:use_case_id}/features",
    response={200: FeatureList, **errors(404, 409)},
    tags=TAGS,
    summary="Propose features",
)
def get_features(request: ApiRequest, use_case_id: UUID) -> dict[str, Any]:
    """Propose a role for each column of the dataset, with its reason and its profile."""
    found = use_case_find(user=request.user, use_case_id=use_case_id)
    items = features_propose(use_case=found, user=request.user, seconds=PREVIEW_SECONDS)
    return {"items": items, "count": len(items)}


@router.get(
    "/use-cases/{uuid:use_case_id}/leaderboard", response={200: LeaderboardOut, **errors(404)},
    tags=TAGS, summary="Get the leaderboard",
)  # fmt: skip
def get_leaderboard(
    request: ApiRequest, use_case_id: UUID, rank_by: str = "", sort: str = "", q: str = ""
) -> dict[str, Any]:
    """Rank the prototypes by a metric; `sort` is a metric or a column, a minus sorts down."""
    found = use_case_find(user=request.user, use_case_id=use_case_id)
    board = leaderboard(use_case=found, rank_by=rank_by or None, sort=sort or None, q=q)
    return {
        "items": [_standing_out(row) for row in board.rows],
        "count": len(board.rows),
        "rank_by": board.rank_by,
        "sort": board.sort,
        "warning": board.warning,
        "is_live": board.is_live,
    }


@router.get(
    "/use-cases/{uuid:use_case_id}/leaderboard.csv", response={200: None, **errors(404)},
    tags=TAGS, summary="Download the leaderboard",
)  # fmt: skip
def export_leaderboard(
    request: ApiRequest, use_case_id: UUID, rank_by: str = "", sort: str = "", q: str = ""
) -> StreamingHttpResponse:
    """Send the leaderboard as CSV: ranks, verdicts, every score with its error and its rows."""
    found = use_case_find(user=request.user, use_case_id=use_case_id)
    board = leaderboard(use_case=found, rank_by=rank_by or None, sort=sort or None, q=q)
    name = board_file_name(use_case=found)
    return file_response(blocks=board_csv(board=board), content_type=CONTENT_TYPE, name=name)


def use_case_out(use_case: UseCase) -> dict[str, Any]:
    """Give a use case in the API's shape."""
    return {
        "id": use_case.pk,
        "project": use_case.project_id,
        "name": use_case.name,
        "type": use_case.type,
        "dataset": use_case.dataset_id,
        "rank_by": use_case.rank_by,
        "experiments": getattr(use_case, "experiment_count", 0),
        "prototypes": getattr(use_case, "prototype_count", 0),
        "trained": getattr(use_case, "trained_count", 0),
        "created": use_case.created,
        "updated": use_case.updated,
    }


def scores_out(scores: dict[str, Score | None]) -> dict[str, dict[str, Any]]:
    """Give scores in the API's shape, those that there are."""
    return {
        key: {"value": score.value, "n": score.n, "standard_error": score.standard_error}
        for key, score in scores.items()
        if score
    }


def _standing_out(row: LeaderboardRow) -> dict[str, Any]:
    prototype, standing = row.prototype, row.standing
    return {
        "prototype": prototype.pk, "experiment": row.experiment.pk, "number": prototype.number,
        "name": row.name, "algorithm": prototype.algorithm,
        "params": prototype_params(prototype=prototype), "state": row.state.key,
        "progress": row.state.progress, "error": row.state.error,
        "segments": prototype.segments, "sizes": prototype.details.get("sizes", []),
        "noise": prototype.details.get("noise"), "scores": scores_out(row.scores),
        "seconds": prototype.seconds, "rank": standing.rank, "is_tie": standing.is_tie,
        "verdict": standing.verdict, "space": row.space.letter,
        "stability": (prototype.details.get("stability") or {}).get("segments", []),
    }  # fmt: skip
