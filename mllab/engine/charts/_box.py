"""Boxes of one column, a box for each segment, from the quantiles of its profile."""

from collections.abc import Mapping
from typing import Any

from mllab.engine.charts.base import Figure
from mllab.engine.labelings import MAX_SHOWN, segment_name

QUANTILES = ("q05", "q25", "median", "q75", "q95")
EVERYONE = "Everyone"


def box_figure(column: Mapping[str, Any]) -> Figure | None:
    """Draw the quantiles of a column of numbers; None where its profile has none.

    The box holds the middle half, the whiskers end at the 5th and the 95th percentile: with long
    tails whiskers by 1.5 quartile ranges would call a tenth of the customers outliers.
    """
    cells = [(None, column["overall"]), *((c["label"], c) for c in column["segments"])]
    traces = [
        _box(label, cell)
        for label, cell in cells
        if (label is None or label < MAX_SHOWN)
        and all(cell.get(name) is not None for name in QUANTILES)
    ]
    if not traces:
        return None
    layout = {
        "xaxis": {"type": "category"},
        "yaxis": {"title": {"text": str(column["name"])}},
        "showlegend": False,
    }
    return {"data": traces, "layout": layout}


def _box(label: int | None, cell: Mapping[str, Any]) -> dict[str, Any]:
    name = EVERYONE if label is None else segment_name(label)
    low, first, middle, third, high = (cell[key] for key in QUANTILES)
    return {
        "type": "box",
        "name": name,
        "x": [name],
        "lowerfence": [low],
        "q1": [first],
        "median": [middle],
        "q3": [third],
        "upperfence": [high],
        "mean": [cell["mean"]],
        "hoverinfo": "y",
        "meta": {"segment": label},  # everyone is grey, as all that is no segment
    }
