"""What the leaderboard shows: heads that sort, a row for each prototype, its cells in words."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from mllab.engine.metrics.base import Metric
from mllab.models import UseCase
from mllab.services.leaderboards import Leaderboard, LeaderboardRow, leaderboard
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
    asked = {name: query.get(name, "") for name in ("rank_by", "sort", "q")}
    board = leaderboard(
        use_case=use_case, rank_by=asked["rank_by"] or None, sort=asked["sort"] or None,
        q=asked["q"],
    )  # fmt: skip
    scored, shares = _columns(board)
    rows = [row_view(row, scored, shares) for row in board.rows]
    return {
        "use_case": use_case, "board": board, "asked": asked, "rows": rows,
        "rankings": scored, "heads": _heads(board, asked, scored, shares),
        "span": len(scored) + len(shares) + 3,
        "sampled": next((s.n for row in rows for s in row.scores if s.error), None),
        "may_edit": project.membership.allows(Role.EDITOR),
        "may_delete": project.membership.allows(Role.OWNER),
        "ready": sum(row.is_done for row in rows), "section": "lab",
    }  # fmt: skip


def row_view(
    row: LeaderboardRow, scored: list[type[Metric]], shares: list[type[Metric]]
) -> RowView:
    """Write one row; its cells stand in the order of the columns."""
    cells = {cell.metric.key: cell for cell in row.cells}
    state, verdict = row.state.key, row.standing.verdict
    css, icon = VERDICTS[verdict.level] if verdict else ("", "")

    def view(metric: type[Metric]) -> ScoreView:
        cell = cells.get(metric.key)
        return (
            score_view(metric, cell.score, cell.tone, cell.rank)
            if cell
            else score_view(metric, None)
        )

    return RowView(
        str(row.prototype.pk), row, state, WORDS.get(state, state),
        [view(metric) for metric in scored], [view(metric) for metric in shares], css, icon,
    )  # fmt: skip


def _columns(board: Leaderboard) -> tuple[list[type[Metric]], list[type[Metric]]]:
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
