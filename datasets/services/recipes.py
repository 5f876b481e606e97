"""Recipes of a project: made, changed, previewed, deleted."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from datasets.engine.graph import downstream
from datasets.models import Dataset, Recipe, RecipeInput
from datasets.services.datasets import dataset_create, dataset_delete
from datasets.services.plans import (
    kind_get,
    params_check,
    params_current,
    params_store,
    plan_make,
    recipe_check,
    recipe_inputs,
    recipe_kinds,
    recipe_proposal,
    recipe_templates,
)
from datasets.services.previews import PreviewPending
from datasets.services.recipe_previews import (
    PREVIEW,
    inputs_here_require,
    recipe_preview,
    recipe_preview_run,
)
from datasets.services.runs import recipe_run_start
from datasets.services.states import State, recipe_state
from projects.models import Project, User
from projects.services.audit import audit_record
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
    "recipe_templates",
    "recipe_update",
]

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
    inputs_here_require(project, inputs)
    plan_make(kind=found, inputs=inputs, params=checked)
    title = clean_name(name) if name.strip() else _name_propose(found.title, inputs, output)
    with transaction.atomic():
        _inputs_hold(inputs)
        try:
            made = dataset_create(project=project, user=user, name=output)
        except UserError as error:  # the person named it "output", not "name"
            raise type(error)(str(error), {"output": str(error)}) from None
        recipe = Recipe.objects.create(
            project=project, kind=kind, name=title, params=params_store(params=checked),
            params_version=found.version, output=made, created_by=user,
        )  # fmt: skip
        _slots_write(recipe, inputs)
        audit_record(action="recipe.create", thing=recipe, kind=kind)
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
        inputs_here_require(recipe.project, reads)
        _circle_refuse(recipe, reads)
        plan_make(kind=kind, inputs=reads, params=checked)
        raw = params_store(params=checked)
    if name is not None:
        recipe.name = clean_name(name)
    moved = [dataset.pk for dataset in reads] != [dataset.pk for dataset in before]
    with transaction.atomic():
        locked = Recipe.objects.select_for_update(no_key=True).filter(pk=recipe.pk).first()
        if locked is None:
            raise NotFound(MISSING)
        changed = dict(raw) != params_current(recipe=locked)
        recipe.revision = locked.revision + (changed or moved)
        recipe.params, recipe.params_version = dict(raw), kind.version
        recipe.save(update_fields=["name", "params", "params_version", "revision", "updated"])
        if moved:
            _inputs_hold(reads)
            recipe.slots.all().delete()
            _slots_write(recipe, reads)
        audit_record(action="recipe.change", thing=recipe, revision=recipe.revision)
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
    with transaction.atomic():
        dataset_delete(dataset=recipe.output)
        audit_record(action="recipe.delete", thing=recipe, kind=recipe.kind)


def _slots_write(recipe: Recipe, inputs: Sequence[Dataset]) -> None:
    RecipeInput.objects.bulk_create(
        RecipeInput(recipe=recipe, dataset=dataset, position=position)
        for position, dataset in enumerate(inputs)
    )


def _inputs_hold(inputs: Sequence[Dataset]) -> None:
    """Keep the inputs from being deleted until the commit; ``Conflict`` where one just was."""
    here = Dataset.objects.select_for_update(no_key=True).order_by("pk")
    found = {each.pk for each in here.filter(pk__in=[each.pk for each in inputs])}
    if gone := [each.name for each in inputs if each.pk not in found]:
        message = f"“{gone[0]}” was deleted meanwhile; choose another input."
        raise Conflict(message, {"inputs": message})


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
