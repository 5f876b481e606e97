"""Map: rows on the two directions in which they differ most, by segment."""

from typing import TYPE_CHECKING, Any

from mllab.engine.charts.base import Chart, ChartContext, Figure, charts
from mllab.engine.labelings import (
    MAX_SHOWN,
    segment_name,
    segment_sizes,
)
from segplatform.kernel.errors import NotApplicable

if TYPE_CHECKING:
    from numpy import bool_, float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels

    Points = NDArray[float64]

PLACES = 4
MARGIN = 0.04
"""Room beside the outermost points, as a share of the range."""


@charts.register
class Map(Chart):
    """The sample of rows that all prototypes of an experiment show."""

    key = "map"
    label = "Map"
    blurb = "Each point is a customer; the closer two points, the more alike they are."
    order = 10

    def make(self, context: ChartContext) -> Figure:
        """Draw the first two principal components; needs at least one row."""
        if not len(context.map_points):
            raise NotApplicable("There are no rows to draw a map of.")
        labels = context.labels[context.map_rows]
        return map_figure(context.map_points, labels, context.map_variance)


def map_figure(points: "Points", labels: "Labels", variance: list[float]) -> Figure:
    """Draw points (m, 2) by their labels (m,); the axes depend on the points only.

    Segments beyond ``MAX_SHOWN`` are one trace, "Others", with ``{"segment": None}``.
    """
    import numpy as np

    shown = [label for label in segment_sizes(labels) if 0 <= label < MAX_SHOWN]
    traces = [_trace(points, labels == label, label) for label in shown]
    traces.append(_trace(points, labels >= MAX_SHOWN, None))
    traces.append(_trace(points, labels == -1, -1))
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    room = np.maximum((high - low) * MARGIN, 1e-6)
    x, y = np.round(np.column_stack([low - room, high + room]), PLACES + 2).tolist()
    layout = {
        "xaxis": {"title": {"text": axis_title(1, variance)}, "range": x},
        "yaxis": {"title": {"text": axis_title(2, variance)}, "range": y}
        | {"scaleanchor": "x", "scaleratio": 1, "constrain": "domain"},
        "hovermode": "closest",
    }
    return {"data": [trace for trace in traces if trace["x"]], "layout": layout}


def _trace(points: "Points", chosen: "NDArray[bool_]", label: int | None) -> dict[str, Any]:
    import numpy as np

    name = "Others" if label is None else segment_name(label)
    x, y = np.round(points[chosen], PLACES).T.tolist()
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": x,
        "y": y,
        "meta": {"segment": label},
        "hovertemplate": f"<b>{name}</b><br>%{{x:.2f}}, %{{y:.2f}}<extra></extra>",
    }


def axis_title(number: int, variance: list[float]) -> str:
    """Write "Component 1 (54 % of variance)"; a share that is not there is left out."""
    if number > len(variance):
        return f"Component {number}"
    return f"Component {number} ({100 * variance[number - 1]:.0f} % of variance)"
