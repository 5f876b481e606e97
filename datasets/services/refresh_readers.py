"""What would not work any more if a dataset had other columns: recipes, and use cases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from datasets.engine.recipes.base import CodeRecipe, ModelRecipe, VisualRecipe
from datasets.engine.types import Column
from datasets.hooks import ColumnUse, column_users
from datasets.models import Dataset, Recipe
from datasets.services.models import model_applied
from datasets.services.plans import (
    dataset_columns,
    kind_get,
    params_check,
    params_current,
    plan_columns,
)
from datasets.services.states import Graph, graph_load
from segplatform.kernel.errors import UserError


@dataclass(frozen=True)
class Reader:
    """A recipe that reads what changed, and what it would say; "" for a program, which cannot."""

    recipe: Recipe
    why: str


@dataclass(frozen=True)
class Readers:
    """What a change of columns would break: recipes, and what else works with columns."""

    recipes: list[Reader]
    others: list[ColumnUse]


def refresh_readers(*, dataset: Dataset, columns: Sequence[Mapping[str, Any]]) -> Readers:
    """List what fits the dataset now and not with ``columns``, here and downstream.

    What a recipe gives is followed. Programs that read the dataset are listed too: nobody can say
    what they need.
    """
    graph = graph_load(project=dataset.project)
    changed = {dataset.pk: [Column(column["name"], column["type"]) for column in columns]}
    found: list[Reader] = []
    broken: set[UUID] = set()
    for recipe in graph.recipes:
        inputs = {each.pk for each in graph.inputs[recipe.pk]}
        if inputs & broken:
            broken.add(recipe.output_id)
            continue
        if not inputs & changed.keys():
            continue
        if isinstance(kind_get(key=recipe.kind), CodeRecipe):
            found.append(Reader(recipe, ""))
            continue
        why = _follow(graph, recipe, changed)
        if why and not _follow(graph, recipe, {}):
            found.append(Reader(recipe, why))
            broken.add(recipe.output_id)
    gone = _gone(changed, broken)
    others = [use for users in column_users for use in users(dataset.project, gone)]
    return Readers(found, others)


def _gone(changed: Mapping[UUID, list[Column]], broken: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Name the columns that each dataset would lose: all of what would not be made any more."""
    gone: dict[UUID, set[str]] = {}
    ids = {*changed, *broken}
    for each in Dataset.objects.filter(pk__in=ids).select_related("current"):
        before = each.current.columns if each.current else []
        now = {column.name for column in changed.get(each.pk, ())}
        if lost := {column["name"] for column in before} - now:
            gone[each.pk] = lost
    return gone


def _follow(graph: Graph, recipe: Recipe, changed: dict[UUID, list[Column]]) -> str:
    """Plan with the changed columns; note those of the result. Return why that is not possible."""
    try:
        schemas = [
            changed[each.pk] if each.pk in changed else dataset_columns(dataset=each)
            for each in graph.inputs[recipe.pk]
        ]
        made = _columns(recipe, schemas)
    except UserError as error:
        return next(iter(error.fields.values()), "") or str(error)
    if changed:
        changed[recipe.output_id] = made
    return ""


def _columns(recipe: Recipe, schemas: list[list[Column]]) -> list[Column]:
    kind = kind_get(key=recipe.kind)
    params = params_check(kind=kind, params=params_current(recipe=recipe))
    if isinstance(kind, ModelRecipe):
        model = model_applied(kind=kind, project=recipe.project, params=params)
        return kind.columns(schemas, params, model)
    if not isinstance(kind, VisualRecipe):
        raise TypeError(f"{type(kind).__name__} is of no family")
    return plan_columns(plan=kind.plan(schemas, params), schemas=schemas)
