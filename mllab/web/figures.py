"""Figures of the lab: names and colours of segments in them, the table behind a scatter plot."""

from dataclasses import dataclass, field
from typing import Any

from mllab.web.scores import NONE
from projects.web.figures import Figure

SCATTER = ("scatter", "scatter3d")


@dataclass(frozen=True)
class FigureView(Figure):
    """A figure of a prototype; ``names`` gives each label the name that its marks show.

    ``behind`` is its table where that is not made from the points; ``link`` the address that
    takes what is selected in it, with what is added behind; ``note`` says of whom it speaks.
    """

    names: dict[str, str] = field(default_factory=dict)
    behind: dict[str, Any] | None = None
    link: str = ""
    note: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """Give what chart.js reads."""
        return {**super().data, "names": self.names}

    @property
    def table(self) -> dict[str, Any] | None:
        """Give the table behind it: of a scatter plot points and their middle by segment."""
        if self.behind:
            return self.behind
        traces = [trace for trace in self.figure.get("data", []) if trace.get("type") in SCATTER]
        rows = [[self._name(trace), *_middle(trace)] for trace in traces]
        if not rows:
            return None
        layout = self.figure.get("layout", {})
        layout, axes = layout.get("scene", layout), "xyz" if "scene" in layout else "xy"
        names = [_title(layout.get(f"{axis}axis")) or axis for axis in axes]
        labels = ["Points shown", *(f"Mean of {name}" for name in names)]
        columns = [{"label": "Segment"}, *({"label": label, "number": True} for label in labels)]
        return {"columns": columns, "rows": rows}

    def _name(self, trace: dict[str, Any]) -> str:
        label = (trace.get("meta") or {}).get("segment")
        return self.names.get(str(label)) or trace.get("name") or NONE


def _middle(trace: dict[str, Any]) -> list[str]:
    points = [trace.get(axis) or [] for axis in "xyz" if axis != "z" or "z" in trace]
    means = [f"{sum(axis) / len(axis):.2f}" if axis else NONE for axis in points]
    return [f"{len(points[0]):,}", *means]


def _title(axis: Any) -> str:
    title = (axis or {}).get("title") or ""
    return str(title.get("text", "")) if isinstance(title, dict) else str(title)
