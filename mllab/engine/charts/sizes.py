"""Sizes: the rows of each segment."""

from typing import Any

from mllab.engine.charts.base import Chart, ChartContext, Figure, charts
from mllab.engine.labelings import MAX_SHOWN, segment_name, segment_sizes


@charts.register
class Sizes(Chart):
    """One bar for each segment, largest first, noise last."""

    key = "sizes"
    label = "Sizes"
    blurb = "The longer the bar, the more customers are in the segment."
    order = 20

    def make(self, context: ChartContext) -> Figure:
        """Draw all segments, the smallest ones beyond ``MAX_SHOWN`` as one bar."""
        sizes = segment_sizes(context.labels)
        others = {label: size for label, size in sizes.items() if label >= MAX_SHOWN}
        bars: list[tuple[str, int | None, int]] = [
            (segment_name(label), label, size)
            for label, size in sizes.items()
            if 0 <= label < MAX_SHOWN
        ]
        if others:
            bars.append((f"Others ({len(others)})", None, sum(others.values())))
        if -1 in sizes:
            bars.append((segment_name(-1), -1, sizes[-1]))
        total = max(len(context.labels), 1)
        return {"data": [_bar(*bar, total) for bar in bars], "layout": _layout()}


def _bar(name: str, label: int | None, size: int, total: int) -> dict[str, Any]:
    share = f"{100 * size / total:.1f} %"
    return {
        "type": "bar",
        "name": name,
        "x": [name],
        "y": [size],
        "text": [share],
        "textposition": "outside",
        "cliponaxis": False,
        "meta": {"segment": label},
        "hovertemplate": f"<b>{name}</b><br>%{{y:,}} rows, {share}<extra></extra>",
    }


def _layout() -> dict[str, Any]:
    return {
        "xaxis": {"type": "category", "title": {"text": "Segment"}},
        "yaxis": {"title": {"text": "Rows"}, "rangemode": "tozero"},
        "showlegend": False,
    }
