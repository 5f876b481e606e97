"""Deleted use cases and segmentations: restored, or removed for good."""

from collections.abc import Callable
from typing import Any

from mllab.models import Segmentation, SegmentationVersion, UseCase
from mllab.services.files import lab_folders_remove, use_case_folder
from projects.services.bins import Bin
from segplatform.kernel.errors import Conflict


class UseCaseBin(Bin):
    """The deleted use cases of a project, each with its experiments and prototypes."""

    kind, word, icon, url_name = "use_case", "Use case", "flask-conical", "use_case"
    model = UseCase

    def detail(self, thing: UseCase) -> str:
        """Count its prototypes."""
        count = thing.prototypes_made
        return f"with {count} prototype{'s' * (count != 1)}" if count else ""

    def check_purge(self, thing: UseCase) -> None:
        """Refuse to remove what a deleted segmentation is made of."""
        versions = SegmentationVersion.every.filter(prototype__experiment__use_case=thing)
        names = sorted(set(versions.values_list("segmentation__name", flat=True)))
        if names:
            told = ", ".join(f"“{name}”" for name in names)
            raise Conflict(
                f"{told} can still be restored and needs “{thing.name}”; "
                "delete that for good first."
            )

    def removal(self, thing: Any) -> Callable[[], None]:
        """Remove the folder of the use case."""
        folder = use_case_folder(use_case=thing)
        return lambda: lab_folders_remove(folders=[folder])


class SegmentationBin(Bin):
    """The deleted segmentations of a project; their prototypes stay in the ML Lab."""

    kind, word, icon, url_name = "segmentation", "Segmentation", "shapes", "segmentation"
    model = Segmentation

    def check_restore(self, thing: Segmentation) -> None:
        """Refuse one of which the prototypes are deleted with their use case."""
        used = UseCase.every.filter(experiments__prototypes__promotions__segmentation=thing)
        gone = used.filter(deleted__isnull=False).order_by("name").distinct()
        if names := ", ".join(f"“{each.name}”" for each in gone):
            raise Conflict(
                f"“{thing.name}” is made of prototypes of {names}, deleted too; restore that first."
            )
