"""What was deleted and can be restored: in a project, and projects themselves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import Field

from projects.api.projects import ProjectOut, project_answer
from projects.services.bins import DeletedThing, undo_time
from projects.services.deleted import (
    deleted_list,
    deleted_purge,
    deleted_restore,
    project_deleted_list,
    project_deleted_purge,
    project_restore,
)
from projects.services.projects import project_get
from projects.web.api import ApiRequest
from projects.web.schemas import errors

router = Router(tags=["Deleted"])


class DeletedOut(Schema):
    """Something that was deleted and can be restored."""

    kind: str = Field(description="dataset, use_case, segmentation or project")
    id: UUID
    name: str
    detail: str = Field(description="what is deleted and restored with it")
    deleted: datetime
    deleted_by: str
    until: datetime = Field(description="when it goes for good")


class DeletedList(Schema):
    """All that can be restored."""

    items: list[DeletedOut]
    count: int


class RestoredOut(Schema):
    """What came back; its name differs where somebody had taken it."""

    kind: str
    id: UUID
    name: str
    former_name: str


@router.get(
    "/projects/{uuid:project_id}/deleted",
    response={200: DeletedList, **errors(403, 404)},
    summary="List what was deleted",
)
def list_deleted(request: ApiRequest, project_id: UUID) -> dict[str, Any]:
    """List what editors and owners can restore in a project, the last deleted first."""
    project = project_get(user=request.user, project_id=project_id, role="editor")
    return written([thing_out(thing) for thing in deleted_list(project=project)])


@router.post(
    "/projects/{uuid:project_id}/deleted/{thing_kind}/{uuid:thing_id}/restore",
    response={200: RestoredOut, **errors(403, 404, 409)},
    summary="Restore something",
)
def restore_deleted(
    request: ApiRequest, project_id: UUID, thing_kind: str, thing_id: UUID
) -> dict[str, Any]:
    """Bring it back as it was, under a free name; editors and owners may.

    409 where it is made of something that is deleted too: restore that first.
    """
    project = project_get(user=request.user, project_id=project_id, role="editor")
    found = deleted_restore(project=project, kind=thing_kind, thing_id=thing_id)
    names = {"name": found.name, "former_name": found.former_name}
    return {"kind": thing_kind, "id": thing_id, **names}


@router.delete(
    "/projects/{uuid:project_id}/deleted/{thing_kind}/{uuid:thing_id}",
    response={204: None, **errors(403, 404, 409)},
    summary="Delete something for good",
)
def purge_deleted(
    request: ApiRequest, project_id: UUID, thing_kind: str, thing_id: UUID
) -> Status[None]:
    """Remove its rows and files now; owners may."""
    project = project_get(user=request.user, project_id=project_id, role="owner")
    deleted_purge(project=project, kind=thing_kind, thing_id=thing_id)
    return Status(204, None)


@router.get(
    "/deleted-projects",
    response={200: DeletedList, **errors()},
    summary="List deleted projects",
)
def list_deleted_projects(request: ApiRequest) -> dict[str, Any]:
    """List the deleted projects that the caller owned."""
    return written([project_out(each) for each in project_deleted_list(user=request.user)])


@router.post(
    "/deleted-projects/{uuid:deleted_id}/restore",
    response={200: ProjectOut, **errors(403, 404)},
    summary="Restore a project",
)
def restore_deleted_project(request: ApiRequest, deleted_id: UUID) -> dict[str, Any]:
    """Bring a project back with everybody who was in it; those who owned it may."""
    return project_answer(request, project_restore(user=request.user, project_id=deleted_id).pk)


@router.delete(
    "/deleted-projects/{uuid:deleted_id}",
    response={204: None, **errors(403, 404)},
    summary="Delete a project for good",
)
def purge_deleted_project(request: ApiRequest, deleted_id: UUID) -> Status[None]:
    """Remove its rows and files now; those who owned it may."""
    project_deleted_purge(user=request.user, project_id=deleted_id)
    return Status(204, None)


def written(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Write a list as the API does."""
    return {"items": items, "count": len(items)}


def thing_out(thing: DeletedThing) -> dict[str, Any]:
    """Write a deleted thing of a project."""
    names = ("kind", "id", "name", "detail", "deleted", "deleted_by", "until")
    return {name: getattr(thing, name) for name in names}


def project_out(project: Any) -> dict[str, Any]:
    """Write a deleted project."""
    by = str(project.deleted_by or "")
    return {
        "kind": "project", "id": project.pk, "name": project.name, "detail": "",
        "deleted": project.deleted, "deleted_by": by, "until": project.deleted + undo_time(),
    }  # fmt: skip
