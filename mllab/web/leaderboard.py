"""What the leaderboard shows: heads that sort, a row for each prototype, its cells in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from datasets.web.recipe_draft import uuid_or_none
from mllab.engine.metrics.base import Metric
from mllab.models import Prototype, UseCase
from mllab.services.board_acts import Retrained
from mllab.services.leaderboards import DEFAULT_SORT, Leaderboard, LeaderboardRow, leaderboard
from mllab.services.naming import prototype_name
from mllab.web.board_rows_seen import rows_words, usual_rows, with_own_rows
from mllab.web.board_twins import twin_words
from mllab.web.differences import SpaceView, differences_view, differs_by, space_views
from mllab.web.scores import ScoreView, score_view
from projects.models import Project, Role

SUCCEEDED = "succeeded"
WORDS = {
    "queued": "Queued", "running": "Running", "succeeded": "Success", "failed": "Failed",
    "cancelled": "Cancelled", "lost": "Lost",
}  # fmt: skip
VERDICTS = {"good": ("sp-ok", "circle-check"), "look": ("sp-warn", "eye"),
            "unusable": ("sp-bad", "circle-x")}  # fmt: skip
LEAST, MOST = 2, 4  # prototypes side by side


@dataclass(frozen=True)
class Head:
    """One column: its link sorts by it, ``blurb`` says what it is."""

    key: str
    label: str
    title: str
    url: str
    direction: str
    blurb: str = ""
    number: bool = True


@dataclass(frozen=True)
class RowView:
    """One prototype."""

    id: str
    row: LeaderboardRow
    state: str
    word: str
    scores: list[ScoreView]
    shares: list[ScoreView]
    verdict_css: str
    verdict_icon: str
    differs: str = ""
    differs_from: int | None = None
    twin: str = ""

    @property
    def is_done(self) -> bool:
        """Whether there are scores to show."""
        return self.state == SUCCEEDED

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("queued", "running")


def board_context(project: Project, use_case: UseCase, query: QueryDict) -> dict[str, Any]:
    """Give the page's values for what its address asks."""
    asked = _asked(query)
    board = board_of(use_case, query)
    scored, shares = columns_of(board)
    spaces = {space.letter: space for space in space_views(board)}
    by_space = bool(spaces) and board.sort == DEFAULT_SORT
    firsts = _firsts(board, by_space=by_space)
    twins = twin_words(board.rows)
    rows, seen = rows_seen(
        [row_view(row, scored, shares, firsts.get(row.space.letter), twins) for row in board.rows]
    )
    return {
        "use_case": use_case, "board": board, "asked": asked, "rows": rows,
        "rankings": scored, "heads": _heads(board, asked, scored, shares),
        "span": len(scored) + len(shares) + 3, "spaces": spaces,
        "parts": _parts(rows, spaces if by_space else {}),
        "differences": differences_view(board, query.getlist("p")) if "differ" in query else None,
        "differ_asked": "differ" in query, "ticked": query.getlist("p"),
        "sampled": next((s.n for s in _all(rows, "silhouette") if s.error), None),
        "seen": seen,
        "may_edit": project.membership.allows(Role.EDITOR),
        "may_delete": project.membership.allows(Role.OWNER),
        "ready": sum(row.is_done for row in rows), "section": "lab",
    }  # fmt: skip


def board_of(use_case: UseCase, query: QueryDict) -> Leaderboard:
    """Give the leaderboard that an address asks for."""
    asked = _asked(query)
    return leaderboard(
        use_case=use_case, rank_by=asked["rank_by"] or None, sort=asked["sort"] or None,
        q=asked["q"],
    )  # fmt: skip


def _asked(query: QueryDict) -> dict[str, str]:
    return {name: query.get(name, "") for name in ("rank_by", "sort", "q")}


def ids_asked(sent: QueryDict) -> list[UUID]:
    """Give the prototypes that were ticked; what is no id is none of them."""
    found = [uuid_or_none(text) for text in sent.getlist("p")]
    return [pk for pk in found if pk]


def act_context(use_case: UseCase, chosen: Sequence[Prototype]) -> dict[str, Any]:
    """Give the values of the question before something is deleted."""
    items = [(each, prototype_name(prototype=each)) for each in chosen]
    return {"use_case": use_case, "items": items, "section": "lab"}


def retrained_words(done: Retrained) -> str:
    """Say what training again started."""
    parts = []
    if done.again:
        parts.append(f"{_count(done.again)} {_verb(done.again)} trained again.")
    if done.anew:
        parts.append(f"{_count(done.anew)} {_verb(done.anew)} trained anew on the newest data.")
    if done.same:
        parts.append(
            f"{_count(done.same)} learned from the newest data already and {_stay(done.same)}."
        )
    return " ".join(parts)


def deleted_words(chosen: Sequence[Prototype]) -> str:
    """Say what was deleted."""
    return f"{_count(len(chosen))} {_verb(len(chosen))} deleted."


def _count(number: int) -> str:
    return f"{number} prototype{'' if number == 1 else 's'}"


def _verb(number: int) -> str:
    return "is" if number == 1 else "are"


def _stay(number: int) -> str:
    return "stays as it is" if number == 1 else "stay as they are"


def row_view(
    row: LeaderboardRow,
    scored: list[type[Metric]],
    shares: list[type[Metric]],
    first: LeaderboardRow | None = None,
    twins: Mapping[int, str] | None = None,
) -> RowView:
    """Write one row; its cells stand in the order of the columns.

    ``first`` is the row that it is told apart from; ``twins`` mark those with and without
    principal components, by their number.
    """
    cells = {cell.metric.key: cell for cell in row.cells}
    state, verdict = row.state.key, row.standing.verdict
    css, icon = VERDICTS[verdict.level] if verdict else ("", "")

    def view(metric: type[Metric]) -> ScoreView:
        cell = cells.get(metric.key)
        return (
            score_view(metric, cell.score, cell.tone, cell.rank, cell.is_tie)
            if cell
            else score_view(metric, None)
        )

    return RowView(
        str(row.prototype.pk), row, state, WORDS.get(state, state),
        [view(metric) for metric in scored], [view(metric) for metric in shares], css, icon,
        differs_by(row, first) if first else "",
        first.prototype.number if first else None,
        (twins or {}).get(row.prototype.number, ""),
    )  # fmt: skip


def rows_seen(rows: list[RowView]) -> tuple[list[RowView], str]:
    """Note in its cell where a score looks at other rows than most; say what most look at."""
    done = [row for row in rows if row.is_done]
    usual = usual_rows([row.scores for row in done])
    noted = [replace(row, scores=with_own_rows(row.scores, usual)) for row in rows]
    first = done[0].scores if done else []
    seen = rows_words(first, usual, _resampled(rows))
    if seen and any(score.own_rows for row in noted for score in row.scores):
        seen += ". Where a prototype differs, its cell says so"
    return noted, seen


def _firsts(board: Leaderboard, *, by_space: bool) -> dict[str, LeaderboardRow]:
    """Give the row that those of a space are told apart from: the first of it, or of all."""
    leaders = [row for row in board.rows if row.standing.rank == 1]
    if not by_space:
        return {row.space.letter: leaders[0] for row in board.rows if leaders}
    return {row.space.letter: row for row in reversed(leaders)}


def _all(rows: list[RowView], key: str) -> list[ScoreView]:
    return [score for row in rows for score in row.scores if score.key == key]


def _resampled(rows: list[RowView]) -> str:
    """Say how often, and on how many rows, models were trained again: "3 to 10 resamples"."""
    found = [row.row.prototype.details.get("stability") or {} for row in rows if row.is_done]
    times = [int(each["resamples"]) for each in found if each.get("resamples")]
    sizes = [int(each["rows"]) for each in found if each.get("resamples")]
    if not times:
        return ""
    return f"{_range(times)} resamples of {_range(sizes)} rows"


def _range(values: list[int]) -> str:
    least, most = min(values), max(values)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _parts(
    rows: list[RowView], spaces: dict[str, SpaceView]
) -> list[tuple[SpaceView | None, list[RowView]]]:
    """Split rows by space, each under its words; one part where they are not sorted so."""
    if not spaces:
        return [(None, rows)] if rows else []
    groups = groupby(rows, key=lambda row: row.row.space.letter)
    return [(spaces.get(letter), list(inside)) for letter, inside in groups]


def columns_of(board: Leaderboard) -> tuple[list[type[Metric]], list[type[Metric]]]:
    """Split the metrics: those that rank come first, then shares, which only tell."""
    scored = [metric for metric in board.metrics if metric.higher_is_better is not None]
    return scored, [metric for metric in board.metrics if metric.higher_is_better is None]


def _heads(
    board: Leaderboard, asked: dict[str, str], scored: list[type[Metric]],
    shares: list[type[Metric]],
) -> list[Head]:  # fmt: skip
    def head(
        key: str, label: str, title: str, blurb: str = "", number: bool = True, first: str = ""
    ) -> Head:
        direction = {key: "ascending", f"-{key}": "descending"}.get(board.sort, "")
        now = board.sort.removesuffix(key)
        turned = f"{('' if now else '-') if direction else first}{key}"
        kept = {**asked, "sort": turned}
        url = "?" + urlencode({name: value for name, value in kept.items() if value})
        return Head(key, label, title, url, direction, blurb, number)

    return [
        head("rank", "Rank", f"Rank by {_label(board)}"),
        head("name", "Prototype", "Prototype", number=False),
        head("state", "Status", "Status", number=False),
        *[
            head(m.key, m.short, m.label, m.blurb, first="-" * bool(m.higher_is_better))
            for m in scored
        ],
        head("segments", "Segments", "Number of segments"),
        *[head(m.key, m.short, m.label, m.blurb) for m in shares],
        head("seconds", "Time", "Duration of training"),
    ]


def _label(board: Leaderboard) -> str:
    found = next((metric for metric in board.metrics if metric.key == board.rank_by), None)
    return found.label if found else board.rank_by
