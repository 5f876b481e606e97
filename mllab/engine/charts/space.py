"""Map in three dimensions: the rows of the map, with the third direction."""

from typing import TYPE_CHECKING, Any

from mllab.engine.charts.base import Chart, ChartContext, Figure, charts
from mllab.engine.labelings import MAX_SHOWN, segment_name, segment_sizes
from segplatform.kernel.errors import NotApplicable

if TYPE_CHECKING:
    from numpy import bool_
    from numpy.typing import NDArray

PLACES = 3
CAMERA = {"eye": {"x": 1.5, "y": 1.5, "z": 0.9}, "center": {"x": 0, "y": 0, "z": -0.15}}


@charts.register
class Space(Chart):
    """The three directions in which the rows differ most."""

    key = "space"
    label = "Map in 3-D"
    blurb = "The map with a third direction: turn it to see whether segments lie behind each other."
    order = 15

    def make(self, context: ChartContext) -> Figure:
        """Draw three components; declines where there are fewer than three."""
        if context.space is None or len(context.space_variance) < 3 or len(context.columns) < 3:
            raise NotApplicable("A map in three dimensions needs three inputs at least.")
        labels = context.labels[context.map_rows]
        shown = [label for label in segment_sizes(labels) if 0 <= label < MAX_SHOWN]
        traces = [_trace(context.space, labels == label, label) for label in shown]
        traces.append(_trace(context.space, labels >= MAX_SHOWN, None))
        traces.append(_trace(context.space, labels == -1, -1))
        axes = {
            f"{name}axis": {"title": {"text": _title(place, context.space_variance)}, "nticks": 6}
            for place, name in enumerate("xyz", start=1)
        }
        layout = {"scene": {**axes, "aspectmode": "cube", "camera": CAMERA}, "hovermode": "closest"}
        return {"data": [trace for trace in traces if trace["x"]], "layout": layout}


def _trace(points: "NDArray[Any]", chosen: "NDArray[bool_]", label: int | None) -> dict[str, Any]:
    import numpy as np

    name = "Others" if label is None else segment_name(label)
    x, y, z = np.round(points[chosen].astype(np.float64), PLACES).T.tolist()
    return {
        "type": "scatter3d",
        "mode": "markers",
        "name": name,
        "x": x,
        "y": y,
        "z": z,
        "marker": {"size": 3},
        "meta": {"segment": label},
        "hovertemplate": f"<b>{name}</b><br>%{{x:.2f}}, %{{y:.2f}}, %{{z:.2f}}<extra></extra>",
    }


def _title(number: int, variance: list[float]) -> str:
    """Write a short title, as it is drawn aslant: "Component 3 (6 %)"."""
    return f"Component {number} ({100 * variance[number - 1]:.0f} %)"
