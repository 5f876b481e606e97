"""Colours of the segments of a prototype that stands beside another one."""

from collections.abc import Mapping, Sequence
from typing import Any

from mllab.models.segmentation import COLORS
from mllab.services.segments import Words


def slots_matched(
    sizes: Sequence[Mapping[str, Any]], words: Words, first: Mapping[int, int]
) -> dict[int, int]:
    """Return the colour of each label: that of the segment that it matches, else one of its own.

    ``sizes`` are ``{"label", "match"}``, the largest first; ``first`` has the colours of the
    prototype beside which it stands. A segment without a match keeps its own colour where neither
    that prototype nor a segment before it has it; colours repeat only once all twelve are taken.
    """
    slots = {size["label"]: first[size["match"]] for size in sizes if size["match"] in first}
    others = [size["label"] for size in sizes if size["label"] not in slots]
    for label in others:
        slots[label] = _own(words.color(label), set(first.values()), set(slots.values()))
    return slots


def _own(color: int, first: set[int], here: set[int]) -> int:
    """Choose a colour: best one that neither has, then one that is not here yet."""
    wanted = [color, *(slot for slot in range(1, COLORS + 1) if slot != color)]
    free = [slot for slot in wanted if slot not in here]
    return next((slot for slot in free if slot not in first), free[0] if free else color)
