"""Later spend of each segment as a plain Plotly figure."""

from collections.abc import Sequence
from typing import Any

from mllab.engine.labelings import MAX_SHOWN, NOISE, segment_name


def value_figure(segments: Sequence[dict[str, Any]], everyone: dict[str, Any]) -> dict[str, Any]:
    """Draw the mean later spend of each segment with its interval, and everyone's as a line.

    Traces say which segment they are of (``meta``); the page gives them its name and colour.
    """
    shown = [each for each in segments if each["customers"] and each["label"] < MAX_SHOWN]
    shown.sort(key=lambda each: (each["label"] == NOISE, -(each["mean"] or 0)))
    mean = everyone["mean"] or 0.0
    layout = {
        "xaxis": {"type": "category", "title": {"text": "Segment"}},
        "yaxis": {"title": {"text": "Later spend per customer"}, "rangemode": "tozero"},
        "showlegend": False,
        "shapes": [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": mean, "y1": mean,
                    "line": {"dash": "dash", "width": 1.5}}],
        "annotations": [{"xref": "paper", "x": 1, "y": mean, "xanchor": "left",
                         "xshift": 4, "showarrow": False, "text": "everyone"}],
        "margin": {"l": 44, "r": 64, "t": 12, "b": 40},
    }  # fmt: skip
    return {"data": [_bar(each) for each in shown], "layout": layout}


def _bar(each: dict[str, Any]) -> dict[str, Any]:
    name, mean = segment_name(each["label"]), each["mean"] or 0.0
    low, high = each["low"], each["high"]
    trace: dict[str, Any] = {
        "type": "bar", "name": name, "x": [name], "y": [mean], "meta": {"segment": each["label"]},
        "hovertemplate": f"<b>{name}</b><br>%{{y:,.2f}} per customer, {each['customers']:,} "
        "customers<extra></extra>",
    }  # fmt: skip
    if low is not None and high is not None and high > low:
        # An interval follows a long tail and may even leave the mean out: bars have no less than 0.
        trace["error_y"] = {
            "type": "data", "symmetric": False, "thickness": 1.5, "width": 5,
            "array": [max(high - mean, 0.0)], "arrayminus": [max(mean - low, 0.0)],
        }  # fmt: skip
    return trace
