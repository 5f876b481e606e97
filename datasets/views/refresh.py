"""New rows for a dataset: a file behind those that it has, or in their place."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from datasets.engine.schema_check import Mode
from datasets.models import Dataset
from datasets.services.datasets import dataset_get
from datasets.services.refresh import refresh_begin, refresh_require
from datasets.services.refresh_connection import refresh_connection_start
from datasets.views.dataset import page_context
from datasets.views.imports import upload_taken
from datasets.web.refresh import WORDS, connection_context, decided_from
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.errors import status_of
from segplatform.kernel.errors import UserError


@require_http_methods(["GET", "HEAD", "POST"])
@project_view("editor")
def dataset_more(
    request: ProjectRequest, project: Project, dataset_id: UUID, mode: Mode
) -> HttpResponse:
    """Choose the file with the new rows; POST takes a whole one where there is no JavaScript.

    Where the dataset came from a connection, that is read again instead.
    """
    found = dataset_get(project=project, dataset_id=dataset_id)
    refresh_require(dataset=found)
    error, status = "", 200
    if request.method == "POST":
        try:
            return taken(request, found, mode)
        except UserError as fault:
            error, status = str(fault), status_of(fault)
    context = page_context(project, found, "") | {"mode": mode, "name_error": error, **WORDS[mode]}
    context |= connection_context(found, mode, request.POST.dict())
    return render(request, "datasets/dataset_more.html", context, status=status)


def taken(request: ProjectRequest, found: Dataset, mode: Mode) -> HttpResponse:
    """Read the connection again, or store the file that was sent and open its preview."""
    if "connection" in request.POST:
        decided = decided_from(request.POST.dict())
        refresh_connection_start(dataset=found, user=request.user, mode=mode, decided=decided)
        return redirect("dataset", found.project_id, found.pk)
    upload = upload_taken(request, found.project)
    refresh_begin(dataset=found, user=request.user, mode=mode, upload=upload)
    return redirect("import_preview", found.project_id, upload.pk)
