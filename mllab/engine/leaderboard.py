"""Ranks and colours of prototypes: plain Python over the scores that are stored."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mllab.engine.metrics.base import Metric, Score
from mllab.engine.metrics.base import metrics as known
from mllab.engine.verdicts import (
    FINISHED,
    LARGE_SHARE,
    Entry,
    Verdict,
    dissolved,
    largest,
    noisy,
    percent,
    score_of,
    verdict,
)

Tone = Literal["best", "good", "middle", "poor", "worst", ""]

TIED_ERRORS = 2.0
EXACT = 1e-9


@dataclass(frozen=True)
class Standing:
    """Where one prototype stands in its space: ``rank`` by the chosen metric, None without a score.

    ``tones`` and ``ranks`` are by metric key, of metrics where one direction is better;
    ``ties`` are the metrics by which another one has the same rank. ``compared`` prototypes of
    the space are trained.
    """

    rank: int | None
    is_tie: bool
    tones: dict[str, Tone]
    ranks: dict[str, int]
    verdict: Verdict | None
    ties: frozenset[str] = frozenset()
    compared: int = 0


def rank(
    entries: Sequence[Entry], metrics: Sequence[type[Metric]], rank_by: str
) -> dict[str, Standing]:
    """Return the standing of every entry, by its id, each among those of its own space.

    Near-ties share a rank, the next rank is skipped (1, 1, 3): an entry ties with the best of a
    rank where they differ by no more than two standard errors of the difference.
    """
    spaces: dict[str, list[Entry]] = {}
    for entry in entries:
        spaces.setdefault(entry.space, []).append(entry)
    found: dict[str, Standing] = {}
    for inside in spaces.values():
        found |= _rank_space(inside, metrics, rank_by)
    return found


def _rank_space(
    entries: Sequence[Entry], metrics: Sequence[type[Metric]], rank_by: str
) -> dict[str, Standing]:
    ranks = {
        metric.key: _ranks(entries, metric.key, metric.higher_is_better)
        for metric in metrics
        if metric.higher_is_better is not None
    }
    tones = {key: _tones(found) for key, found in ranks.items()}
    tied = {key: _shared(found) for key, found in ranks.items()}
    compared = sum(entry.state == FINISHED for entry in entries)

    def standing(entry: Entry) -> Standing:
        mine = {key: found[entry.id] for key, found in ranks.items() if entry.id in found}
        ties = frozenset(key for key, place in mine.items() if place in tied[key])
        return Standing(
            rank=mine.get(rank_by),
            is_tie=rank_by in ties,
            tones={key: tones[key][entry.id] for key in mine},
            ranks=mine,
            verdict=verdict(entry),
            ties=ties,
            compared=compared,
        )

    return {entry.id: standing(entry) for entry in entries}


def _shared(ranks: dict[str, int]) -> set[int]:
    """Return the ranks that more than one entry has."""
    taken = list(ranks.values())
    return {place for place in taken if taken.count(place) > 1}


def _ranks(entries: Sequence[Entry], key: str, higher_is_better: bool) -> dict[str, int]:
    """Return the ranks by one metric of the entries that have it, best first."""
    scored = [(entry.id, score) for entry in entries if (score := score_of(entry, key)) is not None]
    scored.sort(key=lambda item: item[1].value or 0.0, reverse=higher_is_better)
    ranks: dict[str, int] = {}
    first = 0
    for place, (name, score) in enumerate(scored):
        if not _tied(scored[first][1], score):
            first = place
        ranks[name] = first + 1
    return ranks


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


def leader_warning(entries: Sequence[Entry], standings: dict[str, Standing], rank_by: str) -> str:
    """Return a sentence where a first by ``rank_by`` is no split to act on, else "".

    One that puts nearly all rows together is told before one whose segments do not last.
    """
    leaders = [entry for entry in entries if standings[entry.id].rank == 1]
    several = len(leaders) > 1
    who = f"{'One of the first' if several else 'The first'} by {_in_sentence(_label(rank_by))}"
    worst = max(leaders, key=largest, default=None)
    if worst is not None and largest(worst) > LARGE_SHARE:
        return (
            f"{who} puts {percent(largest(worst))} of the rows in one segment; look at the shares."
        )
    for entry in leaders:
        if reason := noisy(entry) or dissolved(entry):
            return f"{who} is not what it seems. {reason}"
    return ""


def _label(key: str) -> str:
    return known.get(key).label


def _in_sentence(label: str) -> str:
    """Write "Silhouette" small; names of people (Davies-Bouldin) stay."""
    return label if "-" in label else label[:1].lower() + label[1:]
