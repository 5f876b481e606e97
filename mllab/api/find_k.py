"""*Find k* for scripts."""

from typing import Any
from uuid import UUID

from ninja import Schema, Status
from pydantic import ConfigDict, Field

from mllab.api.base import router
from mllab.api.experiments import FeatureIn
from mllab.services.experiments import DEFAULT_SEED
from mllab.services.features import features_propose
from mllab.services.find_k import (
    DEFAULT_HIGHEST,
    DEFAULT_LOWEST,
    find_k_start,
    range_check,
)
from mllab.services.use_cases import use_case_find
from projects.models import Job
from projects.web.api import ApiRequest
from projects.web.schemas import JobAnswer, errors

TAGS = ["ML Lab"]


class FindKIn(Schema):
    """Which numbers of segments to try, and on what."""

    model_config = ConfigDict(extra="forbid")

    features: list[FeatureIn] = Field(
        default_factory=list,
        description="those that are proposed where left out; columns not named are ignored",
    )
    preprocessing: dict[str, Any] = Field(
        default_factory=dict, description="as of an experiment; automatic where left out"
    )
    seed: int = Field(DEFAULT_SEED, ge=0, le=2**31 - 1)
    lowest: int = Field(DEFAULT_LOWEST, description="from 2")
    highest: int = Field(DEFAULT_HIGHEST, description="to 30")


@router.post(
    "/use-cases/{uuid:use_case_id}/find-k",
    response={202: JobAnswer, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Find the number of segments",
)
def find_k(request: ApiRequest, use_case_id: UUID, payload: FindKIn) -> Status[dict[str, Job]]:
    """Sweep numbers of segments; the job's `result` has `candidates` and one `proposal`.

    Asking the same again gives the job that did it; editors may.
    """
    found = use_case_find(user=request.user, use_case_id=use_case_id, role="editor")
    asked = range_check(lowest=payload.lowest, highest=payload.highest)
    features = [feature.model_dump() for feature in payload.features]
    if not features:
        proposed = features_propose(use_case=found, user=request.user)
        features = [{"column": each["column"], "role": each["role"]} for each in proposed]
    job = find_k_start(
        use_case=found, user=request.user, features=features, preprocessing=payload.preprocessing,
        seed=payload.seed, asked=asked,
    )  # fmt: skip
    return Status(202, {"job": job})
