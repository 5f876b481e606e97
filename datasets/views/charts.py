"""Charts of a dataset: a bar chart of any column."""

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from datasets.engine.export import FORMATS
from datasets.models import DatasetVersion
from datasets.services.charts import chart_bars, charts_proposed
from datasets.services.datasets import dataset_get
from datasets.services.rows import version_columns
from datasets.views.dataset import page_context
from datasets.web.chart_state import ChartState
from datasets.web.charts import chart_context, chart_csv, chart_name
from datasets.web.download import download_response
from projects.models import Project
from projects.web.access import ProjectRequest, project_view
from projects.web.figures import figure_page
from projects.web.htmx import is_htmx


@require_GET
@project_view()
@figure_page
def dataset_chart(
    request: ProjectRequest, project: Project, dataset_id: UUID
) -> HttpResponse | StreamingHttpResponse:
    """Show bars as the address asks, or send them as CSV for ``?format=csv``."""
    found = dataset_get(project=project, dataset_id=dataset_id)
    context = page_context(project, found, "charts")
    version = found.current
    if version is None:
        return render(request, "datasets/dataset_pending.html", context)
    proposals = charts_proposed(version=version)
    state = ChartState.read(request.GET, proposals, version_columns(version=version))
    if request.GET.get("format") == "csv":
        return _download(project, version, state, found.name)
    context |= chart_context(project, version, state, proposals)
    template = "datasets/_chart.html" if is_htmx(request) else "datasets/dataset_chart.html"
    response = render(request, template, context)
    response["HX-Push-Url"] = request.path + state.url()
    return response


def _download(
    project: Project, version: DatasetVersion, state: ChartState, name: str
) -> StreamingHttpResponse:
    asked = state.question
    bars = chart_bars(project=project, version=version, question=asked, sampled=state.sampled)
    name = chart_name(name, asked)
    return download_response(blocks=chart_csv(bars, asked), form=FORMATS["csv"], name=name)
