"""Silhouette: how much nearer each row is to its own segment than to the next one."""

from typing import TYPE_CHECKING, Any

from mllab.engine.charts.base import Chart, ChartContext, Figure, charts
from mllab.engine.labelings import MAX_SHOWN, segment_name
from segplatform.kernel.errors import NotApplicable

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

PLACES = 3
GAP = 0.015
"""Room between two segments, as a share of all bars."""


@charts.register
class Silhouette(Chart):
    """A bar for each row, by segment, the best fitting first (Rousseeuw, 1987, fig. 2)."""

    key = "silhouette"
    label = "Silhouette"
    blurb = "Each bar is a customer; a long one fits well, one below zero sits closer to another."
    order = 40

    def make(self, context: ChartContext) -> Figure:
        """Draw the rows that were looked at; declines where there are not two segments."""
        widths, rows = context.widths, context.width_rows
        if widths is None or rows is None or not len(widths):
            raise NotApplicable("Silhouettes need two segments at least.")
        labels = context.labels[rows]
        numbers = rows if context.width_numbers is None else context.width_numbers
        gap = max(len(widths) * GAP, 1.0)
        traces, ticks, start = [], [], 0.0
        for label in sorted({int(each) for each in labels if 0 <= each < MAX_SHOWN}):
            mine = labels == label
            found = _trace(label, widths[mine], numbers[mine], start)
            ticks.append((start + (len(found["x"]) - 1) / 2, label))
            start += len(found["x"]) + gap
            traces.append(found)
        if not traces:
            raise NotApplicable("Silhouettes need two segments at least.")
        return {"data": traces, "layout": _layout(ticks, float(widths.mean()), start - gap)}


def _trace(
    label: int, widths: "NDArray[float64]", numbers: "NDArray[int64]", start: float
) -> dict[str, Any]:
    import numpy as np

    order = np.argsort(-widths, kind="stable")
    name = segment_name(label)
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": np.round(widths[order], PLACES).tolist(),
        "y": (start + np.arange(len(order))).tolist(),
        "width": 1,
        "customdata": numbers[order].tolist(),
        "meta": {"segment": label},
        "hovertemplate": f"<b>{name}</b><br>silhouette %{{x:.2f}}<extra></extra>",
    }


def _layout(ticks: list[tuple[float, int]], mean: float, end: float) -> dict[str, Any]:
    return {
        "xaxis": {"title": {"text": "Silhouette"}, "range": [-1, 1], "zeroline": True},
        "yaxis": {
            "range": [end, -1],
            "tickvals": [place for place, _ in ticks],
            "ticktext": [segment_name(label) for _, label in ticks],
            "showgrid": False,
            "zeroline": False,
        },
        "meta": {"ticks": [label for _, label in ticks]},
        "bargap": 0,
        "barmode": "overlay",
        "showlegend": False,
        "shapes": [
            {
                "type": "line",
                "x0": mean,
                "x1": mean,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"dash": "dot", "width": 1.5},
            }
        ],
        "annotations": [
            {
                "x": mean,
                "yref": "paper",
                "y": 1,
                "yanchor": "bottom",
                "text": f"mean {mean:.2f}",
                "showarrow": False,
            }
        ],
        "margin": {"t": 28},
    }
