"""Models by the REST API: as JSON, and as SQL."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import StreamingHttpResponse
from ninja import Path

from mllab.api.base import router
from mllab.services.model_files import model_file
from mllab.services.prototypes import prototype_find
from mllab.web.model_file import model_response
from projects.web.api import ApiRequest
from projects.web.schemas import errors

TAGS = ["ML Lab"]
PrototypeId = Annotated[UUID, Path(description="id of the prototype")]


@router.get(
    "/prototypes/{uuid:prototype_id}/model",
    response={200: dict[str, Any], **errors(404, 409)},
    tags=TAGS,
    summary="Get a model",
)
def get_prototype_model(request: ApiRequest, prototype_id: PrototypeId) -> dict[str, Any]:
    """Read the trained model (`segmodel/1`): everything that scoring a row needs, no customer."""
    return model_file(prototype=prototype_find(user=request.user, prototype_id=prototype_id))


@router.get(
    "/prototypes/{uuid:prototype_id}/sql",
    response={200: None, **errors(404, 409)},
    tags=TAGS,
    summary="Get a model as SQL",
)
def get_prototype_sql(
    request: ApiRequest,
    prototype_id: PrototypeId,
    dialect: Literal["duckdb", "postgres"] = "duckdb",
) -> StreamingHttpResponse:
    """Send one SELECT that gives every row of a table the segment that scoring gives it.

    422 where the algorithm has no rule that SQL can say.
    """
    found = prototype_find(user=request.user, prototype_id=prototype_id)
    return model_response(found, request.user, "sql" if dialect == "duckdb" else dialect)
