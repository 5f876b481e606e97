"""What a recipe comes to: its kind, its checked parameters, its query, its columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from datasets.engine.recipes.base import Plan
from datasets.engine.recipes.base import Recipe as Kind
from datasets.engine.recipes.base import recipes as kinds
from datasets.engine.types import Column
from datasets.models import Dataset, Recipe
from datasets.services.rows import version_columns
from segplatform.kernel.errors import Conflict, UserError
from segplatform.kernel.params import Params, check


def recipe_kinds() -> list[dict[str, Any]]:
    """List the kinds of recipes: ``key, title, help, icon, family, slots, schema`` of each."""
    return [
        {
            "key": kind.key,
            "title": kind.title,
            "help": kind.help,
            "icon": kind.icon,
            "family": kind.family,
            "slots": list(kind.slots),
            "schema": kind.Params.model_json_schema(),
        }
        for kind in kinds.all()
    ]


def kind_get(*, key: str) -> Kind:
    """Return the kind of this key; raises ``UserError`` where there is none."""
    try:
        return kinds.get(key)()
    except KeyError:
        known = ", ".join(kind.key for kind in kinds.all())
        message = f"There is no recipe “{key[:40]}”; use one of {known}."
        raise UserError(message, {"kind": message}) from None


def params_check(*, kind: Kind, params: Mapping[str, Any]) -> Params:
    """Read parameters as they are written today; ``UserError`` with ``fields`` else."""
    return check(kind.Params, params)


def params_current(*, recipe: Recipe) -> dict[str, Any]:
    """Return the stored parameters as they are written today, whenever they were stored."""
    kind = kind_get(key=recipe.kind)
    if recipe.params_version == kind.version:
        return dict(recipe.params)
    return kind.migrate(dict(recipe.params), recipe.params_version)


def params_store(*, params: Params) -> dict[str, Any]:
    """Return parameters as they are stored: every value written out, so defaults may change."""
    return params.model_dump(mode="json", serialize_as_any=True)


def dataset_columns(*, dataset: Dataset) -> list[Column]:
    """Return the columns of a dataset, or those that its recipe will give it.

    Raises ``Conflict`` for an import without rows.
    """
    if dataset.current is not None:
        return version_columns(version=dataset.current)
    recipe = Recipe.objects.filter(output=dataset).first()
    if recipe is None:
        message = f"“{dataset.name}” has no rows yet; wait for its import."
        raise Conflict(message, {"inputs": message})
    inputs = recipe_inputs(recipe=recipe)
    schemas = [dataset_columns(dataset=each) for each in inputs]
    kind = kind_get(key=recipe.kind)
    params = params_check(kind=kind, params=params_current(recipe=recipe))
    return plan_columns(plan=kind.plan(schemas, params), schemas=schemas)


def plan_columns(*, plan: Plan, schemas: Sequence[Sequence[Column]]) -> list[Column]:
    """Return the columns of the result, as the engine itself says; raises ``UserError``."""
    from datasets.engine.execute import describe  # loads sqlglot

    return describe(plan, schemas)


def recipe_inputs(*, recipe: Recipe) -> list[Dataset]:
    """List the inputs of a recipe in their places, with their current versions."""
    slots = recipe.slots.select_related("dataset__current", "dataset__project")
    return [slot.dataset for slot in slots]


def recipe_check(*, kind: str, inputs: Sequence[Dataset], params: Mapping[str, Any]) -> Plan:
    """Return the query of a recipe, checked against the columns of its inputs; reads no rows.

    Raises ``UserError`` with ``fields`` ("steps.0.expression", "inputs", "kind") else.
    """
    found = kind_get(key=kind)
    return plan_make(kind=found, inputs=inputs, params=params_check(kind=found, params=params))


def plan_make(*, kind: Kind, inputs: Sequence[Dataset], params: Params) -> Plan:
    """Plan with checked parameters over the inputs' columns, and have the engine check it."""
    inputs_require(kind=kind, inputs=inputs)
    schemas = [dataset_columns(dataset=dataset) for dataset in inputs]
    plan = kind.plan(schemas, params)
    plan_columns(plan=plan, schemas=schemas)
    return plan


def recipe_proposal(*, kind: str, inputs: Sequence[Dataset]) -> dict[str, Any]:
    """Propose parameters for these inputs, for a form that opens filled in."""
    found = kind_get(key=kind)
    inputs_require(kind=found, inputs=inputs)
    return found.proposal([dataset_columns(dataset=dataset) for dataset in inputs])


def inputs_require(*, kind: Kind, inputs: Sequence[Dataset]) -> None:
    """Raise ``UserError`` unless there is one dataset for each input of the kind."""
    if len(inputs) != len(kind.slots):
        slots = ", ".join(kind.slots)
        message = f"{kind.title} reads {len(kind.slots)} ({slots}), not {len(inputs)}."
        raise UserError(message, {"inputs": message})
