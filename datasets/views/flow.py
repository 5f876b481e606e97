"""The flow: all datasets and recipes of a project, and the button that runs what is behind."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from datasets.services.flow import flow_run_start
from datasets.web.flow import flow_context
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import redirect_to, render_either


@require_GET
@project_view()
def flow(request: ProjectRequest, project: Project) -> HttpResponse:
    """Show the flow; htmx asks for its rows again while something runs."""
    context = flow_context(project)
    return render_either(request, "datasets/flow.html", "datasets/_flow_part.html", context)


@require_POST
@project_view("editor")
def flow_run(request: ProjectRequest, project: Project) -> HttpResponse:
    """Run what is out of date, in the graph's order."""
    flow_run_start(project=project, user=request.user)
    messages.success(request, "The flow runs. What is up to date stays as it is.")
    return redirect_to(request, "flow", project.pk)
