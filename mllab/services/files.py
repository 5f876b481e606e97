"""Where the files of experiments and prototypes lie, and how those that nobody names go."""

import json
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from mllab.engine.distances import FILE as DISTANCES
from mllab.models import Experiment, Prototype, UseCase
from segplatform.kernel.errors import NotFound

# A folder is renamed into place a moment before the database names it.
GRACE_SECONDS = 3600
WORK_SECONDS = 24 * 3600  # longer than any job may take: what is older was left by a crash
GONE = "The files of this prototype are not here any more. Train it again in a new experiment."


def use_case_folder(*, use_case: UseCase) -> str:
    """Name the folder of a use case, relative to the data directory."""
    return f"projects/{use_case.project_id}/lab/{use_case.pk}"


def experiment_folder(*, experiment: Experiment) -> str:
    """Name a new folder of an experiment; no two attempts get the same one."""
    return f"{use_case_folder(use_case=experiment.use_case)}/{experiment.pk}-{_fresh()}"


def prototype_folder(*, prototype: Prototype) -> str:
    """Name a new folder of a prototype inside its experiment's; no two attempts share one."""
    return f"{prototype.experiment.folder}/prototypes/{prototype.pk}-{_fresh()}"


def path_of(*, folder: str) -> Path:
    """Return the place of a folder that is named relative to the data directory."""
    return Path(settings.DATA_DIR) / folder


def json_read(*, folder: str, name: str) -> dict[str, Any]:
    """Read one JSON file of a folder; ``NotFound`` where it is gone."""
    try:
        found: dict[str, Any] = json.loads((path_of(folder=folder) / name).read_text("utf-8"))
    except FileNotFoundError:
        raise NotFound(GONE) from None
    return found


@contextmanager
def lab_work_folder(*, name: str) -> Iterator[Path]:
    """Give an empty folder on the disk of the results; what is left of it goes afterwards.

    What a killed attempt of the same work left goes too: it has one job at a time.
    """
    scratch = Path(settings.DATA_DIR) / "tmp"
    for left in scratch.glob(f"lab-{name}-*"):
        shutil.rmtree(left, ignore_errors=True)
    tmp = scratch / f"lab-{name}-{uuid.uuid4()}"
    tmp.mkdir(parents=True, mode=0o700)
    try:
        yield tmp
    finally:
        shutil.rmtree(tmp, ignore_errors=True)


def lab_folders_remove(*, folders: Iterable[str]) -> None:
    """Remove folders (relative to the data directory) and parents that are empty then."""
    for folder in filter(None, folders):
        path = path_of(folder=folder)
        shutil.rmtree(path, ignore_errors=True)
        for parent in path.parents[:2]:
            _remove_empty(parent)


def stored_folders(*, alias: str = "default") -> set[str]:
    """Name the folders of experiments and prototypes, those of deleted use cases too."""
    return {
        folder
        for model in (Experiment, Prototype)
        for folder in model.every.using(alias).exclude(folder="").values_list("folder", flat=True)
    }


def lab_files_collect() -> int:
    """Remove folders that nothing names and that are older than an hour; return how many."""
    named = stored_folders()
    root = Path(settings.DATA_DIR)
    old = time.time() - GRACE_SECONDS
    patterns = ("projects/*/lab/*/*", "projects/*/lab/*/*/prototypes/*")
    orphans = [
        folder
        for pattern in patterns
        for path in root.glob(pattern)
        if path.is_dir()
        and (folder := str(path.relative_to(root))) not in named
        and path.stat().st_mtime < old
    ]
    lab_folders_remove(folders=orphans)
    return len(orphans) + _works_expire(root / "tmp") + _distances_expire(root)


def _works_expire(scratch: Path) -> int:
    old = time.time() - WORK_SECONDS
    left = [path for path in scratch.glob("lab-*") if path.stat().st_mtime < old]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _distances_expire(root: Path) -> int:
    """Remove distances that some training should have used long ago: it can do without."""
    old = time.time() - WORK_SECONDS
    found = root.glob(f"projects/*/lab/*/*/{DISTANCES}")
    left = [path for path in found if path.stat().st_mtime < old]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # something else still lives there


def _fresh() -> str:
    return uuid.uuid4().hex[:12]
