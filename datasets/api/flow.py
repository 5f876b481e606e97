"""The flow of a project: its graph with states, and running it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema, Status
from pydantic import Field

from datasets.api.base import router
from datasets.services.flow import flow, flow_run_start
from projects.models import Job
from projects.services.projects import project_get
from projects.web.api import ApiRequest
from projects.web.schemas import JobAnswer, JobOut, errors

TAGS = ["Flow"]


class NodeOut(Schema):
    """A dataset, a recipe or a model."""

    id: UUID
    kind: str = Field(description="dataset, recipe or model")
    title: str
    subtitle: str
    family: str = Field(description="dataset, visual, code or model")
    state: str = Field(description="up_to_date, out_of_date, running, failed or empty")
    reason: str
    rows: int | None
    when: datetime | None = Field(
        description="when its rows were made, the recipe last ran, or the model was added"
    )
    inputs: list[UUID] = Field(description="nodes that feed it")
    job: JobOut | None = Field(description="the job that works on it, or that failed")


class EdgeOut(Schema):
    """An arrow."""

    source: UUID
    target: UUID


class FlowOut(Schema):
    """The graph, each node after all that feed it."""

    nodes: list[NodeOut]
    edges: list[EdgeOut]


@router.get(
    "/projects/{uuid:project_id}/flow",
    response={200: FlowOut, **errors(404)},
    tags=TAGS,
    summary="Get the flow",
)
def get_flow(request: ApiRequest, project_id: UUID) -> dict[str, Any]:
    """Read the datasets, recipes and models of a project and how fresh each is."""
    found = flow(project=project_get(user=request.user, project_id=project_id))
    edges = [{"source": source, "target": target} for source, target in found.edges]
    return {"nodes": found.nodes, "edges": edges}


@router.post(
    "/projects/{uuid:project_id}/flow/run",
    response={202: JobAnswer, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Run the flow",
)
def run_flow(request: ApiRequest, project_id: UUID) -> Status[dict[str, Job]]:
    """Start making everything that is out of date, in order; editors may."""
    project = project_get(user=request.user, project_id=project_id, role="editor")
    return Status(202, {"job": flow_run_start(project=project, user=request.user)})
