"""The ML Lab."""

from collections.abc import Collection, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import AppConfig

from datasets.hooks import ColumnUse, column_users, model_sources
from projects import hooks

if TYPE_CHECKING:
    from projects.models import Project, User

ENGINE = (
    "prepare", "sketch", "train", "compare", "profiles", "silhouettes", "assignments", "score",
    "find_k",
    "rules", "rule_sql", "by_hand", "combine", "value_check",
)  # fmt: skip
REGISTRIES = ("algorithms", "metrics", "charts")
LIBRARIES = (
    "numpy", "pandas", "scipy.cluster.hierarchy", "sklearn.cluster", "sklearn.decomposition",
    "sklearn.metrics", "sklearn.mixture", "sklearn.neighbors", "sklearn.preprocessing",
    "sklearn.tree",
)  # fmt: skip


class MllabConfig(AppConfig):
    """Clustering experiments, leaderboards and segmentations."""

    name = "mllab"
    verbose_name = "ML Lab"

    def ready(self) -> None:
        """Fill the job table (the decorators do it on import) and the hooks of the shared pages."""
        from mllab import tasks  # noqa: F401
        from mllab.engine.score_recipe import Score  # registers itself
        from mllab.services.deleted import SegmentationBin, UseCaseBin
        from mllab.services.demo_hook import Demos
        from mllab.services.models import Segmentations

        model_sources[Score.key] = Segmentations()
        column_users.append(find_column_uses)
        hooks.rail_entries.append(
            hooks.RailEntry("lab", "ML Lab", "flask-conical", "lab", order=30)
        )
        hooks.rail_entries.append(
            hooks.RailEntry("segments", "Segments", "shapes", "segmentation_list", order=40)
        )
        hooks.dataset_actions.append(hooks.DatasetAction("ML Lab", "flask-conical", "lab"))
        hooks.project_counts += [count_use_cases, count_segmentations]
        hooks.search_providers += [search_use_cases, search_segmentations]
        hooks.worker_start.append(preload)
        hooks.housekeeping.append(tidy)
        hooks.bins += [UseCaseBin(), SegmentationBin()]
        hooks.stored_folders.append(stored)
        hooks.integrity.append(find_faults)
        hooks.demo = Demos()


def count_use_cases(project_ids: Iterable[UUID]) -> dict[str, dict[UUID, int]]:
    """Count the use cases of projects, for their cards."""
    from mllab.services.use_cases import use_case_counts

    return {"use_cases": use_case_counts(project_ids=project_ids)}


def search_use_cases(user: "User", text: str) -> list[hooks.SearchHit]:
    """Find, for the quick search, use cases that the person may open."""
    from django.urls import reverse

    from mllab.services.use_cases import use_cases_named

    return [
        hooks.SearchHit(
            label=found.name,
            kind="Use case",
            url=reverse("use_case", args=[found.project_id, found.pk]),
            icon="flask-conical",
            detail=found.project.name,
        )
        for found in use_cases_named(user=user, text=text)
    ]


def find_column_uses(
    project: "Project", gone: Mapping[UUID, Collection[str]]
) -> Iterable[ColumnUse]:
    """Name, for who changes a dataset, the use cases that learn from columns that would be gone."""
    from mllab.services.column_uses import column_uses

    return column_uses(project=project, gone=gone)


def count_segmentations(project_ids: Iterable[UUID]) -> dict[str, dict[UUID, int]]:
    """Count the segmentations of projects, for their cards."""
    from mllab.services.segments_area import segmentation_counts

    return {"segmentations": segmentation_counts(project_ids=project_ids)}


def search_segmentations(user: "User", text: str) -> list[hooks.SearchHit]:
    """Find, for the quick search, segmentations that the person may open."""
    from django.urls import reverse

    from mllab.services.segmentations import segmentations_named

    return [
        hooks.SearchHit(
            label=found.name,
            kind="Segmentation",
            url=reverse("segmentation", args=[found.project_id, found.pk]),
            icon="shapes",
            detail=found.project.name,
        )
        for found in segmentations_named(user=user, text=text)
    ]


def preload() -> None:
    """Import, in a worker's parent, what the jobs of this app would each wait for."""
    for name in (*LIBRARIES, *(f"mllab.engine.{module}" for module in ENGINE)):
        import_module(name)
    for kind in REGISTRIES:
        getattr(import_module(f"mllab.engine.{kind}.base"), kind).discover()


def find_faults() -> list[hooks.Fault]:
    """Look for prototypes without their files, and files without a prototype."""
    from mllab.services.integrity import lab_faults

    return lab_faults()


def stored(alias: str) -> Iterable[str]:
    """Name the folders of experiments and prototypes, for a backup."""
    from mllab.services.files import stored_folders

    return stored_folders(alias=alias)


def tidy() -> None:
    """Remove files that a crash left behind."""
    from mllab.services.files import lab_files_collect

    lab_files_collect()
