"""Segmentations: their list, the page of one, scoring a dataset, changing and deleting."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mllab.forms.segmentations import ScoreForm, SegmentationForm
from mllab.models import Segmentation
from mllab.services import segmentations as service
from mllab.services.scoring import score_start
from mllab.services.segments_area import scored_counts, segmentations_listed
from mllab.web.segmentations import segmentation_context, segmentation_rows
from mllab.web.segmentations_score import score_form
from projects.models import Project, Role
from projects.web.access import ProjectRequest, project_view
from projects.web.forms import apply
from projects.web.htmx import redirect_to, render_either
from projects.web.lists import list_page

INVALID = 422
SORTS = {
    "changed": ("Last change", "-updated"),
    "name": ("Name", "name"),
}


@require_GET
@project_view()
def segmentation_list(request: ProjectRequest, project: Project) -> HttpResponse:
    """List the segmentations of a project; ``?q``, ``?sort`` and ``?page``."""
    listed = list_page(
        request, segmentations_listed(project=project), search=("name", "description"),
        sorts={key: order for key, (_, order) in SORTS.items()},
    )  # fmt: skip
    context = {
        "list": listed,
        "sorts": {key: label for key, (label, _) in SORTS.items()},
        "rows": segmentation_rows(listed.page, scored_counts(project=project)),
        "may_edit": project.membership.allows(Role.EDITOR),
        "section": "segments",
    }
    page, part = "mllab/segmentation_list.html", "mllab/_segmentation_list.html"
    return render_either(request, page, part, context)


@require_GET
@project_view()
def segmentation(request: ProjectRequest, project: Project, segmentation_id: UUID) -> HttpResponse:
    """Show a segmentation: its segments in words, what it scores, its versions.

    htmx asks for what it scores again while a run goes on.
    """
    found = service.segmentation_get(project=project, segmentation_id=segmentation_id)
    page, part = "mllab/segmentation.html", "mllab/_segmentation_scored.html"
    return render_either(request, page, part, segmentation_context(project, found))


@require_http_methods(["GET", "POST"])
@project_view("editor")
def segmentation_score(
    request: ProjectRequest, project: Project, segmentation_id: UUID
) -> HttpResponse:
    """Score a dataset: chosen in a popup, run in the background, shown on its output's page."""
    found = service.segmentation_get(project=project, segmentation_id=segmentation_id)
    form = score_form(found, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        started = apply(
            form, lambda **sent: score_start(segmentation=found, user=request.user, **sent)
        )
        if started:
            return redirect_to(request, "dataset", project.pk, started[0].output_id)
    return _score_page(request, found, form)


@require_http_methods(["GET", "POST"])
@project_view("editor")
def segmentation_edit(
    request: ProjectRequest, project: Project, segmentation_id: UUID
) -> HttpResponse:
    """Rename or describe a segmentation in a popup."""
    found = service.segmentation_get(project=project, segmentation_id=segmentation_id)
    said = {"name": found.name, "description": found.description}
    form = SegmentationForm(request.POST if request.method == "POST" else None, initial=said)
    if request.method == "POST":
        changed = apply(
            form, lambda **sent: service.segmentation_update(segmentation=found, **sent)
        )
        if changed:
            messages.success(request, "The segmentation is changed.")
            return redirect_to(request, "segmentation", project.pk, found.pk)
        found.refresh_from_db(fields=["name"])
    context = {"segmentation": found, "form": form, "action": request.path, "section": "segments"}
    page, part = "mllab/segmentation_edit.html", "mllab/_segmentation_edit.html"
    return render_either(request, page, part, context, INVALID if form.errors else 200)


@require_POST
@project_view("owner")
def segmentation_delete(
    request: ProjectRequest, project: Project, segmentation_id: UUID
) -> HttpResponse:
    """Take a segmentation out of the flow."""
    found = service.segmentation_get(project=project, segmentation_id=segmentation_id)
    service.segmentation_delete(segmentation=found)
    messages.success(request, f"The segmentation {found.name} is deleted; see Deleted.")
    return redirect_to(request, "segmentation_list", project.pk)


@require_POST
@project_view("editor")
def segmentation_restore(
    request: ProjectRequest, project: Project, segmentation_id: UUID, number: int
) -> HttpResponse:
    """Make a former version the current one again."""
    found = service.segmentation_get(project=project, segmentation_id=segmentation_id)
    service.segmentation_restore(segmentation=found, number=number, user=request.user)
    messages.success(request, f"Version {number} of {found.name} is the current one again.")
    return redirect_to(request, "segmentation", project.pk, found.pk)


def _score_page(request: ProjectRequest, found: Segmentation, form: ScoreForm) -> HttpResponse:
    context = {
        "segmentation": found,
        "form": form,
        "action": request.path,
        "section": "segments",
    }
    page, part = "mllab/segmentation_score.html", "mllab/_segmentation_score.html"
    return render_either(request, page, part, context, INVALID if form.errors else 200)
