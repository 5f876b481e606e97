"""What a run of a recipe computes: a query, a model in the engine, or a program in the cage."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from datasets.engine.recipes.base import Applied, CodeRecipe, ModelRecipe, VisualRecipe
from datasets.engine.recipes.base import Recipe as Kind
from datasets.engine.results import ReadResult
from datasets.models import DatasetVersion
from datasets.services.files import version_files
from datasets.services.memory import memory_guard
from datasets.services.rows import version_columns
from datasets.services.sandbox import code_limits, sandbox_cage
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress

RESULT = "result"
"""The folder of the finished files, in the run's own."""

TOO_LARGE = (
    "This recipe takes more than the {limit} of memory that a run may use. "
    "Filter the rows or keep fewer columns first, or ask the operator for more."
)


def compute(
    kind: Kind,
    params: Params,
    versions: Sequence[DatasetVersion],
    work: Path,
    progress: Progress,
    model: Applied | None = None,
) -> ReadResult:
    """Run a recipe over whole versions; leave its files in ``work / RESULT``.

    ``model`` is the one that a ``ModelRecipe`` applies. Raises ``UserError`` with what is wrong;
    a program's names its line.
    """
    if isinstance(kind, VisualRecipe):
        return _query(kind, params, versions, work, progress)
    if isinstance(kind, CodeRecipe):
        return _program(kind, params, versions, work, progress)
    if isinstance(kind, ModelRecipe) and model is not None:
        with memory_guard(TOO_LARGE):
            return kind.run(source_of(versions[0]), params, model, work / RESULT, progress)
    raise TypeError(f"{type(kind).__name__} is of no family, or lacks its model")


def _query(
    kind: VisualRecipe,
    params: Params,
    versions: Sequence[DatasetVersion],
    work: Path,
    progress: Progress,
) -> ReadResult:
    from datasets.engine.execute import materialise

    sources = [source_of(version) for version in versions]
    plan = kind.plan([source.columns for source in sources], params)
    with memory_guard(TOO_LARGE):
        return materialise(plan, sources, work / RESULT, progress, settings.IMPORT_MEMORY_BYTES)


def _program(
    kind: CodeRecipe,
    params: Params,
    versions: Sequence[DatasetVersion],
    work: Path,
    progress: Progress,
) -> ReadResult:
    from datasets.engine.code_run import Job, run_code

    folder = work / "cage"
    folder.mkdir(mode=0o700)
    sources = {version.dataset.name: source_of(version) for version in versions}
    limits = code_limits(seconds=settings.RECIPE_SECONDS)
    job = Job(kind.task, kind.arguments(params), sources, folder, limits)
    return run_code(sandbox_cage(), job, work / RESULT, progress)


def source_of(version: DatasetVersion) -> Any:
    """Give a version as an input of the engine."""
    from datasets.engine.execute import Source  # loads DuckDB

    return Source(version_files(version=version), version_columns(version=version))
