"""Profiles: how the means of each segment differ from those of everyone."""

from typing import Any

from mllab.engine.charts.base import Chart, ChartContext, Figure, charts
from mllab.engine.labelings import MAX_SHOWN, segment_name
from segplatform.kernel.errors import NotApplicable

MAX_COLUMNS = 40
FAR = 2.0
"""Standard deviations from everyone's mean at which the colours end."""


@charts.register
class Profiles(Chart):
    """A heatmap of columns by segments: colour is the distance from the mean, text the index."""

    key = "profiles"
    label = "Profiles"
    blurb = (
        "Colour: how far the segment's mean is from everyone's, in standard deviations; "
        "numbers: the mean where everyone's is 100."
    )
    order = 30

    def make(self, context: ChartContext) -> Figure:
        """Draw the numeric columns, inputs first; declines where there is none."""
        found = [column for column in context.profiles["columns"] if column["kind"] == "numeric"]
        found.sort(key=lambda column: column["role"] != "input")
        columns = found[:MAX_COLUMNS][::-1]  # Plotly draws from the bottom up
        labels = [segment["label"] for segment in context.profiles["segments"]][:MAX_SHOWN]
        if not columns or not labels:
            raise NotApplicable("There is no numeric column to draw profiles of.")
        return {"data": [_heatmap(columns, labels)], "layout": _layout()}


def _heatmap(columns: list[dict[str, Any]], labels: list[int]) -> dict[str, Any]:
    names = [segment_name(label) for label in labels]
    cells = [[_cell(column, label) for label in labels] for column in columns]
    return {
        "type": "heatmap",
        "x": names,
        "y": [column["name"] for column in columns],
        "z": [[cell.get("z") for cell in row] for row in cells],
        "text": [[_index(cell) for cell in row] for row in cells],
        "customdata": [[cell.get("mean") for cell in row] for row in cells],
        "texttemplate": "%{text}",
        "hovertemplate": (
            "<b>%{x}</b><br>%{y}: mean %{customdata:,.4~g}<br>index %{text}<extra></extra>"
        ),
        "zmid": 0,
        "zmin": -FAR,
        "zmax": FAR,
        "colorbar": {"title": {"text": "Standard deviations"}},
        "meta": {"scale": "diverging"},
    }


def _cell(column: dict[str, Any], label: int) -> dict[str, Any]:
    return next((cell for cell in column["segments"] if cell["label"] == label), {})


def _index(cell: dict[str, Any]) -> str:
    index = cell.get("index")
    return "" if index is None else f"{index:,.0f}"


def _layout() -> dict[str, Any]:
    return {
        "xaxis": {"type": "category", "side": "top"},
        "yaxis": {"type": "category", "automargin": True},
    }
