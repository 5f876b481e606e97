"""Where a prototype is cut: looking at it, and training a new one that is cut elsewhere."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from mllab.forms.cut import variant_sent
from mllab.services.variants import prototype_vary as vary
from mllab.web.cut import cut_context
from mllab.web.prototype import prototype_frame, prototype_of
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import redirect_to
from segplatform.kernel.errors import UserError


@require_GET
@project_view()
def prototype_cut(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Show the dendrogram, or the curve of distances, with a line that can be moved."""
    found = prototype_of(project, use_case_id, prototype_id)
    context = prototype_frame(project, found, "cut") | cut_context(found)
    return render(request, "mllab/prototype_cut.html", context)


@require_POST
@project_view("editor")
def prototype_vary(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Train a new prototype with the ``k`` or ``eps`` of the line; all else stays."""
    found = prototype_of(project, use_case_id, prototype_id)
    try:
        experiment, _ = vary(prototype=found, user=request.user, params=variant_sent(request.POST))
    except UserError as error:
        messages.error(request, str(error))
        return redirect_to(request, "prototype_cut", project.pk, use_case_id, prototype_id)
    messages.success(request, f"Experiment {experiment.number} trains the new prototype.")
    return redirect_to(request, "use_case", project.pk, use_case_id)
