"""The leaderboard: the page of a use case."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from mllab.services.use_cases import use_case_get
from mllab.web.leaderboard import board_context
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import render_either


@require_GET
@project_view()
def use_case(request: ProjectRequest, project: Project, use_case_id: UUID) -> HttpResponse:
    """Rank the prototypes; htmx asks for the table again while something trains."""
    found = use_case_get(project=project, use_case_id=use_case_id)
    context = board_context(project, found, request.GET)
    return render_either(request, "mllab/use_case.html", "mllab/_leaderboard.html", context)
