"""Ranks, colours and verdicts of prototypes: plain Python over the scores that are stored."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mllab.engine.metrics.base import Metric, Score
from mllab.engine.metrics.base import metrics as known

Tone = Literal["best", "good", "middle", "poor", "worst", ""]
Level = Literal["good", "look", "unusable"]

FINISHED = "succeeded"
LARGE_SHARE, WHOLE_SHARE = 0.80, 0.95
SMALL_SHARE, SMALL_ROWS = 0.01, 5
MUCH_NOISE = 0.5
MANY_SEGMENTS = 20
OVERLAP = 0.25
"""Silhouettes below it show no substantial structure (Kaufman and Rousseeuw, 1990)."""
TIED_ERRORS = 2.0
EXACT = 1e-9
LABELS: dict[Level, str] = {
    "good": "Good to act on",
    "look": "Look closer",
    "unusable": "Not usable",
}


@dataclass(frozen=True)
class Entry:
    """One prototype: ``sizes`` are the rows of its segments by label, ``noise`` the others."""

    id: str
    state: str
    scores: dict[str, Score]
    segments: int | None = None
    sizes: list[int] = field(default_factory=list)
    noise: int = 0
    seconds: float | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether one can act on a prototype, in words."""

    level: Level
    label: str
    reasons: list[str]


@dataclass(frozen=True)
class Standing:
    """Where one prototype stands: ``rank`` by the chosen metric, None without a score.

    ``tones`` and ``ranks`` are by metric key, of metrics where one direction is better.
    """

    rank: int | None
    is_tie: bool
    tones: dict[str, Tone]
    ranks: dict[str, int]
    verdict: Verdict | None


def rank(
    entries: Sequence[Entry], metrics: Sequence[type[Metric]], rank_by: str
) -> dict[str, Standing]:
    """Return the standing of every entry, by its id.

    Near-ties share a rank, the next rank is skipped (1, 1, 3): an entry ties with the best of a
    rank where they differ by no more than two standard errors of the difference.
    """
    ranks = {
        metric.key: _ranks(entries, metric.key, metric.higher_is_better)
        for metric in metrics
        if metric.higher_is_better is not None
    }
    tones = {key: _tones(found) for key, found in ranks.items()}
    chosen = ranks.get(rank_by, {})
    taken = list(chosen.values())
    return {
        entry.id: Standing(
            rank=chosen.get(entry.id),
            is_tie=taken.count(chosen.get(entry.id, 0)) > 1,
            tones={key: found[entry.id] for key, found in tones.items() if entry.id in found},
            ranks={key: found[entry.id] for key, found in ranks.items() if entry.id in found},
            verdict=verdict(entry),
        )
        for entry in entries
    }


def _ranks(entries: Sequence[Entry], key: str, higher_is_better: bool) -> dict[str, int]:
    """Return the ranks by one metric of the entries that have it, best first."""
    scored = [(entry.id, score) for entry in entries if (score := _score(entry, key)) is not None]
    scored.sort(key=lambda item: item[1].value or 0.0, reverse=higher_is_better)
    ranks: dict[str, int] = {}
    first = 0
    for place, (name, score) in enumerate(scored):
        if not _tied(scored[first][1], score):
            first = place
        ranks[name] = first + 1
    return ranks


def _score(entry: Entry, key: str) -> Score | None:
    score = entry.scores.get(key) if entry.state == FINISHED else None
    is_number = score is not None and score.value is not None and math.isfinite(score.value)
    return score if is_number else None


def _tied(one: Score, other: Score) -> bool:
    a, b = one.value or 0.0, other.value or 0.0
    error = math.hypot(one.standard_error or 0.0, other.standard_error or 0.0)
    return abs(a - b) <= TIED_ERRORS * error or math.isclose(a, b, rel_tol=EXACT, abs_tol=EXACT)


def _tones(ranks: dict[str, int]) -> dict[str, Tone]:
    """Colour the ranks; nothing where all are equal, or there is one entry only."""
    last = max(ranks.values(), default=1)
    if last == 1:
        return dict.fromkeys(ranks, "")
    return {name: _tone((rank - 1) / (last - 1)) for name, rank in ranks.items()}


def _tone(place: float) -> Tone:
    """Return the colour of a place from 0 (first) to 1 (last)."""
    if place in (0, 1):
        return "worst" if place else "best"
    if place < 0.4:
        return "good"
    return "middle" if place <= 0.6 else "poor"


def verdict(entry: Entry) -> Verdict | None:
    """Say in words whether one can act on the segments; None until there are any to judge."""
    if entry.state != FINISHED:
        return None
    unusable = _first_reason(entry, _UNUSABLE)
    reasons = unusable or [reason for rule in _DOUBTS if (reason := rule(entry))]
    level: Level = "unusable" if unusable else "look" if reasons else "good"
    return Verdict(level, LABELS[level], reasons)


def leader_warning(entries: Sequence[Entry], standings: dict[str, Standing], rank_by: str) -> str:
    """Return a sentence where the first by ``rank_by`` puts nearly all rows together, else ""."""
    leaders = [entry for entry in entries if standings[entry.id].rank == 1]
    worst = max(leaders, key=_largest, default=None)
    if worst is None or _largest(worst) <= LARGE_SHARE:
        return ""
    who = "The first" if len(leaders) == 1 else "One of the first"
    return (
        f"{who} by {_in_sentence(known.get(rank_by).label)} puts {_percent(_largest(worst))} "
        "of the rows in one segment; look at the shares."
    )


def _in_sentence(label: str) -> str:
    """Write "Silhouette" small; names of people (Davies-Bouldin) stay."""
    return label if "-" in label else label[:1].lower() + label[1:]


def _total(entry: Entry) -> int:
    return sum(entry.sizes) + entry.noise


def _largest(entry: Entry) -> float:
    return max(entry.sizes, default=0) / max(_total(entry), 1)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _first_reason(entry: Entry, rules: "Sequence[Rule]") -> list[str]:
    """Return the first reason that holds, alone: others follow from it."""
    return next(([reason] for rule in rules if (reason := rule(entry))), [])


def _no_segments(entry: Entry) -> str:
    return "" if entry.sizes else "No segment was found: every row is noise."


def _one_segment(entry: Entry) -> str:
    return "There is one segment only." if len(entry.sizes) == 1 else ""


def _nearly_everyone(entry: Entry) -> str:
    share = _largest(entry)
    return f"One segment holds {_percent(share)} of the rows." if share > WHOLE_SHARE else ""


def _large(entry: Entry) -> str:
    share = _largest(entry)
    return f"One segment holds {_percent(share)} of the rows." if share > LARGE_SHARE else ""


def _small(entry: Entry) -> str:
    """Name the smallest segment where it is tiny, and how many more there are."""
    floor = max(SMALL_ROWS, SMALL_SHARE * _total(entry))
    tiny = [size for size in entry.sizes if size < floor]
    if not tiny:
        return ""
    rows = "row" if min(tiny) == 1 else "rows"
    share = _percent(min(tiny) / _total(entry))
    if len(tiny) == 1:
        return f"One segment has {tiny[0]:,} {rows} only ({share})."
    return f"{len(tiny)} segments are very small; the smallest has {min(tiny):,} {rows} ({share})."


def _noisy(entry: Entry) -> str:
    share = entry.noise / max(_total(entry), 1)
    return f"{_percent(share)} of the rows are noise." if share > MUCH_NOISE else ""


def _overlapping(entry: Entry) -> str:
    score = _score(entry, "silhouette")
    if score is None or score.value is None or score.value >= OVERLAP:
        return ""
    return f"Segments overlap: the silhouette is {score.value:.2f}."


def _many(entry: Entry) -> str:
    count = len(entry.sizes)
    return f"{count} segments are many to act on." if count > MANY_SEGMENTS else ""


Rule = Callable[[Entry], str]
_UNUSABLE: tuple[Rule, ...] = (_no_segments, _one_segment, _nearly_everyone)
_DOUBTS: tuple[Rule, ...] = (_large, _small, _noisy, _overlapping, _many)
