"""What the tab Profiles shows: heat table, radar, boxes of one feature, categories."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from mllab.engine.charts._box import QUANTILES, box_figure
from mllab.models import Prototype
from mllab.services.naming import prototype_name
from mllab.services.prototypes import prototype_profiles
from mllab.web.figures import FigureView
from mllab.web.profiles import categories, heat
from mllab.web.prototype_figures import figure_view
from mllab.web.scores import plain
from mllab.web.segments import Look, look_of
from projects.models import Project

CHARTS = (("heat", "Heatmap"), ("radar", "Radar"), ("box", "Boxes"), ("categories", "Categories"))
BOX_BLURB = (
    "The box holds the middle half of a segment, the line in it is the median; the whiskers end "
    "where the lowest and the highest twentieth begin."
)
HEADS = ("Segment", "5 %", "25 %", "Median", "75 %", "95 %", "Mean")


def profiles_tab(project: Project, prototype: Prototype, query: QueryDict) -> dict[str, Any]:
    """Give the values of the tab Profiles; ``?chart=`` says which, ``?feature=`` of what."""
    look, profiles = look_of(project, prototype), prototype_profiles(prototype=prototype)
    asked = query.get("chart", "")
    chart = asked if asked in dict(CHARTS) else CHARTS[0][0]
    found = {"chart": chart, "charts": _charts(profiles, prototype, look)}
    if chart == "heat":
        return found | {"heat": heat(profiles, look)}
    if chart == "radar":
        return found | {"figure": radar(prototype, profiles, look)}
    if chart == "categories":
        return found | {"categories": categories(profiles, look)}
    return found | _boxes(profiles, prototype, look, query.get("feature", ""))


def radar(prototype: Prototype, profiles: Mapping[str, Any], look: Look) -> FigureView | None:
    """Give the radar with the index of every column as its table."""
    found = figure_view(prototype, look, "radar")
    if found is None:
        return None
    names = found.figure["data"][0]["theta"][:-1]
    columns = [{"label": "Segment"}, *({"label": name, "number": True} for name in names)]
    rows = [
        [look.name(trace["meta"]["segment"]), *(_signed(value) for value in trace["r"][:-1])]
        for trace in found.figure["data"]
    ]
    return figure_view(prototype, look, "radar", behind={"columns": columns, "rows": rows})


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _charts(profiles: Mapping[str, Any], prototype: Prototype, look: Look) -> list[tuple[str, str]]:
    """List the kinds of chart that this prototype has something to show in."""
    kinds = {column["kind"] for column in profiles["columns"]}
    has = {
        "heat": True, "box": "numeric" in kinds, "categories": "category" in kinds,
        "radar": figure_view(prototype, look, "radar") is not None,
    }  # fmt: skip
    return [(key, label) for key, label in CHARTS if has[key]]


def _boxes(
    profiles: Mapping[str, Any], prototype: Prototype, look: Look, asked: str
) -> dict[str, Any]:
    columns = [column for column in profiles["columns"] if column["kind"] == "numeric"]
    column = next(
        (each for each in columns if each["name"] == asked), columns[0] if columns else None
    )
    figure = box_figure(column) if column else None
    features = [(each["name"], each["role"] != "input") for each in columns]
    found: dict[str, Any] = {"features": features, "feature": column["name"] if column else ""}
    if column is None or figure is None:
        return found
    count, label = prototype.segments or 0, f"{column['name']} by segment"
    words = f"{label} of {prototype_name(prototype=prototype)}. {BOX_BLURB}"
    cells = [("Everyone", column["overall"])]
    cells += [(look.name(each["label"]), each) for each in column["segments"]]
    heads = [{"label": head, "number": at > 0} for at, head in enumerate(HEADS)]
    rows = [[name, *(plain(cell.get(key)) for key in (*QUANTILES, "mean"))] for name, cell in cells]
    found["figure"] = FigureView(
        "figure-box", label, words, figure, BOX_BLURB, colors=look.colors(count),
        file=f"box-prototype-{prototype.number}", names=look.names(count),
        behind={"columns": heads, "rows": rows},
    )  # fmt: skip
    return found
