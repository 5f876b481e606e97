"""What a run has to make besides what it is for, and whether what it made was there before."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from datasets.engine.recipes.base import CodeRecipe
from datasets.engine.results import ReadResult
from datasets.models import DatasetVersion, Recipe
from datasets.services.plans import kind_get
from datasets.services.states import Graph
from projects.models import Project

MADE_OF = ("recipe", "revision", "inputs", "model", "restored")  # of the origin of a version


def sees_upstream(graph: Graph, recipe: Recipe) -> bool:
    """Say whether a run has to see to what the recipe reads: its rows are made when asked for."""
    released = any(each.current and each.current.released for each in graph.inputs[recipe.pk])
    return released or recipe.project.persistency == Project.Persistency.ON_DEMAND


def stale_recipes(graph: Graph) -> list[Recipe]:
    """List what a run would change, in graph order."""
    return [recipe for recipe in graph.recipes if graph.states[recipe.output_id].stale]


def needed_recipes(graph: Graph, targets: Sequence[Recipe]) -> list[Recipe]:
    """List the targets, in graph order, with what they read that is out of date or not kept."""
    wanted = {recipe.pk for recipe in targets}
    read: set[UUID] = set()
    for recipe in reversed(graph.recipes):  # what reads comes before what is read
        version = recipe.output.current
        lacks = graph.states[recipe.output_id].stale or (version is not None and version.released)
        if recipe.pk in wanted or (lacks and recipe.output_id in read):
            wanted.add(recipe.pk)
            read |= {dataset.pk for dataset in graph.inputs[recipe.pk]}
    return [recipe for recipe in graph.recipes if recipe.pk in wanted]


def released_same(
    recipe: Recipe, result: ReadResult, origin: dict[str, Any]
) -> DatasetVersion | None:
    """Return the released version whose rows these are: of the same recipe, model and inputs.

    What a program makes must be the same to the byte: it may have asked the clock, or dice.
    """
    version = DatasetVersion.objects.filter(
        dataset_id=recipe.output_id, released__isnull=False
    ).first()
    if version is None or any(version.origin.get(key) != origin.get(key) for key in MADE_OF):
        return None
    if (version.rows, version.columns) != (result.rows, result.columns):
        return None
    if isinstance(kind_get(key=recipe.kind), CodeRecipe):
        before, now = (
            [file["sha256"] for file in files] for files in (version.files, result.files)
        )
        return version if before == now else None
    return version
