"""The ML Lab of a project: its use cases."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from datasets.services.datasets import dataset_list
from datasets.web.recipe_draft import uuid_or_none
from mllab.services.lab import lab_is_empty, lab_list, training_use_cases
from mllab.web.lab import lab_rows
from projects.models import Project, Role
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import render_either
from projects.web.lists import list_page

SORTS = {
    "activity": ("Last activity", "-active"),
    "name": ("Name", "name"),
    "prototypes": ("Most prototypes", "-prototype_count"),
}


@require_GET
@project_view()
def home(request: ProjectRequest, project: Project) -> HttpResponse:
    """List the use cases; ``?dataset`` those of one dataset, ``?q``, ``?sort`` and ``?page``."""
    wanted = uuid_or_none(request.GET.get("dataset"))
    chosen = dataset_list(project=project).filter(pk=wanted).first() if wanted else None
    listed = list_page(
        request,
        lab_list(project=project, dataset_id=chosen.pk if chosen else None),
        search=("name", "dataset__name"),
        sorts={key: order for key, (_, order) in SORTS.items()},
    )
    context = {
        "list": listed,
        "sorts": {key: label for key, (label, _) in SORTS.items()},
        "rows": lab_rows(listed.page, training_use_cases(project=project)),
        "chosen": chosen,
        "new_url": reverse("use_case_new", args=[project.pk])
        + (f"?dataset={chosen.pk}" if chosen else ""),
        "is_empty": lab_is_empty(project=project),
        "may_edit": project.membership.allows(Role.EDITOR),
        "section": "lab",
    }
    return render_either(request, "mllab/lab.html", "mllab/_lab_list.html", context)
