"""Recipes and finished runs to test with, without running anything."""

from collections.abc import Sequence
from typing import Any

from datasets.models import Dataset, DatasetVersion, Recipe, RecipeInput, RecipeRun
from projects.models import Project
from tests.factories.datasets import make_version

DOUBLED: dict[str, Any] = {
    "steps": [{"kind": "formula", "column": "Twice", "expression": "Quantity * 2"}]
}
"""Works on ``tests.factories.datasets.COLUMNS``, and on what it makes of them."""


def make_recipe(
    project: Project,
    inputs: Sequence[Dataset],
    output: str = "result",
    params: dict[str, Any] | None = None,
    kind: str = "prepare",
    **fields: Any,
) -> Recipe:
    """Save a recipe with an output that has no rows yet."""
    made = Dataset.objects.create(project=project, name=output)
    recipe = Recipe.objects.create(
        project=project, kind=kind, name=fields.pop("name", f"Make {output}"),
        params=params or DOUBLED, output=made, **fields,
    )  # fmt: skip
    for position, dataset in enumerate(inputs):
        RecipeInput.objects.create(recipe=recipe, dataset=dataset, position=position)
    return recipe


def make_run(recipe: Recipe, **version: Any) -> DatasetVersion:
    """Save what a run of the recipe as it is now would leave, with the factory's rows."""
    for dataset in (recipe.output, *(inputs := list(recipe.inputs.all()))):
        dataset.refresh_from_db()
    made = make_version(recipe.output, **version)
    used = {str(dataset.pk): str(dataset.current_id) for dataset in inputs}
    run = RecipeRun.objects.create(
        recipe=recipe, revision=recipe.revision, params=recipe.params, version=made,
        inputs=[{"dataset": name, "version": version} for name, version in used.items()],
    )  # fmt: skip
    made.origin = {
        "recipe": str(recipe.pk), "revision": recipe.revision, "run": str(run.pk), "inputs": used,
    }  # fmt: skip
    made.save(update_fields=["origin"])
    return made
