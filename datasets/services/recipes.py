"""Recipes of a project: made, changed, previewed, deleted."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from datasets.engine.graph import downstream
from datasets.models import Dataset, Recipe, RecipeInput
from datasets.services.datasets import dataset_create, dataset_delete
from datasets.services.files import version_files
from datasets.services.plans import (
    inputs_require,
    kind_get,
    params_check,
    params_current,
    params_store,
    plan_make,
    recipe_check,
    recipe_inputs,
    recipe_kinds,
    recipe_proposal,
)
from datasets.services.previews import PREVIEW_SECONDS, PreviewPending, preview_ask
from datasets.services.rows import project_sample, version_columns
from datasets.services.runs import recipe_run_start
from datasets.services.states import State, recipe_state
from projects.jobs.context import JobContext
from projects.models import Project, User
from projects.services.projects import project_get, project_touch
from projects.services.text import NAME_LENGTH, clean_name
from segplatform.kernel.errors import Conflict, NotFound, UserError

__all__ = [
    "PREVIEW",
    "PreviewPending",
    "State",
    "params_current",
    "recipe_check",
    "recipe_create",
    "recipe_delete",
    "recipe_find",
    "recipe_get",
    "recipe_inputs",
    "recipe_kinds",
    "recipe_of",
    "recipe_preview",
    "recipe_preview_run",
    "recipe_proposal",
    "recipe_run_start",
    "recipe_state",
    "recipe_update",
]

PREVIEW = "datasets.recipe_preview"
PREVIEW_ROWS = 100
MISSING = "There is no such recipe, or you are not a member of its project."
Raw = Mapping[str, Any]


def recipe_create(
    *,
    project: Project,
    user: User,
    kind: str,
    inputs: Sequence[Dataset],
    output: str,
    params: Raw,
    name: str = "",
) -> Recipe:
    """Make a recipe and its output, a dataset without rows until it runs.

    Everything is checked first: ``UserError`` with ``fields``, ``Conflict`` for a taken name.
    """
    found = kind_get(key=kind)
    checked = params_check(kind=found, params=params)
    _here_require(project, inputs)
    plan_make(kind=found, inputs=inputs, params=checked)
    title = clean_name(name) if name.strip() else _name_propose(found.title, inputs, output)
    with transaction.atomic():
        try:
            made = dataset_create(project=project, user=user, name=output)
        except UserError as error:  # the person named it "output", not "name"
            raise type(error)(str(error), {"output": str(error)}) from None
        recipe = Recipe.objects.create(
            project=project, kind=kind, name=title, params=params_store(params=checked),
            params_version=found.version, output=made, created_by=user,
        )  # fmt: skip
        _slots_write(recipe, inputs)
    return recipe


def recipe_update(
    *,
    recipe: Recipe,
    user: User,
    params: Raw | None = None,
    name: str | None = None,
    inputs: Sequence[Dataset] | None = None,
) -> Recipe:
    """Change a recipe; what is None stays. What it would make differently is a new revision.

    A run that has started keeps what it started with. Raises as ``recipe_create`` does.
    """
    kind = kind_get(key=recipe.kind)
    before = recipe_inputs(recipe=recipe)
    reads = before if inputs is None else list(inputs)
    raw = params_current(recipe=recipe) if params is None else params
    if params is not None or inputs is not None:
        checked = params_check(kind=kind, params=raw)
        _here_require(recipe.project, reads)
        _circle_refuse(recipe, reads)
        plan_make(kind=kind, inputs=reads, params=checked)
        raw = params_store(params=checked)
    if name is not None:
        recipe.name = clean_name(name)
    moved = [dataset.pk for dataset in reads] != [dataset.pk for dataset in before]
    with transaction.atomic():
        locked = Recipe.objects.select_for_update().get(pk=recipe.pk)
        changed = dict(raw) != params_current(recipe=locked)
        recipe.revision = locked.revision + (changed or moved)
        recipe.params, recipe.params_version = dict(raw), kind.version
        recipe.save(update_fields=["name", "params", "params_version", "revision", "updated"])
        if moved:
            recipe.slots.all().delete()
            _slots_write(recipe, reads)
    project_touch(project=recipe.project)
    return recipe


def recipe_get(*, project: Project, recipe_id: UUID) -> Recipe:
    """Return a recipe of this project with its output; raises ``NotFound``."""
    found = Recipe.objects.select_related("output__current", "created_by")
    recipe = found.filter(project=project, pk=recipe_id).first()
    if recipe is None:
        raise NotFound(MISSING)
    recipe.project = recipe.output.project = project
    return recipe


def recipe_find(*, user: User, recipe_id: UUID, role: str = "viewer") -> Recipe:
    """Return a recipe by its id alone, for the API.

    Raises ``NotFound`` for strangers and ``Forbidden`` for members without ``role``.
    """
    project_id = Recipe.objects.filter(pk=recipe_id).values_list("project", flat=True).first()
    if project_id is None:
        raise NotFound(MISSING)
    try:
        project = project_get(user=user, project_id=project_id, role=role)
    except NotFound:
        raise NotFound(MISSING) from None
    return recipe_get(project=project, recipe_id=recipe_id)


def recipe_of(*, dataset: Dataset) -> Recipe | None:
    """Return the recipe that makes this dataset; None for an import."""
    recipe = Recipe.objects.filter(output=dataset).first()
    if recipe:
        recipe.output, recipe.project = dataset, dataset.project
    return recipe


def recipe_delete(*, recipe: Recipe) -> None:
    """Delete a recipe and the dataset that it makes; ``Conflict`` while a recipe reads that."""
    dataset_delete(dataset=recipe.output)


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

    ``{"columns", "rows", "count", "facts", "sql"}``, rows as text. A preview of other parameters
    of the same person that still runs is cancelled. Raises ``UserError`` for what does not fit,
    ``Conflict`` where an input has no rows, ``PreviewPending`` after ``seconds``.
    """
    _here_require(project, inputs)
    recipe_check(kind=kind, inputs=inputs, params=params)
    _rows_require(inputs)
    ids = [str(dataset.pk) for dataset in inputs]
    args = {"kind": kind, "inputs": ids, "params": dict(params)}
    subject = f"recipe_preview:{project.pk}:{user.pk}"
    return preview_ask(
        project=project, user=user, name=PREVIEW, subject=subject, title=f"Preview of {kind}",
        args=args, seconds=seconds,
        pending="The preview is still being made. Ask again in a moment.",
        stopped="The preview was stopped. Change something, or try again.",
    )  # fmt: skip


def recipe_preview_run(*, ctx: JobContext) -> dict[str, Any]:
    """Make a preview from the samples of the inputs, in a worker."""
    from datasets.engine.execute import Source, preview, sql
    from datasets.engine.sample import sample_make

    found = Dataset.objects.select_related("current").in_bulk(ctx.args["inputs"], field_name="pk")
    by_id = {str(pk): dataset for pk, dataset in found.items()}
    inputs = [by_id[pk] for pk in ctx.args["inputs"] if pk in by_id]
    kind = kind_get(key=ctx.args["kind"])
    inputs_require(kind=kind, inputs=inputs)
    _rows_require(inputs)
    sources = []
    for dataset in inputs:
        if version := dataset.current:
            files, columns = version_files(version=version), version_columns(version=version)
            sampled = sample_make(files, columns, project_sample(project=ctx.project))
            sources.append(Source(sampled, columns))
    checked = params_check(kind=kind, params=ctx.args["params"])
    plan = kind.plan([source.columns for source in sources], checked)
    return {**preview(plan, sources, PREVIEW_ROWS), "sql": sql(plan)}


def _slots_write(recipe: Recipe, inputs: Sequence[Dataset]) -> None:
    RecipeInput.objects.bulk_create(
        RecipeInput(recipe=recipe, dataset=dataset, position=position)
        for position, dataset in enumerate(inputs)
    )


def _here_require(project: Project, inputs: Sequence[Dataset]) -> None:
    if any(dataset.project_id != project.pk for dataset in inputs):
        raise NotFound("There is no such dataset in this project.")


def _rows_require(inputs: Sequence[Dataset]) -> None:
    for dataset in inputs:
        if dataset.current is None:
            raise Conflict(f"“{dataset.name}” has no rows yet; run what makes it first.")


def _circle_refuse(recipe: Recipe, inputs: Sequence[Dataset]) -> None:
    """Refuse an input that is made, directly or not, of this recipe's output."""
    slots = RecipeInput.objects.filter(recipe__project=recipe.project)
    parents: dict[str, list[str]] = {}
    for output, read in slots.values_list("recipe__output", "dataset"):
        parents.setdefault(str(output), []).append(str(read))
    fed = {str(recipe.output_id), *downstream(parents, [str(recipe.output_id)])}
    for dataset in inputs:
        if str(dataset.pk) in fed:
            message = f"“{dataset.name}” is made of this recipe's own output; choose another input."
            raise Conflict(message, {"inputs": message})


def _name_propose(title: str, inputs: Sequence[Dataset], output: str) -> str:
    return clean_name(f"{title} {inputs[0].name if inputs else output}"[:NAME_LENGTH])
