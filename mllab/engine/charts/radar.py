"""Radar: the means of each segment as a shape around everyone's."""

from typing import Any

from mllab.engine.charts.base import Chart, ChartContext, Figure, charts
from mllab.engine.labelings import segment_name
from segplatform.kernel.errors import NotApplicable

LEAST, MOST = 3, 8
MAX_SEGMENTS = 12
FAR = 2.5
"""Standard deviations at which the rim is: what lies beyond is drawn on it."""


@charts.register
class Radar(Chart):
    """One shape per segment over the columns in which segments differ most."""

    key = "radar"
    label = "Radar"
    blurb = "The ring at 0 is everyone's mean; further out is above it, further in below."
    order = 32

    def make(self, context: ChartContext) -> Figure:
        """Draw from three to eight columns, inputs first; declines where there are fewer."""
        columns = _columns(context.profiles)
        labels = [each["label"] for each in context.profiles["segments"] if each["label"] >= 0]
        if len(columns) < LEAST or not labels:
            raise NotApplicable("A radar needs three columns of numbers at least.")
        data = [_shape(columns, label) for label in labels[:MAX_SEGMENTS]]
        radial = {"range": [-FAR, FAR], "tickvals": [-2, -1, 0, 1, 2], "angle": 90, "tickangle": 90}
        return {"data": data, "layout": {"polar": {"radialaxis": radial}}}


def _columns(profiles: dict[str, Any]) -> list[dict[str, Any]]:
    """Choose the columns that tell segments apart best, inputs before others."""

    def reach(column: dict[str, Any]) -> float:
        return max((abs(cell.get("z") or 0.0) for cell in column["segments"]), default=0.0)

    found = [c for c in profiles["columns"] if c["kind"] == "numeric" and reach(c) > 0]
    inputs = [c for c in found if c["role"] == "input"]
    others = [c for c in found if c["role"] != "input"]
    chosen = sorted(inputs, key=reach, reverse=True)[:MOST]
    if len(chosen) < LEAST:
        chosen += sorted(others, key=reach, reverse=True)[: LEAST - len(chosen)]
    return chosen


def _shape(columns: list[dict[str, Any]], label: int) -> dict[str, Any]:
    name = segment_name(label)
    cells = [_cell(column, label) for column in columns]
    reach = [round(min(max(cell.get("z") or 0.0, -FAR), FAR), 3) for cell in cells]
    names = [column["name"] for column in columns]
    index = ["" if c.get("index") is None else f"index {c['index']:,.0f}" for c in cells]
    return {
        "type": "scatterpolar",
        "mode": "lines+markers",
        "name": name,
        "r": [*reach, reach[0]],
        "theta": [*names, names[0]],
        "customdata": [*index, index[0]],
        "meta": {"segment": label},
        "hovertemplate": (
            f"<b>{name}</b><br>%{{theta}}: %{{r:.1f}} standard deviations<br>"
            "%{customdata}<extra></extra>"
        ),
    }


def _cell(column: dict[str, Any], label: int) -> dict[str, Any]:
    return next((cell for cell in column["segments"] if cell["label"] == label), {})
