"""Hands a run's folders to the user id it will run as.

Both Landlock and the file permissions must let the run in. Where the app is root and the run
drops to an id of its own, the scratch folder becomes that id's; the inputs stay the app's and
become readable for that id's group alone. So no file is ever readable for everybody, and the run
can change neither the inputs nor their permissions.
"""

import os
import stat
from pathlib import Path

from datasets.engine.cage.errors import CageError
from datasets.engine.cage.identity import cage_uid


def hand_over(scratch: Path, inputs: Path | None, *, linked: bool = False) -> None:
    """Give the folders to the run's user id; nothing to do where it keeps the app's own.

    Raises ``CageError`` for an input that is no plain file, or unless ``linked`` for one with
    another name: handing over a hard link would hand over the dataset itself.
    """
    uid = cage_uid()
    if uid is None:
        return
    if inputs:
        with os.scandir(inputs) as entries:
            for entry in entries:
                _lend(entry, uid, linked)
        os.chmod(inputs, 0o550)  # noqa: S103 (owner and group alone)
        os.chown(inputs, -1, uid)
    os.chown(scratch, uid, uid)


def _lend(entry: os.DirEntry[str], uid: int, linked: bool) -> None:
    facts = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(facts.st_mode) or (facts.st_nlink != 1 and not linked):
        raise CageError(f"The input {entry.name} must be a plain copy, not a link or a folder")
    os.chmod(entry.path, 0o440)
    os.chown(entry.path, -1, uid)
