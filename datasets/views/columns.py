"""The columns of a dataset: what is in each of them."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from datasets.services.datasets import dataset_get
from datasets.services.previews import PREVIEW_SECONDS
from datasets.services.rows import version_current
from datasets.views.dataset import page_context
from datasets.web.columns import FIRST_SECONDS, columns_context
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import is_htmx, render_either


@require_GET
@project_view()
def dataset_columns(request: ProjectRequest, project: Project, dataset_id: UUID) -> HttpResponse:
    """Show the profile of every column; htmx asks for it alone, and waits for it to be made."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    version = version_current(dataset=found)
    seconds = PREVIEW_SECONDS if is_htmx(request) else FIRST_SECONDS
    context = page_context(project, found, "columns")
    context |= columns_context(version, request.user, request.GET, seconds)
    return render_either(
        request, "datasets/dataset_columns.html", "datasets/_columns.html", context
    )
