"""Deleted datasets, each with the recipe that makes it: restored, or removed for good."""

from collections.abc import Callable
from typing import Any

from datasets.models import Dataset, DatasetVersion, Recipe, RecipeInput
from datasets.services.files import folders_remove
from datasets.services.links import links_restore
from projects.services.bins import Bin
from segplatform.kernel.errors import Conflict


class DatasetBin(Bin):
    """The deleted datasets of a project."""

    kind, word, icon, url_name, model = "dataset", "Dataset", "table-2", "dataset", Dataset

    def detail(self, thing: Dataset) -> str:
        """Name the recipe that makes it."""
        recipe = _recipe(thing)
        return f"with the recipe “{recipe.name}”" if recipe else ""

    def check_restore(self, thing: Dataset) -> None:
        """Refuse an output while an input of its recipe is deleted."""
        inputs = RecipeInput.every.filter(recipe__output=thing).values("dataset")
        found = Dataset.every.select_for_update().filter(pk__in=inputs).order_by("name")
        gone = [f"“{each.name}”" for each in found if each.deleted]
        if gone:
            told = ", ".join(gone)
            raise Conflict(f"“{thing.name}” is made of {told}, deleted too; restore that first.")

    def check_purge(self, thing: Dataset) -> None:
        """Refuse to remove what something that can be restored is made of."""
        slots = RecipeInput.every.filter(dataset=thing)
        names = sorted(set(slots.values_list("recipe__output__name", flat=True)))
        if names:
            told = ", ".join(f"“{name}”" for name in names)
            raise Conflict(
                f"{told} can still be restored and needs “{thing.name}”; "
                "delete that for good first."
            )

    def restored(self, thing: Dataset) -> None:
        """Let those point to it again who did."""
        links_restore(dataset=thing)

    def removal(self, thing: Any) -> Callable[[], None]:
        """Remove the folders of its versions."""
        versions = DatasetVersion.every.filter(dataset=thing)
        folders = list(versions.values_list("folder", flat=True))
        return lambda: folders_remove(folders=folders)


def _recipe(dataset: Dataset) -> Recipe | None:
    return Recipe.every.filter(output=dataset).first()
