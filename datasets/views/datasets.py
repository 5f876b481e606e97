"""The datasets of a project: the list, or the way to the first one."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from datasets.services.datasets import dataset_list
from datasets.services.states import graph_load
from projects.models import Project, Role
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import render_either
from projects.web.lists import list_page

SORTS = {
    "name": ("Name", "name"),
    "updated": ("Last updated", "-updated"),
    "rows": ("Most rows", "-current__rows"),
    "size": ("Largest", "-current__bytes"),
}


@require_GET
@project_view()
def home(request: ProjectRequest, project: Project) -> HttpResponse:
    """List the datasets, each with its size, its state, and its latest job."""
    datasets = dataset_list(project=project)
    listed = list_page(
        request, datasets, search=("name", "description"), sorts={k: v[1] for k, v in SORTS.items()}
    )
    graph = graph_load(project=project)
    context = {
        "list": listed,
        "sorts": {key: label for key, (label, _) in SORTS.items()},
        "items": [
            (dataset, graph.jobs.get(dataset.pk), graph.states[dataset.pk])
            for dataset in listed.page
        ],
        "is_empty": not listed.is_filtered and not listed.page.paginator.count,
        "may_edit": project.membership.allows(Role.EDITOR),
        "section": "datasets",
    }
    return render_either(
        request, "datasets/dataset_list.html", "datasets/_dataset_list.html", context
    )
