"""*Combine*: asks how many segments, and starts the consensus of several prototypes."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from mllab.services.use_cases import use_case_get
from mllab.web.combine import combine_chosen, combine_context, combine_sent
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import redirect_to
from segplatform.kernel.errors import UserError

INVALID = 422


@require_http_methods(["GET", "POST"])
@project_view("editor")
def combine(request: ProjectRequest, project: Project, use_case_id: UUID) -> HttpResponse:
    """Ask how the prototypes ``p`` are combined; POST starts it and leads to the new one."""
    found = use_case_get(project=project, use_case_id=use_case_id)
    sent, error = request.POST if request.method == "POST" else request.GET, None
    if request.method == "POST":
        try:
            made = combine_sent(combine_chosen(found, sent), sent, request.user)
            return redirect_to(request, "prototype", project.pk, found.pk, made.pk)
        except UserError as raised:
            error = raised
    context = combine_context(found, sent) | {"error": error}
    return render(request, "mllab/combine.html", context, status=INVALID if error else 200)
