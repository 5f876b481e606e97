"""One dataset: its grid, its import report, its settings, its downloads."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from datasets.engine.export import FORMATS
from datasets.forms.dataset import DatasetForm, DeleteDatasetForm
from datasets.models import Dataset
from datasets.services.datasets import dataset_delete as delete
from datasets.services.datasets import dataset_get, dataset_update, jobs_latest
from datasets.services.exports import dataset_export, export_format
from datasets.services.refresh import refresh_allowed
from datasets.services.refresh_connection import refresh_connection
from datasets.services.refresh_ended import refresh_nothing, refresh_stopped
from datasets.services.rows import version_current
from datasets.services.versions import version_get
from datasets.web.download import download_response
from datasets.web.explore import explore, filter_added, tabs
from datasets.web.grid_state import number
from datasets.web.made_by import made_by, script_log
from projects.models import Project, Role
from projects.web.access import ProjectRequest, project_view
from projects.web.forms import apply
from projects.web.htmx import is_htmx, redirect_to

INVALID = 422


@require_GET
@project_view()
def dataset(request: ProjectRequest, project: Project, dataset_id: UUID) -> HttpResponse:
    """Show the grid: a page of rows as the address asks; or the work that makes the first ones."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    context = page_context(project, found, "explore")
    if found.current is None:
        return render(request, "datasets/dataset_pending.html", context)
    state, fault = filter_added(request.GET, found.current)
    if request.GET.get("op") and not fault and not is_htmx(request):
        return redirect_to(request, request.path + state.url())
    context |= explore(project, found.current, state, fault, request.GET)
    template = "datasets/_grid.html" if is_htmx(request) else "datasets/dataset.html"
    response = render(request, template, context)
    response["HX-Push-Url"] = request.path + context["here"]
    return response


@require_http_methods(["GET", "POST"])
@project_view("editor")
def dataset_settings(request: ProjectRequest, project: Project, dataset_id: UUID) -> HttpResponse:
    """Rename and describe the dataset."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    initial = {"name": found.name, "description": found.description}
    form = DatasetForm(request.POST if request.method == "POST" else None, initial=initial)
    changed = None
    if request.method == "POST":
        changed = apply(form, lambda **values: dataset_update(dataset=found, **values))
    if changed:
        messages.success(request, "The settings are saved.")
        return redirect_to(request, "dataset_settings", project.pk, found.pk)
    found.refresh_from_db(fields=["name", "description"])
    return settings_page(request, project, found, form, DeleteDatasetForm(name=found.name))


@require_POST
@project_view("owner")
def dataset_delete(request: ProjectRequest, project: Project, dataset_id: UUID) -> HttpResponse:
    """Delete the dataset with everything in it, once its name was typed."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    confirm = DeleteDatasetForm(request.POST, name=found.name)
    name = found.name
    if not apply(confirm, lambda **_: deleted(found)):
        initial = {"name": name, "description": found.description}
        return settings_page(request, project, found, DatasetForm(initial=initial), confirm)
    messages.success(request, f"The dataset {name} is deleted; see Deleted.")
    return redirect_to(request, "dataset_list", project.pk)


@require_GET
@project_view()
def dataset_download(
    request: ProjectRequest, project: Project, dataset_id: UUID
) -> StreamingHttpResponse:
    """Send the whole dataset, or its version ``?version=``, in the format ``?format=``."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    key = request.GET.get("format", "csv")
    form = export_format(key=key)
    version, name = version_current(dataset=found), found.name
    if asked := request.GET.get("version"):
        version = version_get(dataset=found, number=number(asked, 0))
        name = f"{name} version {version.number}"
    blocks = dataset_export(version=version, key=key, bom=form.safe)
    return download_response(blocks=blocks, form=form, name=name)


def deleted(found: Dataset) -> bool:
    """Delete the dataset; raises ``Conflict`` while a recipe reads it."""
    delete(dataset=found)
    return True


def page_context(project: Project, found: Dataset, tab: str) -> dict[str, Any]:
    """Give what every tab of a dataset shows."""
    context = {"job": jobs_latest(datasets=[found]).get(found.pk), **made_by(found)}
    return {
        **context,
        "lines": script_log(context["recipe"], context["job"]),
        "dataset": found,
        "version": found.current,
        "takes_rows": refresh_allowed(dataset=found),
        "from_connection": refresh_connection(dataset=found),
        "stopped": refresh_stopped(dataset=found, job=context["job"]),
        "nothing": refresh_nothing(dataset=found, job=context["job"]),
        "tabs": tabs(project, found, tab),
        "formats": FORMATS,
        "may_edit": project.membership.allows(Role.EDITOR),
        "section": "datasets",
    }


def settings_page(
    request: ProjectRequest,
    project: Project,
    found: Dataset,
    form: DatasetForm,
    confirm: DeleteDatasetForm,
) -> HttpResponse:
    """Render the settings with both forms, each with its own errors."""
    context = page_context(project, found, "settings")
    context |= {"form": form, "confirm": confirm, "versions": found.versions.count()}
    context["may_delete"] = project.membership.allows(Role.OWNER)
    status = INVALID if form.errors or confirm.errors else 200
    return render(request, "datasets/dataset_settings.html", context, status=status)
