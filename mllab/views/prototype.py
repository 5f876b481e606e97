"""One prototype: its page, training it again, deleting it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from mllab.services.prototypes import prototype_delete as delete
from mllab.services.prototypes import prototype_retrain as retrain
from mllab.web.prototype import prototype_context, prototype_of
from mllab.web.prototype_by_hand import by_hand_sent
from mllab.web.prototype_rules import rules_file
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.figures import figure_page
from projects.web.htmx import is_htmx, redirect_to
from segplatform.kernel.errors import UserError


@require_GET
@project_view()
@figure_page
def prototype(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Show a prototype; while it trains htmx asks again, and reloads the page at the end."""
    found = prototype_of(project, use_case_id, prototype_id)
    if request.GET.get("download") == "sql":
        return rules_file(found)
    context = prototype_context(project, found, request.GET)
    if not is_htmx(request):
        return render(request, "mllab/prototype.html", context)
    if context["is_active"]:
        return render(request, "mllab/_prototype_wait.html", context)
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


@require_POST
@project_view("editor")
def prototype_retrain(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Train a prototype again that failed, was cancelled or got lost."""
    retrain(prototype=prototype_of(project, use_case_id, prototype_id), user=request.user)
    return redirect_to(request, "use_case", project.pk, use_case_id)


@require_POST
@project_view("editor")
def prototype_delete(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Delete a prototype with its labels, profiles and figures."""
    found = prototype_of(project, use_case_id, prototype_id)
    delete(prototype=found)
    messages.success(request, f"Prototype {found.number} is deleted.")
    return redirect_to(request, "use_case", project.pk, use_case_id)


@require_POST
@project_view("editor")
def prototype_by_hand(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Merge or split segments as a new prototype, and lead to it."""
    found = prototype_of(project, use_case_id, prototype_id)
    try:
        made = by_hand_sent(request, found, request.user)
    except UserError as error:
        messages.error(request, str(error))
        back = reverse("prototype", args=[project.pk, use_case_id, prototype_id])
        return redirect(f"{back}?tab=by_hand")
    return redirect_to(request, "prototype", project.pk, use_case_id, made.pk)
