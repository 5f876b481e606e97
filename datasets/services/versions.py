"""The history of a dataset: old versions found, and made the current one again."""

import os
import shutil
import uuid
from pathlib import Path

from django.conf import settings
from django.db import transaction

from datasets.engine.connectors.base import ReadResult
from datasets.engine.store import publish_folder
from datasets.models import Dataset, DatasetVersion, RecipeRun
from datasets.services.datasets import job_subject, version_create
from datasets.services.files import folders_remove, scratch_folder, version_folder
from datasets.services.previews import job_active
from projects.models import Job, User
from projects.services.projects import project_touch
from segplatform.kernel.errors import Conflict, NotFound

BUSY = "“{name}” is being filled right now. Wait until that is done, or cancel it, then restore."
GONE = "The files of version {number} were removed meanwhile."


def version_get(*, dataset: Dataset, number: int) -> DatasetVersion:
    """Return a version by its number, from 1; raises ``NotFound``."""
    version = dataset.versions.filter(number=number).first()
    if version is None:
        raise NotFound(f"“{dataset.name}” has no version {number}.")
    return version


def version_restore(*, dataset: Dataset, number: int, user: User) -> DatasetVersion:
    """Make the rows of an old version the current ones again, as a new version.

    The new one has files of its own (hard links where the disk knows them), so that either may
    be deleted; it keeps the report and the profile. A project that keeps only the latest version
    drops the others. A recipe's output then counts as out of date: a run would replace it.
    Raises ``Conflict`` while a job fills the dataset and for the version that is current.
    """
    old = version_get(dataset=dataset, number=number)
    _restorable_require(dataset, old)
    folder = version_folder(
        project_id=dataset.project_id, dataset_id=dataset.pk, version_id=(pk := uuid.uuid4())
    )
    _files_link(old, folder)
    try:
        with transaction.atomic():
            locked = Dataset.objects.select_for_update(no_key=True).get(pk=dataset.pk)
            _restorable_require(locked, old)
            result = ReadResult(old.columns, old.rows, old.files, old.bytes, old.report)
            version = version_create(user, dataset, result, pk, folder, _origin(old))
            version.profile = old.profile
            version.save(update_fields=["profile"])
    except BaseException:
        folders_remove(folders=[folder])
        raise
    project_touch(project=dataset.project)
    return version


def _restorable_require(dataset: Dataset, old: DatasetVersion) -> None:
    if dataset.current_id == old.pk:
        raise Conflict(f"Version {old.number} is the current one already.")
    waiting = RecipeRun.objects.filter(
        recipe__output=dataset, version=None, error="", job__state__in=Job.ACTIVE
    )
    if job_active(subject=job_subject(dataset=dataset)) or waiting.exists():
        raise Conflict(BUSY.format(name=dataset.name))


def _origin(old: DatasetVersion) -> dict[str, object]:
    """Give what made the rows; without the run and the import, which made the old version only."""
    kept = {key: value for key, value in old.origin.items() if key not in ("run", "import")}
    return kept | {"restored": old.number}


def _files_link(old: DatasetVersion, folder: str) -> None:
    """Put the files of a version into a folder of their own; files of versions never change.

    Housekeeping knows the beginning of the folder's first name (``works_expire``).
    """
    source, final = Path(settings.DATA_DIR) / old.folder, Path(settings.DATA_DIR) / folder
    tmp = scratch_folder() / f"import-restore-{uuid.uuid4()}"
    tmp.mkdir(parents=True, mode=0o700)
    try:
        for path in source.iterdir():
            _link(path, tmp / path.name)
        publish_folder(tmp, final)
    except FileNotFoundError as error:
        raise Conflict(GONE.format(number=old.number)) from error
    finally:
        shutil.rmtree(tmp, ignore_errors=True)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # a disk without hard links
        shutil.copyfile(source, target)
