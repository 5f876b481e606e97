"""The customers of a prototype: a grid of them, and all of them as a file."""

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from mllab.web.customers import CustomersState, customers_context, segment_asked
from mllab.web.customers_file import customers_response
from mllab.web.prototype import prototype_frame, prototype_of
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.htmx import is_htmx, render_either


@require_GET
@project_view()
def prototype_customers(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> HttpResponse:
    """Show a page of customers with their segment; the address says which, and in which order."""
    found = prototype_of(project, use_case_id, prototype_id)
    context = customers_context(project, found, CustomersState.read(request.GET))
    context |= {"prototype": found, "use_case": found.experiment.use_case}
    if not is_htmx(request):
        context |= prototype_frame(project, found, "customers")
    page, part = "mllab/prototype_customers.html", "mllab/_customers.html"
    return render_either(request, page, part, context)


@require_GET
@project_view()
def prototype_download(
    request: ProjectRequest, project: Project, use_case_id: UUID, prototype_id: UUID
) -> StreamingHttpResponse:
    """Send all customers, or those of ``?segment=``, in the format ``?format=``."""
    found = prototype_of(project, use_case_id, prototype_id)
    key, segment = request.GET.get("format", "csv"), segment_asked(request.GET)
    return customers_response(found, key, segment, for_people=True)
