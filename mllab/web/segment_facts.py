"""What sets each segment apart, in words: "Monetary 4.1 × the average"."""

from collections.abc import Mapping
from typing import Any

from mllab.web.scores import plain

FACTS = 3
LEAST = 0.25
"""Distance from everyone's mean, in standard deviations, that is worth a word; it is the step at
which the heat table of a prototype takes on colour."""
TIMES = 1.25
"""So many times everyone's mean, or its inverse, is worth a word too: of amounts of money a few
large ones make the standard deviation so wide that hardly any segment lies far out."""


def segment_facts(profiles: Mapping[str, Any], count: int = FACTS) -> dict[int, list[str]]:
    """Name the numbers in which each segment lies farthest from everyone, at most ``count``.

    ``profiles`` is that of a prototype; by label, the farthest first, by |z|. Columns that were
    not trained on (often scores made of those that were) only take the places that are left.
    """
    found: dict[int, list[tuple[bool, float, str]]] = {}
    for column in profiles["columns"]:
        if column["kind"] != "numeric":
            continue
        for item in column["segments"]:
            if _is_worth_a_word(item):
                words = fact(column["name"], item)
                place = (column["role"] != "input", -abs(item["z"]), words)
                found.setdefault(item["label"], []).append(place)
    return {label: [words for _, _, words in sorted(told)[:count]] for label, told in found.items()}


def fact(name: str, item: Mapping[str, Any]) -> str:
    """Write the mean of a column in a segment beside that of everyone.

    ``index`` is 100 × their quotient; where it says little (a mean about zero, or of another
    sign, or hardly another mean) the mean itself is written.
    """
    index, side = item.get("index"), "above" if item["z"] > 0 else "below"
    if index is None or index <= 0 or 90 < index < 110:
        return f"{name} {side} the average, at {plain(item.get('mean'))}"
    ratio = index / 100
    digits = 0 if ratio >= 10 else 1 if ratio >= 0.1 else 2
    return f"{name} {max(ratio, 0.01):,.{digits}f} × the average"


def _is_worth_a_word(item: Mapping[str, Any]) -> bool:
    z, index = item.get("z"), item.get("index")
    if z is None:
        return False
    times = index / 100 if index is not None and index > 0 else 1.0
    return abs(z) >= LEAST or times >= TIMES or times <= 1 / TIMES
