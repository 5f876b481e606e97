"""What a recipe comes to: its kind, its checked parameters, its query, its columns."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from datasets.engine.recipes.base import CodeRecipe, ModelRecipe, Plan, VisualRecipe
from datasets.engine.recipes.base import Recipe as Kind
from datasets.engine.recipes.base import recipes as kinds
from datasets.engine.types import Column
from datasets.models import Dataset, Recipe
from datasets.services.models import model_applied, model_choices
from datasets.services.rows import version_columns
from segplatform.kernel.errors import Conflict, UserError
from segplatform.kernel.params import Params, check

MODELS_TRIED = 20  # to propose one that fits: each is a file to read
RUN_FIRST = "Run it first: what a Python recipe gives is known only after it ran."


def recipe_kinds() -> list[dict[str, Any]]:
    """List the kinds of recipes.

    ``key, title, help, icon, family, slots, min_inputs, max_inputs, schema`` of each.
    """
    return [
        {
            "key": kind.key,
            "title": kind.title,
            "help": kind.help,
            "icon": kind.icon,
            "family": kind.family,
            "slots": list(kind.slots),
            "min_inputs": kind.min_inputs,
            "max_inputs": kind.max_inputs,
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

    Raises ``Conflict`` for an import without rows, and for what a program makes before it ran.
    """
    if dataset.current is not None:
        return version_columns(version=dataset.current)
    recipe = Recipe.objects.filter(output=dataset).first()
    if recipe is None:
        message = f"“{dataset.name}” has no rows yet; wait for its import."
        raise Conflict(message, {"inputs": message})
    kind = kind_get(key=recipe.kind)
    if not isinstance(kind, VisualRecipe | ModelRecipe):
        raise Conflict(RUN_FIRST, {"inputs": RUN_FIRST})
    inputs = recipe_inputs(recipe=recipe)
    schemas = [dataset_columns(dataset=each) for each in inputs]
    params = params_check(kind=kind, params=params_current(recipe=recipe))
    if isinstance(kind, ModelRecipe):
        model = model_applied(kind=kind, project=dataset.project, params=params)
        return kind.columns(schemas, params, model)
    return plan_columns(plan=kind.plan(schemas, params), schemas=schemas)


def plan_columns(*, plan: Plan, schemas: Sequence[Sequence[Column]]) -> list[Column]:
    """Return the columns of the result, as the engine itself says; raises ``UserError``."""
    from datasets.engine.execute import describe  # loads sqlglot

    return describe(plan, schemas)


def recipe_inputs(*, recipe: Recipe) -> list[Dataset]:
    """List the inputs of a recipe in their places, with their current versions."""
    slots = recipe.slots.select_related("dataset__current", "dataset__project")
    return [slot.dataset for slot in slots]


def recipe_check(*, kind: str, inputs: Sequence[Dataset], params: Mapping[str, Any]) -> Plan | None:
    """Return the query of a recipe, checked against the columns of its inputs; reads no rows.

    None for a model, which is checked likewise, and for a program, of which only the number of
    inputs is checked: what it does shows when it runs. Raises ``UserError`` with ``fields``
    ("steps.0.expression", "inputs", "kind") else.
    """
    found = kind_get(key=kind)
    return plan_make(kind=found, inputs=inputs, params=params_check(kind=found, params=params))


def plan_make(*, kind: Kind, inputs: Sequence[Dataset], params: Params) -> Plan | None:
    """Plan with checked parameters over the inputs' columns, and have the engine check it."""
    inputs_require(kind=kind, inputs=inputs)
    if isinstance(kind, CodeRecipe):
        return None
    schemas = [dataset_columns(dataset=dataset) for dataset in inputs]
    if isinstance(kind, ModelRecipe):
        model = model_applied(kind=kind, project=inputs[0].project, params=params)
        kind.columns(schemas, params, model)
        return None
    if not isinstance(kind, VisualRecipe):
        raise TypeError(f"{type(kind).__name__} is of no family")
    plan = kind.plan(schemas, params)
    plan_columns(plan=plan, schemas=schemas)
    return plan


def recipe_proposal(*, kind: str, inputs: Sequence[Dataset]) -> dict[str, Any]:
    """Propose parameters for these inputs, for a form that opens filled in."""
    found = kind_get(key=kind)
    inputs_require(kind=found, inputs=inputs)
    if isinstance(found, CodeRecipe):
        return {"code": recipe_templates(kind=kind, inputs=inputs)[0]["code"]}
    if isinstance(found, VisualRecipe):
        return found.proposal([dataset_columns(dataset=dataset) for dataset in inputs])
    return _model_proposal(found, inputs[0]) if isinstance(found, ModelRecipe) else {}


def _model_proposal(kind: ModelRecipe, dataset: Dataset) -> dict[str, Any]:
    """Propose the first model that fits the dataset; the first one where none does."""
    schemas = [dataset_columns(dataset=dataset)]
    proposed = kind.proposal(schemas)
    models = [pk for pk, _ in model_choices(kind=kind, project=dataset.project)]
    for pk in models[:MODELS_TRIED]:
        wanted = {**proposed, kind.model_param: pk}
        try:
            params = params_check(kind=kind, params=wanted)
            model = model_applied(kind=kind, project=dataset.project, params=params)
            kind.columns(schemas, params, model)
        except UserError:
            continue
        return wanted
    return {**proposed, kind.model_param: models[0]} if models else proposed


def recipe_templates(*, kind: str, inputs: Sequence[Dataset]) -> list[dict[str, str]]:
    """List the programs that a code recipe over these inputs can start from, the proposed first.

    ``{"key", "title", "help", "code"}`` each, written for the names of the inputs and their
    columns; empty for other kinds.
    """
    found = kind_get(key=kind)
    if not isinstance(found, CodeRecipe):
        return []
    named = {dataset.name: _columns_known(dataset) for dataset in inputs}
    return [asdict(template) for template in found.templates(named)]


def _columns_known(dataset: Dataset) -> list[Column]:
    """Return the columns of a dataset; none where nobody knows them yet."""
    try:
        return dataset_columns(dataset=dataset)
    except UserError:
        return []


def inputs_require(*, kind: Kind, inputs: Sequence[Dataset]) -> None:
    """Raise ``UserError`` unless the kind reads so many datasets, each of them once."""
    if kind.min_inputs <= len(inputs) <= kind.max_inputs:
        if isinstance(kind, CodeRecipe):
            _once_require(inputs)
        return
    if isinstance(kind, CodeRecipe):
        message = f"{kind.title} reads at most {kind.max_inputs} datasets, not {len(inputs)}."
    else:
        slots = ", ".join(kind.slots)
        message = f"{kind.title} reads {len(kind.slots)} ({slots}), not {len(inputs)}."
    raise UserError(message, {"inputs": message})


def _once_require(inputs: Sequence[Dataset]) -> None:
    """Refuse a dataset that is chosen twice: a program knows its inputs by their names."""
    seen = set()
    for dataset in inputs:
        if dataset.pk in seen:
            message = f"“{dataset.name}” is chosen twice; choose each dataset once."
            raise UserError(message, {"inputs": message})
        seen.add(dataset.pk)
