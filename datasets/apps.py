"""Datasets: import, store, recipes and the flow."""

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import AppConfig

from projects import hooks

if TYPE_CHECKING:
    from projects.models import User


class DatasetsConfig(AppConfig):
    """Tables of a project and the steps that make them."""

    name = "datasets"

    def ready(self) -> None:
        """Fill the job table (the decorators do it on import) and the hooks of the shared pages."""
        from datasets import tasks  # noqa: F401
        from datasets.services.connections import ConnectionBin
        from datasets.services.deleted import DatasetBin

        hooks.project_home = "flow"
        hooks.rail_entries += [
            hooks.RailEntry("flow", "Flow", "workflow", "flow", order=10),
            hooks.RailEntry("datasets", "Datasets", "table-2", "dataset_list", order=20),
        ]
        hooks.project_counts.append(count_datasets)
        hooks.search_providers.append(search_datasets)
        # The sandbox boots in a process of its own while this one imports.
        hooks.worker_start += [start_sandbox, preload, try_sandbox]
        hooks.health["sandbox"] = sandbox_health
        hooks.checks += [check_sandbox, check_outgoing, check_connections_key]
        hooks.banners.append(warn_unsafe)
        hooks.housekeeping.append(tidy)
        hooks.bins += [DatasetBin(), ConnectionBin()]
        hooks.stored_folders.append(stored)
        hooks.integrity.append(find_faults)
        hooks.measures.append(measure_files)
        hooks.error_pages.append("datasets.web.on_demand.released_page")


def count_datasets(project_ids: Iterable[UUID]) -> dict[str, dict[UUID, int]]:
    """Count the datasets of projects, for their cards."""
    from datasets.services.datasets import dataset_counts

    return {"datasets": dataset_counts(project_ids=project_ids)}


def search_datasets(user: "User", text: str) -> list[hooks.SearchHit]:
    """Find, for the quick search, datasets that the person may open."""
    from django.urls import reverse

    from datasets.services.datasets import datasets_named

    return [
        hooks.SearchHit(
            label=found.name,
            kind="Dataset",
            url=reverse("dataset", args=[found.project_id, found.pk]),
            icon="table-2",
            detail=found.project.name,
        )
        for found in datasets_named(user=user, text=text)
    ]


def preload() -> None:
    """Import, in a worker's parent, what the jobs of this app would each wait for."""
    engine = ("store", "query", "execute", "formula")
    for name in ("duckdb", *(f"datasets.engine.{module}" for module in engine)):
        import_module(name)


def start_sandbox() -> None:
    """Start the keeper of the sandbox, in a worker's parent: its children share it."""
    from datasets.services.sandbox import sandbox_boot

    sandbox_boot()


def try_sandbox() -> None:
    """Try the sandbox, in a worker's parent, and tell the web."""
    from datasets.services.sandbox import sandbox_start_test

    sandbox_start_test()


def sandbox_health() -> str:
    """Say for ``GET /health`` whether programs can run."""
    from datasets.services.sandbox import sandbox_word

    return sandbox_word()


def check_sandbox() -> tuple[str, str, str]:
    """Try the sandbox for `segplatform check`."""
    from datasets.services.sandbox import sandbox_check

    return ("sandbox", *sandbox_check())


def check_outgoing() -> tuple[str, str, str]:
    """Say for `segplatform check` where connections may lead."""
    from datasets.services.connection_health import outgoing_check

    return ("outgoing connections", *outgoing_check())


def check_connections_key() -> tuple[str, str, str]:
    """Look for `segplatform check` at who can read the key of stored credentials."""
    from datasets.services.connection_health import connections_key_check

    return ("key of connections", *connections_key_check())


def warn_unsafe() -> hooks.Banner | None:
    """Warn on every page where programs run without the sandbox."""
    from datasets.web.sandbox import sandbox_banner

    return sandbox_banner()


def measure_files() -> Iterable[hooks.Measure]:
    """Count datasets and bytes for ``GET /health/metrics``."""
    from datasets.services.measures import dataset_measures

    return dataset_measures()


def find_faults() -> list[hooks.Fault]:
    """Look for versions without their files, files without a version, jobs without a process."""
    from datasets.services.integrity import integrity_faults

    return integrity_faults()


def stored(alias: str) -> Iterable[str]:
    """Name the folders of versions, for a backup."""
    from datasets.services.files import stored_folders

    return stored_folders(alias=alias)


def tidy() -> None:
    """Remove expired uploads, rows that nobody asks for, and files that a crash left behind."""
    from datasets.services.connections import connections_renew
    from datasets.services.files import files_collect
    from datasets.services.imports import works_expire
    from datasets.services.on_demand import outputs_release
    from datasets.services.uploads import uploads_expire

    connections_renew()
    uploads_expire()
    works_expire()
    outputs_release()
    files_collect()
