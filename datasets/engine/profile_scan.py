"""Many questions about many columns, asked of a stored table in as few queries as memory allows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from datasets.engine.duck import execute
from datasets.engine.reader import table
from segplatform.kernel.progress import Progress, SubProgress

Questions = dict[str, str]
"""What to know of one column: a name and an aggregate in SQL each."""

Answer = dict[str, Any]

MAX_BATCH = 50
"""Columns in one query; more would make its planning longer than its reading."""


def batches(asked: Sequence[Questions], weights: Sequence[int], most: int) -> list[list[Questions]]:
    """Cut the columns into runs whose weights sum to ``most`` at most (or that hold only one)."""
    cut: list[list[Questions]] = []
    held = 0
    for questions, weight in zip(asked, weights, strict=True):
        if not cut or held + weight > most or len(cut[-1]) >= MAX_BATCH:
            cut.append([])
            held = 0
        cut[-1].append(questions)
        held += weight
    return cut


class Scan:
    """A table and who is told how far its reading is."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, files: list[Path], progress: Progress
    ) -> None:
        self.con, self.progress = con, progress
        self.part: Progress = progress
        self.source = table(files)

    def count(self) -> int:
        """Return the number of rows."""
        return int(self.rows(f"SELECT count(*) FROM {self.source}", "Counting")[0][0])

    def ask(
        self, asked: Sequence[Sequence[Questions]], start: float, stop: float, message: str
    ) -> list[Answer]:
        """Answer the questions of all columns, one query a batch; ``{}`` for none."""
        found: list[Answer] = []
        for place, batch in enumerate(asked):
            self.at(start, stop, place, len(asked))
            found += self._batch(batch, message)
        return found

    def _batch(self, batch: Sequence[Questions], message: str) -> list[Answer]:
        wanted = ", ".join(sql for questions in batch for sql in questions.values())
        query = f"SELECT {wanted} FROM {self.source}"
        row = iter(self.rows(query, message)[0] if wanted else ())
        return [{name: next(row) for name in questions} for questions in batch]

    def at(self, start: float, stop: float, place: int, places: int) -> None:
        """Say which part of ``start`` to ``stop`` comes next; looks for a cancel, too."""
        step = (stop - start) / places
        self.part = SubProgress(self.progress, start + place * step, start + (place + 1) * step)
        self.part.step(0.0)

    def rows(self, query: str, message: str) -> list[tuple[Any, ...]]:
        """Run one query, so that it can be stopped."""
        return execute(self.con, query, self.part, message)
