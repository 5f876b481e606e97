"""The tab of a prototype that can be cut elsewhere: a tree of joins, or a curve of distances."""

import math
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import reverse

from mllab.engine.dendrogram import sizes_at
from mllab.models import Prototype
from mllab.services.naming import prototype_params
from mllab.web.numbers import share_words

Kind = Literal["tree", "curve", ""]
HEIGHT = 1000  # of the drawing, in its own units
STEPS = (1, 2, 2.5, 5, 10)
TICKS = 5
SHOWN_NUMBERS, SHOWN_SIZES = 12, 12
LONELY, HEADROOM = 0.99, 1.2  # a few lonely rows would press the bend down to the floor
QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True)
class Axis:
    """The upright axis of a drawing: from 0 to ``top``, ``ticks`` from top to bottom."""

    top: float
    ticks: list[str]

    def y(self, value: float) -> str:
        """Give the place of a value in the drawing."""
        return f"{HEIGHT * (1 - value / self.top):.1f}"


def cut_kind(prototype: Prototype) -> Kind:
    """Say what of a prototype can be cut elsewhere."""
    if not prototype.finished:
        return ""
    if prototype.details.get("tree"):
        return "tree"
    return "curve" if {"k_distances", "eps"} <= prototype.details.keys() else ""


def cut_context(prototype: Prototype) -> dict[str, Any]:
    """Give the values of the tab."""
    kind, use_case = cut_kind(prototype), prototype.experiment.use_case
    args = [use_case.project_id, use_case.pk, prototype.pk]
    context: dict[str, Any] = {"kind": kind, "vary_url": reverse("prototype_vary", args=args)}
    if kind == "tree":
        context |= _tree(prototype)
    elif kind == "curve":
        context |= _curve(prototype)
    return context


def _tree(prototype: Prototype) -> dict[str, Any]:
    tree, k = prototype.details["tree"], prototype_params(prototype=prototype).get("k")
    axis = axis_to(max((join[2] for join in tree["joins"]), default=0.0))
    leaves = len(tree["sizes"])
    rows, trained = prototype.experiment.rows or 0, sum(tree["sizes"])
    heights = sorted((join[2] for join in tree["joins"]), reverse=True)
    return {
        "axis": axis, "height": HEIGHT, "width": leaves, "links": _links(tree, axis),
        "k": k, "most": leaves, "is_sample": trained < rows, "trained": trained,
        "data": {"kind": "tree", "top": axis.top, "k": k, "rows": rows, **tree},
        "table": [
            (number, f"{heights[number - 2]:.4g}", _shares(sizes_at(tree, number), trained))
            for number in range(2, min(leaves, SHOWN_NUMBERS) + 1)
        ],
    }  # fmt: skip


def _links(tree: dict[str, Any], axis: Axis) -> list[dict[str, Any]]:
    """Draw each join as up, across and down; ``node`` is its number in the tree."""
    leaves = len(tree["sizes"])
    places = [(place + 0.5, 0.0) for place in range(leaves)]
    found = []
    for number, (one, other, height) in enumerate(tree["joins"]):
        (left, low), (right, lower) = places[one], places[other]
        path = f"M{left:.3f} {axis.y(low)}V{axis.y(height)}H{right:.3f}V{axis.y(lower)}"
        found.append({"node": leaves + number, "path": path})
        places.append(((left + right) / 2, height))
    return found


def _shares(sizes: list[int], total: int) -> str:
    words = [share_words(size, total) for size in sizes[:SHOWN_SIZES]]
    return ", ".join(words)


def _curve(prototype: Prototype) -> dict[str, Any]:
    details = prototype.details
    distances, eps = details["k_distances"], details["eps"]
    last = max(len(distances) - 1, 1)
    axis = axis_to(max(HEADROOM * distances[round(LONELY * last)], HEADROOM * eps))
    points = " ".join(f"{place},{axis.y(value)}" for place, value in enumerate(distances))
    return {
        "axis": axis, "height": HEIGHT, "width": last, "points": points, "eps": eps,
        "eps_text": f"{eps:.4g}", "now": axis.y(eps), "neighbours": details["min_samples"],
        "beyond": f"{distances[-1]:.4g}" if distances[-1] > axis.top else "",
        "data": {"kind": "curve", "top": axis.top, "eps": eps, "distances": distances,
                 "rows": prototype.experiment.rows or 0},
        "table": [
            (f"{distances[round(part * last)]:.4g}", share_words(1 - part, 1))
            for part in QUANTILES
        ],
    }  # fmt: skip


def axis_to(highest: float) -> Axis:
    """Choose a round top and round ticks, evenly apart."""
    if not highest > 0:
        return Axis(1.0, ["1", "0"])
    rough = highest / (TICKS - 1)
    size = 10 ** math.floor(math.log10(rough))
    step = size * next(each for each in STEPS if each * size >= rough)
    count = math.ceil(highest / step)
    return Axis(step * count, [f"{step * place:.3g}" for place in range(count, -1, -1)])
