"""The import report of a dataset and the cells that were left out."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from datasets.engine.export import FORMATS
from datasets.engine.rejected import rejected_csv
from datasets.models import Dataset, DatasetVersion
from datasets.services.datasets import dataset_get
from datasets.services.rows import rejected_file, version_current
from datasets.services.versions import version_get
from datasets.views.dataset import page_context
from datasets.web.download import download_response
from datasets.web.grid_state import number
from datasets.web.report import RejectedState, report_context, run_context
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from segplatform.kernel.errors import NotFound


@require_GET
@project_view()
def dataset_report(request: ProjectRequest, project: Project, dataset_id: UUID) -> HttpResponse:
    """Show what the import read and left out (``?version=``), or what the recipe found."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    version = version_asked(found, request)
    context = page_context(project, found, "report")
    if "recipe" in version.origin:
        context |= run_context(version)
        return render(request, "datasets/dataset_run.html", context)
    files_page = max(number(request.GET.get("files"), 1), 1)
    state = RejectedState.of(request.GET, version.report.get("files", ()))
    context |= report_context(version, state, files_page)
    return render(request, "datasets/dataset_report.html", context)


@require_GET
@project_view()
def dataset_rejected(
    request: ProjectRequest, project: Project, dataset_id: UUID
) -> StreamingHttpResponse:
    """Send the cells that were left out, all or those asked for, with row and column, as CSV."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    version = version_asked(found, request)
    file = rejected_file(version=version)
    if file is None:
        raise NotFound("No cell of this dataset was left out.")
    name = f"{found.name} left out"
    if version.pk != found.current_id:
        name = f"{name} version {version.number}"
    files = version.report.get("files", ())
    blocks = rejected_csv(file, RejectedState.of(request.GET, files).wanted, files)
    return download_response(blocks=blocks, form=FORMATS["csv"], name=name)


def version_asked(found: Dataset, request: HttpRequest) -> DatasetVersion:
    """Return the version that the address names, else the current one."""
    if asked := request.GET.get("version"):
        return version_get(dataset=found, number=number(asked, 0))
    return version_current(dataset=found)
