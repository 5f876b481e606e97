"""Where a page waits for rows that are made when somebody asks for them."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_http_methods

from datasets.services.datasets import dataset_get
from datasets.services.on_demand import dataset_ask
from datasets.views.dataset import page_context
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import redirect_to, safe_next


@require_http_methods(["GET", "POST"])
@project_view()
def dataset_wait(request: ProjectRequest, project: Project, dataset_id: UUID) -> HttpResponse:
    """Show how the rows are being made, then go on to ``?next=``; POST has them made."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    after = safe_next(request, resolve_url("dataset", project.pk, found.pk))
    if request.method == "POST":
        dataset_ask(dataset=found, user=request.user)
        return redirect_to(request, request.get_full_path())
    context = page_context(project, found, "explore")
    state = context["recipe_state"]
    kept = found.current is not None and not found.current.released
    if kept and not context["asks"] and (state is None or state.key != "running"):
        return redirect_to(request, after)
    return render(request, "datasets/dataset_pending.html", context)
