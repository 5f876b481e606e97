"""What was deleted: in a project, and the person's projects; restored, or removed for good."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from projects.models import Project, Role
from projects.services.bins import undo_days
from projects.services.deleted import (
    deleted_list,
    deleted_purge,
    deleted_restore,
    project_deleted_list,
    project_deleted_purge,
    project_restore,
)
from projects.web.access import ProjectRequest, UserRequest, project_view, user_view
from projects.web.htmx import redirect_to


@require_GET
@project_view("editor")
def project_deleted(request: ProjectRequest, project: Project) -> HttpResponse:
    """List what was deleted in the project and can be restored."""
    context = {
        "things": deleted_list(project=project),
        "days": undo_days(),
        "may_purge": project.membership.allows(Role.OWNER),
    }
    return render(request, "projects/deleted.html", context)


@require_POST
@project_view("editor")
def thing_restore(
    request: ProjectRequest, project: Project, thing_kind: str, thing_id: UUID
) -> HttpResponse:
    """Bring a thing back and open it."""
    restored = deleted_restore(project=project, kind=thing_kind, thing_id=thing_id)
    said = f"{restored.former_name} is restored."
    if restored.name != restored.former_name:
        said = f"{restored.former_name} is restored as {restored.name}: its name was taken."
    messages.success(request, said)
    return redirect_to(request, restored.url)


@require_POST
@project_view("owner")
def thing_purge(
    request: ProjectRequest, project: Project, thing_kind: str, thing_id: UUID
) -> HttpResponse:
    """Remove a deleted thing for good."""
    deleted_purge(project=project, kind=thing_kind, thing_id=thing_id)
    messages.success(request, "It is deleted for good.")
    return redirect_to(request, "project_deleted", project.pk)


@require_GET
@user_view
def deleted_projects(request: UserRequest) -> HttpResponse:
    """List the deleted projects that the person owned."""
    context = {"projects": project_deleted_list(user=request.user), "days": undo_days()}
    return render(request, "projects/deleted_projects.html", context)


@require_POST
@user_view
def deleted_project_restore(request: UserRequest, deleted_id: UUID) -> HttpResponse:
    """Bring a project back and open it."""
    project = project_restore(user=request.user, project_id=deleted_id)
    messages.success(request, f"The project {project.name} is restored with all its members.")
    return redirect_to(request, "project_home", project.pk)


@require_POST
@user_view
def deleted_project_purge(request: UserRequest, deleted_id: UUID) -> HttpResponse:
    """Remove a deleted project for good."""
    project_deleted_purge(user=request.user, project_id=deleted_id)
    messages.success(request, "The project is deleted for good.")
    return redirect_to(request, "deleted_projects")
