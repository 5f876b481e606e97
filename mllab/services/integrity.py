"""What must be true of the files of experiments and prototypes, looked at from outside."""

import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from mllab.models import Experiment, Prototype
from mllab.services.files import GRACE_SECONDS
from projects.hooks import Fault


def lab_faults(*, grace: float = GRACE_SECONDS) -> list[Fault]:
    """List what is not as it must be; nothing on a healthy installation.

    Folders that nothing names count once they are older than ``grace`` seconds.
    """
    return [*_missing(), *_leftovers(grace)]


def _missing() -> Iterator[Fault]:
    root = Path(settings.DATA_DIR)
    for prototype in Prototype._base_manager.exclude(finished=None):
        if not (root / prototype.folder / "model.json").is_file():
            yield Fault(f"prototype {prototype.pk}", "is trained, but its model is not there")
    for experiment in Experiment._base_manager.exclude(prepared=None):
        if not (root / experiment.folder / "matrix.npy").is_file():
            yield Fault(f"experiment {experiment.pk}", "is prepared, but its data is not there")


def _leftovers(grace: float) -> Iterator[Fault]:
    root, old = Path(settings.DATA_DIR), time.time() - grace
    patterns = ("projects/*/lab/*/*", "projects/*/lab/*/*/prototypes/*")
    found = [path for pattern in patterns for path in root.glob(pattern) if _is_older(path, old)]
    named = {*Experiment._base_manager.values_list("folder", flat=True)}
    named |= {*Prototype._base_manager.values_list("folder", flat=True)}
    for path in found:
        if path.is_dir() and (folder := str(path.relative_to(root))) not in named:
            yield Fault(f"folder {folder}", "belongs to no experiment and to no prototype")


def _is_older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except OSError:
        return False  # collected while we looked
