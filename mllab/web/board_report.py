"""The leaderboard as a report to print: one page for each prototype."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from mllab.models import Prototype, UseCase
from mllab.services.leaderboards import Leaderboard
from mllab.services.segments import NOISE, SegmentInfo, segment_list, segment_words
from mllab.web.board_twins import twin_words
from mllab.web.differences import space_views
from mllab.web.leaderboard import RowView, columns_of, row_view, rows_seen
from mllab.web.scores import SteadyView, share, steady_view
from mllab.web.segments import Look
from mllab.web.settings_words import SettingsWords, settings_words
from mllab.web.value_words import value_line

MOST = 30
"""Prototypes of one report; the table in front holds all."""
SHOWN = 20
"""Segments that fit on the page; the others are smaller."""


@dataclass(frozen=True)
class SegmentLine:
    """One segment in the report."""

    info: SegmentInfo
    share: str
    steady: SteadyView | None


@dataclass(frozen=True)
class PageView:
    """One prototype: its row of the board, its segments and how it was made."""

    row: RowView
    segments: list[SegmentLine]
    smaller: int
    settings: SettingsWords
    later: str


def report_context(use_case: UseCase, board: Leaderboard, ids: Sequence[UUID]) -> dict[str, Any]:
    """Give the values of the report on some prototypes, on all that are trained by default."""
    scored, shares = columns_of(board)
    twins = twin_words(board.rows)
    rows, seen = rows_seen([row_view(row, scored, shares, None, twins) for row in board.rows])
    trained = [row for row in rows if row.is_done]
    chosen = [row for row in trained if row.row.prototype.pk in set(ids)] if ids else trained
    return {
        "use_case": use_case, "board": board, "rows": chosen, "scored": scored, "seen": seen,
        "pages": [_page(row) for row in chosen[:MOST]], "left_out": max(len(chosen) - MOST, 0),
        "spaces": space_views(board), "made": timezone.now(), "section": "lab",
        "ids": [row.id for row in chosen] if ids else [],
    }  # fmt: skip


def _page(row: RowView) -> PageView:
    prototype = row.row.prototype
    lines = list(_segments(prototype))
    shown = lines[:SHOWN]
    return PageView(
        row, shown, len(lines) - len(shown), settings_words(prototype), _later(prototype)
    )


def _later(prototype: Prototype) -> str:
    return value_line(prototype, Look(segment_words(prototype=prototype)))


def _segments(prototype: Prototype) -> Iterable[SegmentLine]:
    found = segment_list(prototype=prototype)
    whole = sum(info.size for info in found)
    for info in found:
        steady = None if info.label == NOISE else steady_view(prototype, info.label)
        yield SegmentLine(info, share(info.size, whole), steady)
