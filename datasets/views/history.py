"""The history of a dataset: its versions, and the way back to an old one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from datasets.services.datasets import dataset_get
from datasets.services.rows import version_current
from datasets.services.versions import version_restore as restore
from datasets.views.dataset import page_context
from datasets.web.grid_state import number as number_of
from datasets.web.history import history_context
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import redirect_to
from segplatform.kernel.errors import UserError


@require_GET
@project_view()
def dataset_history(request: ProjectRequest, project: Project, dataset_id: UUID) -> HttpResponse:
    """List the versions of the dataset, newest first."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    version_current(dataset=found)
    context = page_context(project, found, "history")
    context |= history_context(project, found, max(number_of(request.GET.get("page"), 1), 1))
    return render(request, "datasets/dataset_history.html", context)


@require_POST
@project_view("editor")
def version_restore(
    request: ProjectRequest, project: Project, dataset_id: UUID, number: int
) -> HttpResponse:
    """Make the rows of an old version the current ones again."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    try:
        made = restore(dataset=found, number=number, user=request.user)
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Version {number} is current again, as version {made.number}.")
    return redirect_to(request, "dataset_history", project.pk, found.pk)
