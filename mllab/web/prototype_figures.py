"""The figures of a prototype as its tabs show them: map, map in 3-D, silhouette, radar."""

from typing import Any

from django.http import QueryDict
from django.urls import reverse

from mllab.engine.charts.base import charts
from mllab.models import Prototype
from mllab.services.naming import prototype_name
from mllab.services.prototypes import prototype_figure
from mllab.services.segments import segment_list
from mllab.web.figures import FigureView
from mllab.web.scores import share
from mllab.web.segments import Look, look_of
from projects.models import Project
from segplatform.kernel.errors import NotFound

UNSURE = "0.1"
"""Up to this confidence customers are on the border: of a model with centres it is 1 − d₁/d₂, the
distances to the own and to the nearest other centre; that is the simplified silhouette (Hruschka,
de Castro and Campello, 2004, Evolutionary algorithms for clustering gene-expression data), cut at
0."""


def figure_view(
    prototype: Prototype,
    look: Look,
    key: str,
    *,
    link: str = "",
    behind: dict[str, Any] | None = None,
) -> FigureView | None:
    """Read a figure with the names and colours of its segments; None where it has none such."""
    try:
        figure = prototype_figure(prototype=prototype, key=key)
    except NotFound:
        return None
    chart, count = charts.get(key), prototype.segments or 0
    words = f"{chart.label} of {prototype_name(prototype=prototype)}. {chart.blurb}"
    return FigureView(
        f"figure-{key}", chart.label, words, figure, chart.blurb, colors=look.colors(count),
        file=f"{key}-prototype-{prototype.number}", names=look.names(count), link=link,
        behind=behind,
    )  # fmt: skip


def has_space(prototype: Prototype) -> bool:
    """Say whether there is a map in three dimensions."""
    try:
        prototype_figure(prototype=prototype, key="space")
    except NotFound:
        return False
    return True


def customers_url(project: Project, prototype: Prototype) -> str:
    """Return the address of the tab Customers, where a selection is added as its query."""
    args = [project.pk, prototype.experiment.use_case_id, prototype.pk]
    return reverse("prototype_customers", args=args)


def map_tab(project: Project, prototype: Prototype, query: QueryDict) -> dict[str, Any]:
    """Give the values of the tab Map; ``?view=3d`` turns it into space."""
    look, has_3d = look_of(project, prototype), has_space(prototype)
    is_3d = has_3d and query.get("view") == "3d"
    link = customers_url(project, prototype)
    figure = figure_view(prototype, look, "space" if is_3d else "map", link="" if is_3d else link)
    count = sum(len(trace.get("x", [])) for trace in figure.figure["data"]) if figure else 0
    return {
        "figure": figure, "has_3d": has_3d, "is_3d": is_3d, "shown": count,
        "customers_url": link, "segments": _choices(prototype, look),
        "axes": [("x", "Component 1"), ("y", "Component 2"), ("z", "Component 3")][: 2 + has_3d],
        "has_space": _has_plane(prototype),
    }  # fmt: skip


def silhouette_tab(project: Project, prototype: Prototype, query: QueryDict) -> dict[str, Any]:
    """Give the values of the tab Silhouette."""
    look, link = look_of(project, prototype), customers_url(project, prototype)
    figure = figure_view(prototype, look, "silhouette", link=link)
    lines = _widths(figure, look) if figure else []
    count = sum(len(trace["x"]) for trace in figure.figure["data"]) if figure else 0
    return {
        "figure": figure, "lines": lines, "shown": count, "customers_url": link,
        "segments": _choices(prototype, look), "unsure": UNSURE,
        "is_part": _is_part(figure, prototype),
    }  # fmt: skip


def _is_part(figure: FigureView | None, prototype: Prototype) -> bool:
    """Say whether silhouettes are known of a part of those in segments only."""
    drawn = sum(len(trace["x"]) for trace in figure.figure["data"]) if figure else 0
    return 0 < drawn < sum(prototype.details.get("sizes", []))


def _widths(figure: FigureView, look: Look) -> list[tuple[str, str, int, list[str]]]:
    """Sum up each segment's bars: name, colour, label and numbers."""
    lines = []
    for trace in figure.figure["data"]:
        label, values = trace["meta"]["segment"], trace["x"]
        below = sum(value < 0 for value in values)
        mean, middle = sum(values) / len(values), sorted(values)[len(values) // 2]
        cells = [f"{len(values):,}", f"{mean:.2f}", f"{middle:.2f}", share(below, len(values))]
        lines.append((*look.head(label), label, [each.replace("-", "−") for each in cells]))
    return lines


def _choices(prototype: Prototype, look: Look) -> list[tuple[int, str]]:
    return [(each.label, look.name(each.label)) for each in segment_list(prototype=prototype)]


def _has_plane(prototype: Prototype) -> bool:
    from mllab.engine.coordinates import SPACE
    from mllab.services.files import path_of

    return (path_of(folder=prototype.experiment.folder) / SPACE).is_file()
