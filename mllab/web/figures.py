"""Figures of the lab: the table behind a scatter plot, and the colours of segments."""

from collections.abc import Mapping
from typing import Any

from mllab.web.scores import NONE
from projects.web.figures import Figure

NOISE = -1
SLOTS = 12


class FigureView(Figure):
    """A figure of a prototype."""

    @property
    def table(self) -> dict[str, Any] | None:
        """Give the table behind a scatter plot: points and their middle by segment."""
        traces = [trace for trace in self.figure.get("data", []) if trace.get("type") == "scatter"]
        rows = [[trace.get("name") or NONE, *_middle(trace)] for trace in traces]
        if not rows:
            return None
        layout = self.figure.get("layout", {})
        names = [_title(layout.get(axis)) or axis for axis in ("xaxis", "yaxis")]
        labels = ["Points shown", *(f"Mean of {name}" for name in names)]
        columns = [{"label": "Segment"}, *({"label": label, "number": True} for label in labels)]
        return {"columns": columns, "rows": rows}


def segment_slot(label: int, slots: Mapping[int, int] | None = None) -> str:
    """Give the colour of a segment, as the end of its class ``sp-seg-…``."""
    if label == NOISE:
        return "noise"
    slot = (slots or {}).get(label, label + 1)
    return str((slot - 1) % SLOTS + 1)


def _middle(trace: dict[str, Any]) -> list[str]:
    points = [trace.get("x") or [], trace.get("y") or []]
    means = [f"{sum(axis) / len(axis):.2f}" if axis else NONE for axis in points]
    return [f"{len(points[0]):,}", *means]


def _title(axis: Any) -> str:
    title = (axis or {}).get("title") or ""
    return str(title.get("text", "")) if isinstance(title, dict) else str(title)
