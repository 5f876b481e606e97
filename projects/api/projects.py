"""Projects: list, make, read, change, delete."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import Field

from projects.models import MAX_ROWS_TO_DISPLAY
from projects.services.projects import (
    NO_PROJECT,
    project_create,
    project_delete,
    project_get,
    project_list_for,
    project_update,
)
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.cards import project_counts
from projects.web.schemas import Text, errors
from segplatform.kernel.errors import NotFound

router = Router(tags=["Projects"])

Persistency = Literal["keep_all", "keep_latest", "on_demand"]
Order = Literal["first", "last", "random", "whole_customers"]


class ProjectIn(Schema):
    """What *Create Project* asks for."""

    name: Text = Field(min_length=1, max_length=120)
    description: Text = Field("", max_length=2000)
    persistency: Persistency = "keep_all"
    rows_to_display: int = Field(1000, ge=1, le=MAX_ROWS_TO_DISPLAY)
    order: Order = "first"


class ProjectPatch(Schema):
    """What changes; what is left out stays."""

    name: Text = Field("", min_length=1, max_length=120)
    description: Text = Field("", max_length=2000)
    persistency: Persistency = "keep_all"
    rows_to_display: int = Field(1000, ge=1, le=MAX_ROWS_TO_DISPLAY)
    order: Order = "first"


class ProjectOut(Schema):
    """A project as its members see it."""

    id: UUID
    name: str
    description: str
    persistency: Persistency
    rows_to_display: int
    order: Order
    role: str = Field(description="what the caller may do: viewer, editor or owner")
    counts: dict[str, int] = Field(description="members, datasets …")
    created: datetime
    updated: datetime
    active: datetime


class ProjectList(Schema):
    """One page of projects."""

    items: list[ProjectOut]
    count: int


@router.get("/projects", response={200: ProjectList, **errors()}, summary="List projects")
def list_projects(request: ApiRequest, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    """List the projects that the caller is a member of, the last used first."""
    page = paginate(project_list_for(user=request.user), limit, offset)
    counts = project_counts(page["items"])
    page["items"] = [project_out(project, counts[project.pk]) for project in page["items"]]
    return page


@router.post("/projects", response={201: ProjectOut, **errors(409)}, summary="Create a project")
def create_project(request: ApiRequest, payload: ProjectIn) -> Status[dict[str, Any]]:
    """Create a project; the caller owns it."""
    project = project_create(user=request.user, **payload.model_dump())
    return Status(201, project_answer(request, project.pk))


@router.get(
    "/projects/{uuid:project_id}",
    response={200: ProjectOut, **errors(404)},
    summary="Get a project",
)
def get_project(request: ApiRequest, project_id: UUID) -> dict[str, Any]:
    """Read one project."""
    return project_answer(request, project_id)


@router.patch(
    "/projects/{uuid:project_id}",
    response={200: ProjectOut, **errors(403, 404)},
    summary="Change a project",
)
def change_project(request: ApiRequest, project_id: UUID, payload: ProjectPatch) -> dict[str, Any]:
    """Change what the body names; editors and owners may."""
    project = project_get(user=request.user, project_id=project_id, role="editor")
    project_update(project=project, **payload.model_dump(exclude_unset=True))
    return project_answer(request, project_id)


@router.delete(
    "/projects/{uuid:project_id}",
    response={204: None, **errors(403, 404, 409)},
    summary="Delete a project",
)
def delete_project(request: ApiRequest, project_id: UUID) -> Status[None]:
    """Delete the project and everything in it; owners may."""
    project_delete(project=project_get(user=request.user, project_id=project_id, role="owner"))
    return Status(204, None)


def project_answer(request: ApiRequest, project_id: UUID) -> dict[str, Any]:
    """Read one project of the caller as it is now."""
    project = project_list_for(user=request.user).filter(pk=project_id).first()
    if project is None:
        raise NotFound(NO_PROJECT)
    return project_out(project, project_counts([project])[project.pk])


def project_out(project: Any, counts: dict[str, int]) -> dict[str, Any]:
    """Write a project of ``project_list_for`` for the API, with what other apps count."""
    names = ("name", "description", "persistency", "rows_to_display", "order")
    times = ("created", "updated", "active")
    written = {name: getattr(project, name) for name in (*names, *times, "role")}
    return {"id": project.pk, "counts": {"members": project.members_count, **counts}, **written}
