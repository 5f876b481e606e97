"""Pages that need rows which are made only when somebody asks: they wait on a page of their own."""

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from datasets.models import Dataset
from datasets.services.files import RowsReleased
from datasets.services.on_demand import rows_wanted
from datasets.services.states import graph_load
from projects.models import Project
from projects.web.htmx import is_htmx, redirect_to
from segplatform.kernel.errors import UserError


def rows_wait(request: HttpRequest, dataset: Dataset) -> HttpResponse | None:
    """Send the browser to where it waits until the rows are fresh; None where they are."""
    if dataset.project.persistency != Project.Persistency.ON_DEMAND:
        return None
    graph = graph_load(project=dataset.project)
    if not rows_wanted(graph=graph, dataset=graph.datasets[dataset.pk]):
        return None
    return redirect_to(request, wait_url(request, dataset))


def released_page(request: HttpRequest, error: UserError) -> HttpResponse | None:
    """Send a page that needs rows which are not kept to where it waits; None where it sends."""
    if request.method != "GET" or not isinstance(error, RowsReleased):
        return None
    return redirect_to(request, wait_url(request, error.version.dataset))


def wait_url(request: HttpRequest, dataset: Dataset) -> str:
    """Give the address that waits for the rows, then leads back to the page that is open."""
    here = request.get_full_path()
    if is_htmx(request):
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        here = page._replace(scheme="", netloc="").geturl() or here
    url = reverse("dataset_wait", args=[dataset.project_id, dataset.pk])
    return f"{url}?{urlencode({'next': here})}"
