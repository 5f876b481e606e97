"""Connections: choose a kind, fill in its form, test it; browse, and fetch a thing to import."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from datasets.engine.remote.base import Remote
from datasets.forms.connections import ConnectionSent, connection_sent
from datasets.models import Connection
from datasets.services.connection_jobs import (
    BROWSE_SECONDS,
    connection_fetch_start,
    connection_fetching_job,
    connection_try,
)
from datasets.services.connections import (
    connection_create,
    connection_door,
    connection_get,
    connection_kind,
    connection_name_free,
    connection_update,
)
from datasets.services.connections import connection_delete as delete
from datasets.web.connections import (
    browse_context,
    connection_rows,
    fetching_context,
    form_context,
    source_tiles,
)
from projects.models import Job, Project
from projects.web.access import ProjectRequest, project_view
from projects.web.errors import status_of
from projects.web.htmx import is_htmx, redirect_to, render_either
from segplatform.kernel.errors import UserError

FIRST_SECONDS = 1.5
"""A page opens at once, and asks for what is slow."""


@require_GET
@project_view("editor")
def connection_list_page(request: ProjectRequest, project: Project) -> HttpResponse:
    """List the connections of the project, and the kinds of which there can be more."""
    context = {"rows": connection_rows(project), "groups": source_tiles(), "section": "datasets"}
    context["group"] = request.GET.get("group", "")
    return render(request, "datasets/connection_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@project_view("editor")
def connection_new(request: ProjectRequest, project: Project, source: str) -> HttpResponse:
    """Fill in a new connection; POST stores it and opens it."""
    kind = connection_kind(key=source)
    if request.method != "POST":
        sent = ConnectionSent(connection_name_free(project=project, name=kind.title))
        return form_page(request, project, kind, sent)
    sent = connection_sent(kind, request.POST)
    try:
        door = connection_door(kind=source, options=sent.options, secrets=sent.secrets)
        made = connection_create(project=project, user=request.user, name=sent.name, door=door)
    except UserError as error:
        return form_page(request, project, kind, sent, error=error)
    return redirect_to(request, "connection", project.pk, made.pk)


@require_POST
@project_view("editor")
def connection_test_new(request: ProjectRequest, project: Project, source: str) -> HttpResponse:
    """Try what the form says before it is stored."""
    return answer_trial(request, project, connection_kind(key=source))


@require_GET
@project_view("editor")
def connection(request: ProjectRequest, project: Project, connection_id: UUID) -> HttpResponse:
    """Look around in a source: ``?place``, ``?q`` and ``?limit`` say where and how much."""
    found = connection_get(project=project, connection_id=connection_id)
    seconds = BROWSE_SECONDS if is_htmx(request) else FIRST_SECONDS
    context = browse_context(found, request.user, request.GET.dict(), seconds)
    return render_either(
        request, "datasets/connection.html", "datasets/_connection_things.html", context
    )


@require_http_methods(["GET", "HEAD", "POST"])
@project_view("editor")
def connection_settings(
    request: ProjectRequest, project: Project, connection_id: UUID
) -> HttpResponse:
    """Change a connection; credentials stay as they are unless they are typed anew."""
    found = connection_get(project=project, connection_id=connection_id)
    kind = connection_kind(key=found.kind)
    if request.method != "POST":
        return form_page(request, project, kind, ConnectionSent(found.name, found.options), found)
    sent = connection_sent(kind, request.POST)
    try:
        connection_update(connection=found, name=sent.name, door=door_of(kind, sent, found))
    except UserError as error:
        return form_page(request, project, kind, sent, found, error)
    messages.success(request, "The connection is saved.")
    return redirect_to(request, "connection", project.pk, found.pk)


@require_POST
@project_view("editor")
def connection_test(request: ProjectRequest, project: Project, connection_id: UUID) -> HttpResponse:
    """Try a connection with what its form says now."""
    found = connection_get(project=project, connection_id=connection_id)
    return answer_trial(request, project, connection_kind(key=found.kind), found)


@require_POST
@project_view("editor")
def connection_fetch(
    request: ProjectRequest, project: Project, connection_id: UUID
) -> HttpResponse:
    """Start to fetch what was chosen, or what a question of one's own gives."""
    found = connection_get(project=project, connection_id=connection_id)
    try:
        job = connection_fetch_start(connection=found, user=request.user, item=item_sent(request))
    except UserError as error:
        asked = {"query": request.POST.get("query", "")}
        context = browse_context(found, request.user, asked, FIRST_SECONDS)
        context["item_error"] = str(error)
        return render(request, "datasets/connection.html", context, status=status_of(error))
    return redirect_to(request, job.url)


@require_GET
@project_view("editor")
def connection_fetching(
    request: ProjectRequest, project: Project, connection_id: UUID
) -> HttpResponse:
    """Wait for what is being fetched, ``?of`` which thing, then go on to its preview."""
    found = connection_get(project=project, connection_id=connection_id)
    of = request.GET.get("of", "")
    job = connection_fetching_job(connection=found, user=request.user, of=of)
    if job is None:
        return redirect_to(request, "connection", project.pk, found.pk)
    if job.state == Job.State.SUCCEEDED:
        return redirect_to(request, "import_preview", project.pk, job.result["upload"])
    return render(request, "datasets/connection_fetching.html", fetching_context(found, job))


@require_POST
@project_view("owner")
def connection_delete(
    request: ProjectRequest, project: Project, connection_id: UUID
) -> HttpResponse:
    """Delete a connection; datasets that were made from it stay."""
    found = connection_get(project=project, connection_id=connection_id)
    delete(connection=found)
    messages.success(request, f"The connection {found.name} is deleted; see Deleted.")
    return redirect_to(request, "connection_list", project.pk)


def form_page(
    request: ProjectRequest,
    project: Project,
    kind: type[Remote],
    sent: ConnectionSent,
    before: Connection | None = None,
    error: UserError | None = None,
    **more: Any,
) -> HttpResponse:
    """Show the form as it stands, or answer beside one that is open: what is typed stays there."""
    context = form_context(project, kind, sent, before, error) | more
    if is_htmx(request):
        context["typed_again"] = False
        return render(request, "datasets/_connection_tested.html", context)
    status = status_of(error) if error else 200
    return render(request, "datasets/connection_form.html", context, status=status)


def answer_trial(
    request: ProjectRequest, project: Project, kind: type[Remote], before: Connection | None = None
) -> HttpResponse:
    """Answer with what came of trying: a part for the page, or the page."""
    sent, error, said = connection_sent(kind, request.POST), None, ""
    try:
        said = connection_try(project=project, user=request.user, door=door_of(kind, sent, before))
    except UserError as fault:
        error = fault
    return form_page(request, project, kind, sent, before, error, said=said)


def door_of(kind: type[Remote], sent: ConnectionSent, before: Connection | None) -> Any:
    """Give the way that a form describes."""
    return connection_door(
        kind=kind.key, options=sent.options, secrets=sent.secrets, before=before, forget=sent.forget
    )


def item_sent(request: ProjectRequest) -> dict[str, Any]:
    """Read which thing was chosen: the button's own words, or the question in the field."""
    if query := request.POST.get("query", "").strip():
        return {"query": query}
    try:
        item = json.loads(request.POST.get("item", ""))
    except ValueError:
        item = None
    if not isinstance(item, dict):
        raise UserError("Choose what to import first.")
    return item
