"""The three curves of *Find k* as Plotly figures, without colours: the page gives those."""

from collections.abc import Mapping
from typing import Any

from mllab.engine.find_k_proposal import APART, STABLE
from projects.web.figures import Figure

CURVE, OWN, GREY = {"segment": 0}, {"segment": 1}, {"segment": -1}


def curves(result: Mapping[str, Any]) -> list[Figure]:
    """Draw inertia, silhouette and stability by the number of segments."""
    proposal, ks = result["proposal"], [each["k"] for each in result["candidates"]]
    elbow, best, stable = proposal["elbow"], proposal["silhouette"], proposal["stable"]
    drawn = [
        ("inertia", "Spread (inertia)", [elbow] if elbow else [], "bend", None,
         "How far the rows are from the middle of their segment, all together. "
         "It falls with every further segment; where it bends, more segments help little."),
        ("silhouette", "Silhouette", best[:1], "highest", APART,
         "Whether rows are nearer to their own segment than to the next one, from −1 to 1. "
         f"From {APART} on segments stand apart; customers often shade into each other below."),
        ("stability", "Stability", [], "", STABLE,
         "How alike the segments are that halves of the rows give, from 0 to 1. "
         f"From {STABLE} on one can rely on them; below, chance decides who is in which."),
    ]  # fmt: skip
    told = {
        "inertia": f"It bends at {elbow}." if elbow else "It has no bend.",
        "silhouette": f"It is highest at {best[0]}." if best else "There is none.",
        "stability": f"Stable are {', '.join(map(str, stable))}." if stable else "None is stable.",
    }
    return [
        _figure(key, title, f"{blurb} {told[key]}", result, ks, own, word, line)
        for key, title, own, word, line, blurb in drawn
    ]


def _figure(
    key: str,
    title: str,
    blurb: str,
    result: Mapping[str, Any],
    ks: list[int],
    own: list[int],
    word: str,
    line: float | None,
) -> Figure:
    values = [each[key] for each in result["candidates"]]
    known = [value for value in values if value is not None] + ([line] if line else [])
    bottom = 0.0 if key != "silhouette" else min(0.0, *known)
    top = max(known, default=1.0) * 1.15
    chosen = result["proposal"]["k"]
    data = [
        _marked(f"{chosen} proposed", [chosen, chosen], [bottom, top], "dot"),
        *([_marked("", [ks[0], ks[-1]], [line, line], "dash")] if line else []),
        _ring(own, [values[ks.index(k)] for k in own], word),
        _curve(key, title, result, ks, values),
    ]
    layout = {
        "xaxis": {"dtick": 1 if len(ks) < 16 else 4, "title": {"text": "Segments"},
                  "range": [ks[0] - 0.5, ks[-1] + 0.5], "fixedrange": True},
        "yaxis": {"range": [bottom, top], "fixedrange": True},
        "showlegend": False, "margin": {"l": 40, "r": 8, "t": 8, "b": 36},
    }  # fmt: skip
    words = f"{title} by the number of segments. {blurb} {chosen} segments are proposed."
    figure = {"data": data, "layout": layout}
    return Figure(f"find-k-{key}", title, words, figure, blurb, file=f"find-k-{key}")


def _curve(
    key: str, title: str, result: Mapping[str, Any], ks: list[int], values: list[Any]
) -> dict[str, Any]:
    errors = [each.get(f"{key}_error") for each in result["candidates"]]
    trace: dict[str, Any] = {
        "type": "scatter", "mode": "lines+markers", "x": ks, "y": values, "meta": CURVE,
        "name": title, "marker": {"size": 9, "opacity": 1}, "line": {"width": 2},
        "selectedpoints": [ks.index(result["proposal"]["k"])],
        "selected": {"marker": {"size": 13}}, "unselected": {"marker": {"opacity": 0.55}},
        "hovertemplate": f"<b>%{{x}} segments</b><br>{title} %{{y:.4~g}}"
        "<br>Click to choose<extra></extra>",
    }  # fmt: skip
    if any(errors):
        trace["error_y"] = {"type": "data", "array": errors, "thickness": 1, "width": 3}
    return trace


def _marked(name: str, x: list[Any], y: list[Any], dash: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "name": name, "meta": GREY,
        "line": {"dash": dash, "width": 1.5}, "hoverinfo": "skip",
    }  # fmt: skip


def _ring(ks: list[int], values: list[Any], word: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers+text", "x": ks, "y": values, "text": [word] * len(ks),
        "textposition": "middle right", "meta": OWN, "name": word, "hoverinfo": "skip",
        "marker": {"size": 19, "symbol": "circle-open", "opacity": 1, "line": {"width": 2}},
    }  # fmt: skip
