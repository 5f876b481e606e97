"""Previews of recipes: run over the project's samples in a worker; nothing is stored.

A program that fails raises ``datasets.engine.code_run.CodeError``: its ``fields`` hold the
sentence as ``code`` and the program's own line as ``code.line``, ``log`` what it had printed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from datasets.engine.recipes.base import CodeRecipe, ModelRecipe, VisualRecipe
from datasets.models import Dataset
from datasets.services.compute import source_of
from datasets.services.files import preview_folder, version_files
from datasets.services.models import model_applied
from datasets.services.on_demand import datasets_ready
from datasets.services.plans import inputs_require, kind_get, params_check, recipe_check
from datasets.services.previews import PREVIEW_SECONDS, preview_ask, preview_subject
from datasets.services.rows import project_sample
from datasets.services.sandbox import code_limits, sandbox_cage, sandbox_require
from projects.jobs.context import JobContext
from projects.models import Project, User
from projects.services.projects import project_get
from segplatform.kernel.errors import Conflict, NotFound

PREVIEW = "datasets.recipe_preview"
PREVIEW_ROWS = 100
CODE_SECONDS = 10  # of a program over the sample: the person waits for it
Raw = Mapping[str, Any]


def recipe_preview(
    *,
    project: Project,
    user: User,
    kind: str,
    inputs: Sequence[Dataset],
    params: Raw,
    seconds: float = PREVIEW_SECONDS,
) -> dict[str, Any]:
    """Run a recipe over the project's samples in a worker; nothing is stored.

    ``{"columns", "rows", "count", "facts", "sql"}``, rows as text; of a model also ``warnings``,
    of a program ``log`` and ``seconds`` too, and their ``sql`` is None. A preview of other
    parameters of the same person that still runs is cancelled. Raises ``UserError`` for what does
    not fit, ``CodeError`` where a program fails, ``Forbidden`` for programs of viewers,
    ``Conflict`` where an input has no rows or there is no sandbox, ``PreviewPending`` after
    ``seconds``.
    """
    inputs_here_require(project, inputs)
    if isinstance(kind_get(key=kind), CodeRecipe):
        project_get(user=user, project_id=project.pk, role="editor")
        sandbox_require()
    recipe_check(kind=kind, inputs=inputs, params=params)
    _rows_require(inputs)
    datasets_ready(datasets=inputs, user=user, seconds=seconds)
    ids = [str(dataset.pk) for dataset in inputs]
    args = {"kind": kind, "inputs": ids, "params": dict(params)}
    answer = preview_ask(
        project=project, user=user, name=PREVIEW, title=f"Preview of {kind}",
        subject=preview_subject(project=project, user=user), args=args, seconds=seconds,
        pending="The preview is still being made. Ask again in a moment.",
        stopped="The preview was stopped. Change something, or try again.",
    )  # fmt: skip
    if failed := answer.get("failed"):
        from datasets.engine.code_run import CodeError

        raise CodeError(failed["sentence"], failed["line"], failed["log"])
    return answer


def recipe_preview_run(*, ctx: JobContext) -> dict[str, Any]:
    """Make a preview from the samples of the inputs, in a worker.

    A program that fails gives ``{"failed": {"sentence", "line", "log"}}``.
    """
    found = Dataset.objects.select_related("current").in_bulk(ctx.args["inputs"], field_name="pk")
    by_id = {str(pk): dataset for pk, dataset in found.items()}
    inputs = [by_id[pk] for pk in ctx.args["inputs"] if pk in by_id]
    kind = kind_get(key=ctx.args["kind"])
    inputs_require(kind=kind, inputs=inputs)
    if len(inputs) < len(ctx.args["inputs"]):
        raise NotFound("An input was deleted meanwhile; choose another one.")
    _rows_require(inputs)
    params = params_check(kind=kind, params=ctx.args["params"])
    sources = {dataset.name: _sample(ctx.project, dataset) for dataset in inputs}
    if isinstance(kind, CodeRecipe):
        return _program(ctx, kind, params, sources)
    if isinstance(kind, VisualRecipe):
        return _query(kind, params, list(sources.values()))
    if isinstance(kind, ModelRecipe):
        return _model(ctx, kind, params, sources[inputs[0].name])
    raise TypeError(f"{type(kind).__name__} is of no family")


def _query(kind: VisualRecipe, params: Any, sources: Sequence[Any]) -> dict[str, Any]:
    from datasets.engine.execute import preview, sql

    plan = kind.plan([source.columns for source in sources], params)
    return {**preview(plan, sources, PREVIEW_ROWS), "sql": sql(plan)}


def _model(ctx: JobContext, kind: ModelRecipe, params: Any, source: Any) -> dict[str, Any]:
    from datasets.engine.model_run import preview_model

    model = model_applied(kind=kind, project=ctx.project, params=params)
    with preview_folder() as folder:
        return preview_model(kind, source, params, model, folder, ctx.progress, PREVIEW_ROWS)


def _program(
    ctx: JobContext, kind: CodeRecipe, params: Any, sources: Mapping[str, Any]
) -> dict[str, Any]:
    """Run a program over the samples, for editors only: hidden jobs of viewers start too."""
    from datasets.engine.code_run import CodeError, Job, preview_code

    project_get(user=ctx.user, project_id=ctx.project.pk, role="editor")
    limits = code_limits(seconds=min(CODE_SECONDS, settings.RECIPE_SECONDS))
    with preview_folder() as folder:
        job = Job(kind.task, kind.arguments(params), sources, folder, limits)
        try:
            return preview_code(sandbox_cage(), job, ctx.progress, PREVIEW_ROWS)
        except CodeError as error:
            return {"failed": {"sentence": str(error), "line": error.line, "log": error.log}}


def _sample(project: Project, dataset: Dataset) -> Any:
    from datasets.engine.execute import Source
    from datasets.engine.sample import sample_make

    if dataset.current is None:
        raise Conflict(f"“{dataset.name}” has no rows yet; run what makes it first.")
    source = source_of(dataset.current)
    files = version_files(version=dataset.current)
    sampled = sample_make(files, source.columns, project_sample(project=project))
    return Source(sampled, source.columns)


def inputs_here_require(project: Project, inputs: Sequence[Dataset]) -> None:
    """Raise ``NotFound`` for a dataset of another project."""
    if any(dataset.project_id != project.pk for dataset in inputs):
        raise NotFound("There is no such dataset in this project.")


def _rows_require(inputs: Sequence[Dataset]) -> None:
    for dataset in inputs:
        if dataset.current is None:
            raise Conflict(f"“{dataset.name}” has no rows yet; run what makes it first.")
