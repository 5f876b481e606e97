"""The leaderboard of a use case: every prototype with its scores, ranks and verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mllab.engine.algorithms.base import Algorithm
from mllab.engine.leaderboard import Standing, leader_warning, rank
from mllab.engine.metrics.base import Metric, Score
from mllab.engine.verdicts import Entry
from mllab.models import Experiment, Prototype, UseCase
from mllab.services.algorithms import metric_list
from mllab.services.naming import params_text, prototype_algorithm, prototype_name
from mllab.services.prototypes import State, state_of
from mllab.services.spaces import Space, spaces_of
from projects.models import Job

DEFAULT_SORT = "rank"
SHARE_METRIC = "largest_share"
STATES = ("running", "queued", "succeeded", "failed", "lost", "cancelled")


@dataclass(frozen=True)
class Cell:
    """One score of one prototype; ``rank``, ``tone``, ``is_tie`` where one direction is better."""

    metric: type[Metric]
    score: Score | None
    tone: str
    rank: int | None
    is_tie: bool = False


@dataclass(frozen=True)
class LeaderboardRow:
    """One prototype; ``algorithm`` is None where this installation has it no more."""

    prototype: Prototype
    experiment: Experiment
    algorithm: type[Algorithm] | None
    name: str
    params_text: str
    state: State
    cells: list[Cell]
    standing: Standing
    space: Space

    @property
    def scores(self) -> dict[str, Score | None]:
        """The scores by metric key."""
        return {cell.metric.key: cell.score for cell in self.cells}


@dataclass(frozen=True)
class Leaderboard:
    """All of it: ``groups`` are the jobs that work on it now, ``warning`` is "" without one.

    ``spaces`` are those of its rows, the one of the newest experiment first; ranks are within one.
    """

    rows: list[LeaderboardRow]
    metrics: list[type[Metric]]
    rank_by: str
    sort: str
    warning: str
    groups: list[Job]
    is_live: bool
    spaces: list[Space]


def leaderboard(
    *, use_case: UseCase, rank_by: str | None = None, sort: str | None = None, q: str = ""
) -> Leaderboard:
    """Rank the prototypes of a use case, in a few queries whatever their number.

    ``rank_by`` is the key of a metric (the use case's own where it is None or none that ranks).
    ``sort`` is a metric, ``rank``, ``name``, ``number``, ``state``, ``segments``, ``seconds`` or
    ``share``, with a minus from high to low; an unknown one is by rank. ``q`` keeps rows with
    that text in name, algorithm, parameters or number; ranks are among all of them.
    """
    metrics = metric_list()
    chosen = _rank_by(metrics, rank_by, use_case)
    prototypes = _prototypes(use_case)
    states = {str(each.pk): state_of(prototype=each) for each in prototypes}
    spaces = spaces_of(
        experiments={each.experiment_id: each.experiment for each in prototypes}.values()
    )
    entries = [
        _entry(each, states[str(each.pk)], spaces[each.experiment_id]) for each in prototypes
    ]
    standings = rank(entries, metrics, chosen.key)
    rows = [
        _row(each, metrics, entry, states[entry.id], standings[entry.id], spaces)
        for each, entry in zip(prototypes, entries, strict=True)
    ]
    order = _order(sort, metrics)
    groups = _groups(use_case)
    return Leaderboard(
        rows=_sorted([row for row in rows if _matches(row, q)], order),
        metrics=metrics,
        rank_by=chosen.key,
        sort=order,
        warning=leader_warning(entries, standings, chosen.key),
        groups=groups,
        is_live=bool(groups) or any(state.is_active for state in states.values()),
        spaces=sorted(
            {space.letter: space for space in spaces.values()}.values(),
            key=lambda space: -space.latest,
        ),
    )


def _prototypes(use_case: UseCase) -> list[Prototype]:
    found = Prototype.objects.filter(experiment__use_case=use_case)
    found = found.select_related("job", "experiment__prepare_job", "value_check")
    found = found.defer("value_check__result", "value_check__asked")
    prototypes = list(found.prefetch_related("scores").order_by("number"))
    for prototype in prototypes:
        prototype.experiment.use_case = use_case
    return prototypes


def _groups(use_case: UseCase) -> list[Job]:
    """Find the active groups by subject: an experiment names only its last one."""
    pks = Experiment.objects.filter(use_case=use_case).values_list("pk", flat=True)
    subjects = [f"experiment:{pk}" for pk in pks]
    return list(Job.objects.filter(subject__in=subjects, state__in=Job.ACTIVE).order_by("created"))


def _rank_by(metrics: Sequence[type[Metric]], key: str | None, use_case: UseCase) -> type[Metric]:
    ranked = {metric.key: metric for metric in metrics if metric.higher_is_better is not None}
    for wanted in (key, use_case.rank_by):
        if wanted in ranked:
            return ranked[wanted]
    return next(iter(ranked.values()))


def _entry(prototype: Prototype, state: State, space: Space) -> Entry:
    details = prototype.details
    return Entry(
        id=str(prototype.pk),
        state=state.key,
        scores={
            score.key: Score(score.value, score.n, score.standard_error)
            for score in prototype.scores.all()
        },
        segments=prototype.segments,
        sizes=list(details.get("sizes", [])),
        noise=int(details.get("noise", 0)),
        seconds=prototype.seconds,
        space=space.letter,
        steadiness=list((details.get("stability") or {}).get("segments", [])),
    )


def _row(
    prototype: Prototype,
    metrics: Sequence[type[Metric]],
    entry: Entry,
    state: State,
    standing: Standing,
    spaces: Mapping[Any, Space],
) -> LeaderboardRow:
    cells = [
        Cell(
            metric, entry.scores.get(metric.key), standing.tones.get(metric.key, ""),
            standing.ranks.get(metric.key), metric.key in standing.ties,
        )
        for metric in metrics
    ]  # fmt: skip
    return LeaderboardRow(
        prototype=prototype,
        experiment=prototype.experiment,
        algorithm=prototype_algorithm(prototype=prototype),
        name=prototype_name(prototype=prototype),
        params_text=params_text(prototype=prototype),
        state=state,
        cells=cells,
        standing=standing,
        space=spaces[prototype.experiment_id],
    )


def _matches(row: LeaderboardRow, q: str) -> bool:
    """Say whether every word of ``q`` is in what the row says of itself."""
    text = f"{row.name} {row.prototype.algorithm} {row.params_text} #{row.prototype.number}"
    return all(word in text.casefold() for word in q.casefold().split())


def _order(sort: str | None, metrics: Sequence[type[Metric]]) -> str:
    known = {*_KEYS, *(metric.key for metric in metrics)}
    return sort if sort and sort.removeprefix("-") in known else DEFAULT_SORT


def _sorted(rows: list[LeaderboardRow], order: str) -> list[LeaderboardRow]:
    """Sort by a key; what has none stands last either way, ties by number."""
    name = order.removeprefix("-")
    if order == DEFAULT_SORT:
        return sorted(rows, key=_place)
    value = _KEYS.get(name, lambda row: _score(row, name))
    known = [row for row in rows if value(row) is not None]
    known.sort(key=value, reverse=order.startswith("-"))
    return known + [row for row in rows if value(row) is None]


def _place(row: LeaderboardRow) -> tuple[int, bool, int, int]:
    """Say where a row stands by default: space by space, ranked, then what has no rank."""
    found = row.standing.rank
    return -row.space.latest, found is None, found or 0, row.prototype.number


def _score(row: LeaderboardRow, key: str) -> float | None:
    score = row.scores.get(key)
    return score.value if score else None


_KEYS: dict[str, Callable[[LeaderboardRow], Any]] = {
    "rank": lambda row: row.standing.rank,
    "name": lambda row: row.name.casefold(),
    "number": lambda row: row.prototype.number,
    "state": lambda row: STATES.index(row.state.key),
    "segments": lambda row: row.prototype.segments,
    "seconds": lambda row: row.prototype.seconds,
    "share": lambda row: _score(row, SHARE_METRIC),
}
