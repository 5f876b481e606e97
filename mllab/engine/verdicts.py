"""Whether one can act on a prototype, in words: rules over its sizes and scores."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mllab.engine.metrics.base import Score

Level = Literal["good", "look", "unusable"]

FINISHED = "succeeded"
LARGE_SHARE, WHOLE_SHARE = 0.80, 0.95
SMALL_SHARE, SMALL_ROWS = 0.01, 5
MUCH_NOISE = 0.5
MANY_SEGMENTS = 20
FEW = 3  # segments that a reason names; of more it tells the number
OVERLAP = 0.25
"""Silhouettes below it show no substantial structure (Kaufman and Rousseeuw, 1990)."""
DISSOLVED, UNSTEADY, RELIABLE = 0.5, 0.6, 0.75
"""Mean Jaccard indices of resampled segments, as Hennig (2007) reads them: at most half and a
segment is dissolved, below 0.6 it is not to be trusted, from 0.75 on it is a stable one."""
LABELS: dict[Level, str] = {
    "good": "Good to act on",
    "look": "Look closer",
    "unusable": "Not usable",
}


@dataclass(frozen=True)
class Entry:
    """One prototype: ``sizes`` are the rows of its segments by label, ``noise`` the others.

    ``space`` names the rows and columns that it was trained and scored on: scores of two spaces
    measure different distances, and are never ranked against each other. ``steadiness`` is the
    stability of its segments by label, empty where nobody measured it.
    """

    id: str
    state: str
    scores: dict[str, Score]
    segments: int | None = None
    sizes: list[int] = field(default_factory=list)
    noise: int = 0
    seconds: float | None = None
    space: str = ""
    steadiness: list[float | None] = field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    """Whether one can act on a prototype, in words."""

    level: Level
    label: str
    reasons: list[str]


def verdict(entry: Entry) -> Verdict | None:
    """Say in words whether one can act on the segments; None until there are any to judge."""
    if entry.state != FINISHED:
        return None
    unusable = _first_reason(entry, _UNUSABLE)
    reasons = unusable or [reason for rule in _DOUBTS if (reason := rule(entry))]
    level: Level = "unusable" if unusable else "look" if reasons else "good"
    return Verdict(level, LABELS[level], reasons)


def score_of(entry: Entry, key: str) -> Score | None:
    """Return a score that is a finite number; None otherwise."""
    score = entry.scores.get(key) if entry.state == FINISHED else None
    is_number = score is not None and score.value is not None and math.isfinite(score.value)
    return score if is_number else None


def _total(entry: Entry) -> int:
    return sum(entry.sizes) + entry.noise


def largest(entry: Entry) -> float:
    """Return the largest segment's share of all rows, noise too."""
    return max(entry.sizes, default=0) / max(_total(entry), 1)


def percent(share: float) -> str:
    """Write a share as "98.6 %"."""
    return f"{100 * share:.1f} %"


def _first_reason(entry: Entry, rules: "Sequence[Rule]") -> list[str]:
    """Return the first reason that holds, alone: others follow from it."""
    return next(([reason] for rule in rules if (reason := rule(entry))), [])


def _no_segments(entry: Entry) -> str:
    return "" if entry.sizes else "No segment was found: every row is noise."


def _one_segment(entry: Entry) -> str:
    return "There is one segment only." if len(entry.sizes) == 1 else ""


def _nearly_everyone(entry: Entry) -> str:
    share = largest(entry)
    return f"One segment holds {percent(share)} of the rows." if share > WHOLE_SHARE else ""


def _large(entry: Entry) -> str:
    share = largest(entry)
    return f"One segment holds {percent(share)} of the rows." if share > LARGE_SHARE else ""


def _small(entry: Entry) -> str:
    """Name the smallest segment where it is tiny, and how many more there are."""
    floor = max(SMALL_ROWS, SMALL_SHARE * _total(entry))
    tiny = [size for size in entry.sizes if size < floor]
    if not tiny:
        return ""
    rows = "row" if min(tiny) == 1 else "rows"
    share = percent(min(tiny) / _total(entry))
    if len(tiny) == 1:
        return f"One segment has {tiny[0]:,} {rows} only ({share})."
    return f"{len(tiny)} segments are very small; the smallest has {min(tiny):,} {rows} ({share})."


def noisy(entry: Entry) -> str:
    """Say so where most rows are in no segment."""
    share = entry.noise / max(_total(entry), 1)
    return f"{percent(share)} of the rows are noise." if share > MUCH_NOISE else ""


def _overlapping(entry: Entry) -> str:
    score = score_of(entry, "silhouette")
    if score is None or score.value is None or score.value >= OVERLAP:
        return ""
    return f"Segments overlap: the silhouette is {score.value:.2f}."


def _steadiness(entry: Entry) -> float | None:
    score = score_of(entry, "stability")
    return score.value if score else None


def dissolved(entry: Entry) -> str:
    """Say so where the segments do not come back, not even with the benefit of the doubt."""
    score = score_of(entry, "stability")
    if score is None or score.value is None:
        return ""
    if score.value + (score.standard_error or 0.0) >= DISSOLVED:
        return ""
    return f"Trained on other rows, the segments come out differently: stability {score.value:.2f}."


def _unsteady(entry: Entry) -> str:
    """Name the segments that cannot be relied on; where none is that bad, the mean."""
    value = _steadiness(entry)
    weak = [
        label
        for label, steady in enumerate(entry.steadiness)
        if steady is not None and steady < UNSTEADY
    ]
    if weak:
        return _weak(entry, weak)
    if value is None or value >= RELIABLE:
        return ""
    return f"The segments change somewhat with the rows: stability {value:.2f}."


def _weak(entry: Entry, weak: list[int]) -> str:
    if len(weak) > FEW:
        many = f"{len(weak)} of {len(entry.steadiness)} segments"
        return f"{many} do not last: trained on other rows they come out differently."
    named = _joined([f"{label + 1} ({entry.steadiness[label]:.2f})" for label in weak])
    one = len(weak) == 1
    return (
        f"Segment{'s' * (not one)} {named} {'does' if one else 'do'} not last: trained on other "
        f"rows {'it comes' if one else 'they come'} out differently."
    )


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _many(entry: Entry) -> str:
    count = len(entry.sizes)
    return f"{count} segments are many to act on." if count > MANY_SEGMENTS else ""


Rule = Callable[[Entry], str]
_UNUSABLE: tuple[Rule, ...] = (_no_segments, _one_segment, _nearly_everyone, dissolved)
_DOUBTS: tuple[Rule, ...] = (_large, _small, noisy, _unsteady, _overlapping, _many)
