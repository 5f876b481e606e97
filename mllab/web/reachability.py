"""What the tab Reachability shows: valleys of density in the colours of the segments."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from django.http import QueryDict

from mllab.models import Prototype
from mllab.services.prototypes import prototype_model
from mllab.web.cut import HEADROOM, HEIGHT, LONELY, Axis, axis_to
from mllab.web.numbers import number_words, share_words
from mllab.web.segments import look_of
from projects.models import Project

NOISE = -1


def has_reach(prototype: Prototype) -> bool:
    """Say whether training kept the order in which it walked through the rows."""
    return bool(prototype.finished and prototype.details.get("reachability_segments"))


def reach_tab(project: Project, prototype: Prototype, query: QueryDict) -> dict[str, Any]:
    """Give the values of the tab: a path for each segment, the cut, and the same as a table."""
    details, look = prototype.details, look_of(project, prototype)
    steps, cut = details["reachability"], details.get("cut")
    labels = _numbered(details["reachability_segments"], prototype)
    usual = sorted(steps)[round(LONELY * (len(steps) - 1))]
    axis = axis_to(max(HEADROOM * usual, HEADROOM * (cut or 0.0)))
    found = sorted(set(labels), key=lambda label: (label < 0, label))
    trained = prototype.trained_rows or prototype.experiment.rows or 0
    return {
        "axis": axis, "height": HEIGHT, "width": len(steps), "algorithm": prototype.algorithm,
        "paths": [(*look.head(label), _path(steps, labels, label, axis)) for label in found],
        "cut": axis.y(cut) if cut else "", "cut_text": number_words(cut),
        "per_bar": _per_bar(trained / len(steps)), "trained": trained,
        "beyond": number_words(max(steps)) if max(steps) > axis.top else "",
        "table": [(*look.head(label), *_line(steps, labels, label)) for label in found],
    }  # fmt: skip


def _per_bar(rows: float) -> str:
    """Say how many rows a bar stands for; nothing where each has its own."""
    if rows <= 1:
        return ""
    return "one or two" if rows < 2 else f"about {rows:.0f}"


def _numbered(labels: Sequence[int], prototype: Prototype) -> list[int]:
    """Number segments as everywhere, by size: the fit had numbered them otherwise."""
    order: list[int] = prototype_model(prototype=prototype)["order"]
    number = {own: place for place, own in enumerate(order)} | {NOISE: NOISE}
    return [number.get(label, NOISE) for label in labels]


def _path(steps: Sequence[float], labels: Sequence[int], label: int, axis: Axis) -> str:
    """Draw the bars of one segment; what is higher than the axis ends at its top."""
    return "".join(
        f"M{at} {HEIGHT}V{axis.y(min(steps[at], axis.top))}H{at + 1}V{HEIGHT}Z"
        for at, own in enumerate(labels)
        if own == label
    )


def _line(steps: Sequence[float], labels: Sequence[int], label: int) -> tuple[str, str, str]:
    """Tell of a segment how much of the walk it takes, its usual step, and its highest wall."""
    inside = [at for at, own in enumerate(labels) if own == label]
    borders = [
        steps[at] for at in range(len(labels))
        if label in (labels[at], labels[at - 1] if at else label) and _is_wall(labels, at)
    ]  # fmt: skip
    usual = median(steps[at] for at in inside)
    wall = number_words(max(borders)) if borders and label != NOISE else ""
    return share_words(len(inside), len(labels)), number_words(usual), wall


def _is_wall(labels: Sequence[int], at: int) -> bool:
    return at > 0 and labels[at] != labels[at - 1]
