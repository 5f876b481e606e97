"""The words of a segment, and *Add to flow*, both in popups."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mllab.services.segmentations import Promoted
from mllab.services.segments import segment_change
from mllab.web.promote import promote_ask, promote_context, promote_form, promoted_words
from mllab.web.prototype import prototype_of
from mllab.web.segments import after_change, segment_context, segment_form
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.forms import apply
from projects.web.htmx import redirect_to, render_either

INVALID = 422


@require_http_methods(["GET", "POST"])
@project_view("editor")
def segment_edit(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID, label: int
) -> HttpResponse:
    """Name a segment, colour and describe it in a popup; the page below shows it afterwards."""
    found = prototype_of(project, use_case_id, prototype_id)
    form = segment_form(found, label, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        changed = apply(
            form,
            lambda **sent: segment_change(prototype=found, label=label, user=request.user, **sent),
        )
        if changed:
            messages.success(request, f"{changed.name} is changed.")
            return after_change(
                request, reverse("prototype", args=[project.pk, use_case_id, found.pk])
            )
    context = segment_context(request, found, label, form)
    page, part = "mllab/segment_edit.html", "mllab/_segment_edit.html"
    return render_either(request, page, part, context, INVALID if form.errors else 200)


@require_http_methods(["GET", "POST"])
@project_view("editor")
def prototype_promote(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Add a prototype to the flow, as a segmentation or a version of one, in a popup."""
    found = prototype_of(project, use_case_id, prototype_id)
    form, done = promote_form(project, found, request.POST or None), None
    if request.method == "POST":
        done = apply(form, lambda **sent: promote_ask(prototype=found, user=request.user, **sent))
    if isinstance(done, Promoted):
        messages.success(request, promoted_words(done))
        return redirect_to(request, "segmentation", project.pk, done.segmentation.pk)
    context = promote_context(project, found, form, is_pending=done is False)
    page, part = "mllab/prototype_promote.html", "mllab/_prototype_promote.html"
    return render_either(request, page, part, context, INVALID if form.errors else 200)
