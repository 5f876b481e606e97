"""The customers of a prototype: a grid of them, and all of them as a file."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from mllab.services.selections import selection_dataset_start
from mllab.web.customers import CustomersState, customers_context, selection_asked
from mllab.web.customers_file import customers_response
from mllab.web.prototype import prototype_frame, prototype_of
from projects.models import Project, Role
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import is_htmx, redirect_to, render_either
from segplatform.kernel.errors import UserError


@require_GET
@project_view()
def prototype_customers(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Show a page of customers with their segment; the address says which, and in which order."""
    found = prototype_of(project, use_case_id, prototype_id)
    context = customers_context(project, found, CustomersState.read(request.GET))
    context |= {"prototype": found, "use_case": found.experiment.use_case}
    context["may_edit"] = project.membership.allows(Role.EDITOR)
    if not is_htmx(request):
        context |= prototype_frame(project, found, "customers")
    page, part = "mllab/prototype_customers.html", "mllab/_customers.html"
    return render_either(request, page, part, context)


@require_GET
@project_view()
def prototype_download(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> StreamingHttpResponse:
    """Send all customers, or those whom the address selects, in the format ``?format=``."""
    found = prototype_of(project, use_case_id, prototype_id)
    key, selection = request.GET.get("format", "csv"), selection_asked(request.GET)
    return customers_response(found, key, selection=selection, for_people=True)


@require_POST
@project_view("editor")
def prototype_select(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Make a dataset of the customers whom the address selects, and lead to it."""
    found, chosen = prototype_of(project, use_case_id, prototype_id), selection_asked(request.GET)
    name = request.POST.get("name", "")
    try:
        dataset, _ = selection_dataset_start(
            prototype=found, user=request.user, name=name, selection=chosen
        )
    except UserError as error:
        messages.error(request, str(error))
        back = reverse("prototype_customers", args=[project.pk, use_case_id, prototype_id])
        return redirect(f"{back}?{request.GET.urlencode()}")
    return redirect_to(request, "dataset", project.pk, dataset.pk)
