"""What the customers of a prototype's segments spent later: looking at it, and measuring it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from mllab.services.value_checks import value_check_start, value_url
from mllab.web.prototype import prototype_frame, prototype_of
from mllab.web.value_check import value_context
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.figures import figure_page
from segplatform.kernel.errors import UserError

INVALID = 422
TEMPLATE = "mllab/prototype_value.html"


@require_GET
@project_view()
@figure_page
def prototype_value(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Show the last value check, how far the running one is, and the form."""
    found = prototype_of(project, use_case_id, prototype_id)
    context = prototype_frame(project, found, "value")
    if found.finished:
        context |= value_context(project, found, request.GET.dict())
    return render(request, TEMPLATE, context)


@require_POST
@project_view("editor")
@figure_page
def prototype_value_run(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Start a value check, of this prototype or of all of its experiment."""
    found, sent = prototype_of(project, use_case_id, prototype_id), request.POST.dict()
    try:
        value_check_start(
            prototype=found, user=request.user, sent=sent, whole=bool(sent.get("whole"))
        )
    except UserError as error:
        context = prototype_frame(project, found, "value")
        if found.finished:
            context |= value_context(project, found, sent, error)
        return render(request, TEMPLATE, context | {"error": error}, status=INVALID)
    return redirect(value_url(prototype=found))
