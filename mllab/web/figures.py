"""Figures as a page shows them, and the one thing that its content policy must allow for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update

from mllab.web.scores import NONE

NOISE = -1
SLOTS = 12

# Plotly sets style="…" on the marks that it draws. Attributes alone are allowed, and on pages
# with figures alone: no <style>, no script.
POLICY = {"style-src-attr": [UNSAFE_INLINE]}
V = TypeVar("V", bound=Callable[..., Any])


def figure_page(view: V) -> V:
    """Mark a view whose page shows figures."""
    return cast(V, csp_update(POLICY)(view))


@dataclass(frozen=True)
class FigureView:
    """A figure with its words; ``colors`` gives each label its colour, where not its own."""

    id: str
    title: str
    words: str
    figure: dict[str, Any]
    blurb: str = ""
    colors: dict[str, int] = field(default_factory=dict)
    file: str = "figure"

    @property
    def data_id(self) -> str:
        """Give the id of its JSON in the page."""
        return f"{self.id}-data"

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

    @property
    def data(self) -> dict[str, Any]:
        """Give what chart.js reads."""
        return {**self.figure, "colors": self.colors}


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
