"""The customers' table as it would have been on an earlier day: the same recipes on less input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from datasets.engine.execute import Source, materialise
from datasets.engine.recipes.base import Plan, VisualRecipe
from datasets.engine.recipes.prepare import rows_of
from datasets.engine.types import Column
from mllab.engine.score import score
from mllab.engine.score_columns import prefix_free
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

NOBODY = (
    "There are no transactions before {day:%Y-%m-%d}, so nobody was a customer: choose a later day."
)


@dataclass(frozen=True)
class Stage:
    """One recipe on the way to the customers' table, which reads what the one before it made."""

    kind: VisualRecipe
    params: Params


@dataclass(frozen=True)
class History:
    """The transactions that customers are summed up from, their column of dates, and how."""

    source: Source
    date: str
    stages: Sequence[Stage]


def rebuild(
    history: History, day: date, out_dir: Path, memory_bytes: int, progress: Progress
) -> Source:
    """Make the customers' table of all that was before ``day``; ``UserError`` where that is none.

    Each recipe's own plan runs, on the rows before the day; one that counts up to a reference day
    (``VisualRecipe.as_of``) counts up to this one.
    """
    steps = len(history.stages) + 1
    part = SubProgress(progress, 0, 1 / steps)
    made = _run(_before(history, day), history.source, out_dir / "before", memory_bytes, part)
    for place, stage in enumerate(history.stages, 1):
        plan = stage.kind.plan([made.columns], stage.kind.as_of(stage.params, day))
        part = SubProgress(progress, place / steps, (place + 1) / steps)
        made = _run(plan, made, out_dir / f"stage-{place}", memory_bytes, part)
    if _rows(made) == 0:
        raise UserError(NOBODY.format(day=day), {"day": NOBODY.format(day=day)})
    return made


def score_rows(
    source: Source, model: Mapping[str, Any], out_dir: Path, progress: Progress
) -> tuple[Path, str]:
    """Label rows by a stored model; return the file and its column of labels."""
    prefix = prefix_free(source.columns)
    names = {str(label): str(label) for label in range(-1, len(model["centers"]))}
    made = score(source, {"model": model, "names": names}, prefix, out_dir, progress)
    return out_dir / made.files[0]["name"], prefix


def _before(history: History, day: date) -> Plan:
    """Plan the rows before a day; the day enters as a literal of the tree, never as text."""
    from sqlglot import exp

    query = rows_of("input_0", history.source.columns)
    limit = exp.cast(exp.Literal.string(day.isoformat()), "date")
    return Plan(query.where(exp.LT(this=exp.column(history.date, quoted=True), expression=limit)))


def _run(
    plan: Plan, source: Source, out_dir: Path, memory_bytes: int, progress: Progress
) -> Source:
    made = materialise(plan, [source], out_dir, progress, memory_bytes)
    columns = [Column(column["name"], column["type"]) for column in made.columns]
    return Source([out_dir / file["name"] for file in made.files], columns)


def _rows(source: Source) -> int:
    import pyarrow.parquet as pq

    return sum(int(pq.read_metadata(file).num_rows) for file in source.files)
