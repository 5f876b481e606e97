"""The import report of a dataset and the cells that were left out."""

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from datasets.engine.export import FORMATS
from datasets.engine.rejected import rejected_csv
from datasets.services.datasets import dataset_get
from datasets.services.rows import rejected_file, version_current
from datasets.views.dataset import page_context
from datasets.web.download import download_response
from datasets.web.grid_state import number
from datasets.web.report import report_context, run_context
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from segplatform.kernel.errors import NotFound


@require_GET
@project_view()
def dataset_report(request: ProjectRequest, project: Project, dataset_id: UUID) -> HttpResponse:
    """Show what the import read and left out, or what the recipe found."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    version = version_current(dataset=found)
    context = page_context(project, found, "report")
    if "recipe" in version.origin:
        context |= run_context(version)
        return render(request, "datasets/dataset_run.html", context)
    context |= report_context(version, max(number(request.GET.get("page"), 1), 1))
    return render(request, "datasets/dataset_report.html", context)


@require_GET
@project_view()
def dataset_rejected(
    request: ProjectRequest, project: Project, dataset_id: UUID
) -> StreamingHttpResponse:
    """Send every cell that was left out, with its row and column, as CSV."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    file = rejected_file(version=version_current(dataset=found))
    if file is None:
        raise NotFound("No cell of this dataset was left out.")
    name = f"{found.name} left out"
    return download_response(blocks=rejected_csv(file), form=FORMATS["csv"], name=name)
