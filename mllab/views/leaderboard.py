"""The leaderboard: the page of a use case, what is done with its rows, and its exports."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from mllab.services.board_acts import board_prototypes, prototypes_delete, prototypes_retrain
from mllab.services.board_acts import prototypes_edit as edit
from mllab.services.board_export import CONTENT_TYPE, board_csv, board_file_name
from mllab.services.leaderboards import leaderboard
from mllab.services.use_cases import use_case_get
from mllab.web.board_report import report_context
from mllab.web.leaderboard import (
    act_context,
    board_context,
    board_of,
    deleted_words,
    ids_asked,
    retrained_words,
)
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import redirect_to, render_either
from projects.web.stream import file_response
from segplatform.kernel.errors import Conflict


@require_GET
@project_view()
def use_case(request: ProjectRequest, project: Project, use_case_id: UUID) -> HttpResponse:
    """Rank the prototypes; htmx asks for the table again while something trains."""
    found = use_case_get(project=project, use_case_id=use_case_id)
    context = board_context(project, found, request.GET)
    return render_either(request, "mllab/use_case.html", "mllab/_leaderboard.html", context)


@require_POST
@project_view("editor")
def use_case_act(request: ProjectRequest, project: Project, use_case_id: UUID) -> HttpResponse:
    """Do with the prototypes ``p`` what ``?do=`` says; deleting asks first."""
    found = use_case_get(project=project, use_case_id=use_case_id)
    asked, back = request.GET.get("do"), reverse("use_case", args=[project.pk, found.pk])
    try:
        chosen = board_prototypes(use_case=found, ids=ids_asked(request.POST))
        if asked == "edit":
            edit(prototypes=chosen, user=request.user)
            return redirect_to(request, "experiment_new", project.pk, found.pk)
        if asked == "retrain":
            messages.success(
                request, retrained_words(prototypes_retrain(prototypes=chosen, user=request.user))
            )
        elif asked == "delete" and "sure" in request.POST:
            prototypes_delete(prototypes=chosen)
            messages.success(request, deleted_words(chosen))
        else:
            return render(request, "mllab/use_case_delete.html", act_context(found, chosen))
    except Conflict as error:
        messages.error(request, str(error))
    return redirect_to(request, back)


@require_GET
@project_view()
def use_case_export(
    request: ProjectRequest, project: Project, use_case_id: UUID
) -> StreamingHttpResponse:
    """Send the leaderboard as CSV, of the prototypes ``?p=`` alone where some are named."""
    found = use_case_get(project=project, use_case_id=use_case_id)
    blocks = board_csv(board=board_of(found, request.GET), ids=ids_asked(request.GET), bom=True)
    name = board_file_name(use_case=found)
    return file_response(blocks=blocks, content_type=CONTENT_TYPE, name=name)


@require_GET
@project_view()
def use_case_report(request: ProjectRequest, project: Project, use_case_id: UUID) -> HttpResponse:
    """Show what a report prints: the table, and a page for each prototype ``?p=``."""
    found = use_case_get(project=project, use_case_id=use_case_id)
    board = leaderboard(use_case=found)
    context = report_context(found, board, ids_asked(request.GET))
    return render(request, "mllab/use_case_report.html", context)
