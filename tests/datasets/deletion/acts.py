"""What is done with a deleted dataset, and what of it lies on the disk."""

from pathlib import Path

from django.conf import settings

from datasets.models import Dataset, DatasetVersion
from projects.services.deleted import deleted_purge, deleted_restore


def folders_of(dataset: Dataset) -> list[Path]:
    """List the folders of its versions, whether they are there or not."""
    found = DatasetVersion.every.filter(dataset=dataset)
    return [Path(settings.DATA_DIR) / version.folder for version in found]


def restore(dataset: Dataset) -> str:
    """Bring it back; give the name that it has now."""
    found = deleted_restore(project=dataset.project, kind="dataset", thing_id=dataset.pk)
    return found.name


def purge(dataset: Dataset) -> None:
    """Remove it for good."""
    deleted_purge(project=dataset.project, kind="dataset", thing_id=dataset.pk)
