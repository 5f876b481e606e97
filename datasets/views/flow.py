"""The flow: datasets, recipes and models of a project, drawn; and the button that runs it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_GET, require_POST

from datasets.services.flow import flow_run_start
from datasets.web.flow import flow_context, flow_view
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import is_htmx, redirect_to, render_either, safe_next


@require_GET
@project_view()
def flow(request: ProjectRequest, project: Project) -> HttpResponse:
    """Show the flow with the panel of ``?node=``; htmx asks for either alone."""
    node = request.GET.get("node", "")
    context = flow_context(project, flow_view(request.GET.get("view", "")), node)
    if node and is_htmx(request):
        return render(request, "datasets/_flow_panel.html", context)
    return render_either(request, "datasets/flow.html", "datasets/_flow_part.html", context)


@require_POST
@project_view("editor")
def flow_run(request: ProjectRequest, project: Project) -> HttpResponse:
    """Run what is out of date, in the graph's order."""
    flow_run_start(project=project, user=request.user)
    messages.success(request, "The flow runs. What is up to date stays as it is.")
    return redirect_to(request, safe_next(request, resolve_url("flow", project.pk)))
