"""Prototypes made of others, for scripts: the consensus of several."""

from typing import Any
from uuid import UUID

from ninja import Schema, Status
from pydantic import ConfigDict, Field

from mllab.api.base import router
from mllab.api.prototype_customers import ByHandAnswer
from mllab.api.prototypes import prototype_out
from mllab.services.board_acts import board_prototypes
from mllab.services.combine import combine_start
from mllab.services.prototypes import prototype_get
from mllab.services.use_cases import use_case_find
from projects.web.api import ApiRequest
from projects.web.schemas import errors

TAGS = ["ML Lab"]


class CombineIn(Schema):
    """Which prototypes are combined, and into how many segments."""

    model_config = ConfigDict(extra="forbid")

    prototypes: list[UUID] = Field(
        max_length=100, description="two to ten trained ones of one experiment"
    )
    k: int | None = Field(None, description="from 2; as many as last longest where left out")


@router.post(
    "/use-cases/{uuid:use_case_id}/combine",
    response={202: ByHandAnswer, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Combine prototypes",
)
def combine_prototypes(
    request: ApiRequest, use_case_id: UUID, payload: CombineIn
) -> Status[dict[str, Any]]:
    """Make a new prototype, the consensus of several by co-association; editors may."""
    found = use_case_find(user=request.user, use_case_id=use_case_id, role="editor")
    chosen = board_prototypes(use_case=found, ids=payload.prototypes)
    made, job = combine_start(prototypes=chosen, user=request.user, k=payload.k)
    again = prototype_get(project=found.project, prototype_id=made.pk)
    return Status(202, {"prototype": prototype_out(again), "job": job})
