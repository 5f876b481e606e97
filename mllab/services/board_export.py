"""The leaderboard as a file: one line for each prototype, with all that the page shows."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from datasets.engine.cells import safe_text
from datasets.services.exports import file_name
from mllab.models import UseCase
from mllab.services.leaderboards import Leaderboard, LeaderboardRow

CONTENT_TYPE = "text/csv; charset=utf-8"
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
FIRST = (
    "rank", "is_tie", "space", "number", "prototype", "algorithm", "parameters", "experiment",
    "dataset_version", "seed", "status", "verdict", "reasons", "segments", "sizes", "noise_rows",
    "stability_of_segments", "rows", "rows_trained_on", "seconds", "later_value",
)  # fmt: skip


def board_csv(
    *, board: Leaderboard, ids: Iterable[UUID] | None = None, bom: bool = False
) -> Iterator[bytes]:
    """Give the lines of a leaderboard as UTF-8, in its order; ``ids`` keeps those alone.

    Text that a spreadsheet would run is disarmed; ``bom`` tells one that it is UTF-8.
    """
    wanted = set(ids or ())
    keys = [metric.key for metric in board.metrics]
    heads = [f"{key}{end}" for key in keys for end in ("", "_standard_error", "_n")]
    yield (BOM if bom else "").encode() + _line([*FIRST, *heads])
    for row in board.rows:
        if not wanted or row.prototype.pk in wanted:
            yield _line([*_told(row), *_scores(row, keys)])


def board_file_name(*, use_case: UseCase) -> str:
    """Name the file after its use case."""
    return file_name(name=f"{use_case.name} leaderboard", extension="csv")


def _told(row: LeaderboardRow) -> list[Any]:
    prototype, experiment, verdict = row.prototype, row.experiment, row.standing.verdict
    details = prototype.details
    steady = (details.get("stability") or {}).get("segments", [])
    return [
        row.standing.rank, row.standing.is_tie, row.space.letter, prototype.number, row.name,
        prototype.algorithm, row.params_text, experiment.number, experiment.version_number,
        experiment.seed, row.state.key, verdict.label if verdict else "",
        " ".join(verdict.reasons) if verdict else row.state.error, prototype.segments,
        " ".join(str(size) for size in details.get("sizes", [])), details.get("noise"),
        " ".join("" if value is None else f"{value:.3f}" for value in steady),
        experiment.rows, prototype.trained_rows, prototype.seconds,
        check.share if (check := getattr(prototype, "value_check", None)) else None,
    ]  # fmt: skip


def _scores(row: LeaderboardRow, keys: list[str]) -> list[Any]:
    cells: list[Any] = []
    for score in (row.scores.get(key) for key in keys):
        cells += [score.value, score.standard_error, score.n] if score else [None] * 3
    return cells


def _line(values: list[Any]) -> bytes:
    out = io.StringIO()
    safe = [safe_text(value) if isinstance(value, str) else value for value in values]
    csv.writer(out, lineterminator="\r\n").writerow(safe)
    return out.getvalue().encode()
