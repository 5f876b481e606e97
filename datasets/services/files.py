"""Where the files of versions lie, and how those that nobody names any more go."""

import os
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

from datasets.models import DatasetVersion
from segplatform.kernel.errors import Conflict

# A version's folder is renamed into place a moment before the database names it.
GRACE_SECONDS = 3600
# How exactly a folder's time says when its rows were last read: each note of it is a write.
READ_NOTED_SECONDS = 60


class RowsReleased(Conflict):
    """The rows of a version are made when somebody asks for them, and nobody has just now."""

    code = "rows_released"

    def __init__(self, version: DatasetVersion) -> None:
        super().__init__(
            f"The rows of “{version.dataset}” are not kept between uses. Run what makes it, "
            "then try again."
        )
        self.version = version


def version_folder(*, project_id: UUID, dataset_id: UUID, version_id: UUID) -> str:
    """Name the folder of a version, relative to the data directory: ids only, no person's words."""
    return f"projects/{project_id}/datasets/{dataset_id}/{version_id}"


def version_files(*, version: DatasetVersion) -> list[Path]:
    """List the Parquet files of a version, in the order of its rows, and note that it is read.

    Raises ``RowsReleased`` where they are made only on demand and nobody has asked.
    """
    if version.released:
        raise RowsReleased(version)
    folder = Path(settings.DATA_DIR) / version.folder
    _note_read(folder)
    return [folder / file["name"] for file in version.files]


def scratch_folder() -> Path:
    """Return the folder for files that live as long as one request or job."""
    return Path(settings.DATA_DIR) / "tmp"


@contextmanager
def preview_folder() -> Iterator[Path]:
    """Give an empty folder for one preview; housekeeping knows the beginning of its name."""
    folder = scratch_folder() / f"import-preview-{uuid.uuid4()}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def folders_remove(*, folders: Iterable[str]) -> None:
    """Remove folders of versions (relative to the data directory); gone ones are fine."""
    for folder in folders:
        path = Path(settings.DATA_DIR) / folder
        shutil.rmtree(path, ignore_errors=True)
        _remove_empty(path.parent)


def stored_folders(*, alias: str = "default") -> set[str]:
    """Name the folders that versions have files in, those of deleted datasets too."""
    kept = DatasetVersion.every.using(alias).filter(released__isnull=True)
    return set(kept.values_list("folder", flat=True))


def files_collect() -> int:
    """Remove folders that no version names and that are older than an hour; return how many.

    They are what a crash between writing and publishing leaves, or a deletion that was cut short.
    """
    root = Path(settings.DATA_DIR) / "projects"
    old = time.time() - GRACE_SECONDS
    found = {
        str(path.relative_to(settings.DATA_DIR)): path
        for path in root.glob("*/datasets/*/*")
        if path.is_dir() and path.stat().st_mtime < old
    }
    named = set(DatasetVersion.every.values_list("folder", flat=True))
    orphans = [folder for folder in found if folder not in named]
    folders_remove(folders=orphans)
    return len(orphans)


def last_read(*, version: DatasetVersion) -> float:
    """Say when the rows of a version were last asked for or made, in seconds since 1970."""
    try:
        return (Path(settings.DATA_DIR) / version.folder).stat().st_mtime
    except OSError:
        return version.created.timestamp()


def _note_read(folder: Path) -> None:
    try:
        if folder.stat().st_mtime < time.time() - READ_NOTED_SECONDS:
            os.utime(folder)
    except OSError:
        return  # what reads the files will say that they are not there


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # another version still lives there
