"""*Segment within this one*: a segment of a prototype divided into parts, as a new prototype."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from mllab.web.prototype import prototype_of
from mllab.web.within import within_context, within_form, within_start
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import redirect_to
from segplatform.kernel.errors import UserError

INVALID = 422


@require_http_methods(["GET", "POST"])
@project_view("editor")
def segment_within(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID, label: int
) -> HttpResponse:
    """Show the parameters of ``?algorithm=``; POST divides the segment and leads to what it is."""
    found = prototype_of(project, use_case_id, prototype_id)
    sent, error = request.POST if request.method == "POST" else request.GET, None
    form = within_form(sent)
    context = within_context(project, found, label, form, None)
    if request.method == "POST":
        try:
            made = within_start(found, label, form, request.user)
            return redirect_to(request, "prototype", project.pk, use_case_id, made.pk)
        except UserError as raised:
            error = raised
            context = within_context(project, found, label, form, error)
    return render(request, "mllab/within.html", context, status=INVALID if error else 200)
