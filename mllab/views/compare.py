"""One to four prototypes side by side, and beside groups of their table."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from mllab.services.use_cases import use_case_get
from mllab.web.compare import compare_context
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.figures import figure_page
from projects.web.htmx import render_either


@require_GET
@project_view()
@figure_page
def compare(request: ProjectRequest, project: Project, use_case_id: UUID) -> HttpResponse:
    """Compare the prototypes ``?p=``, ``with`` a column; htmx asks again where it takes long."""
    use_case = use_case_get(project=project, use_case_id=use_case_id)
    context = compare_context(project, use_case, request.user, request.GET)
    return render_either(request, "mllab/compare.html", "mllab/_compare.html", context)
