"""Folders that factories fill: made again and again with the same content, they are copied.

Most tests of a page or a service need a dataset or a prototype, and most need the same one.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

Made = TypeVar("Made")

_HOME = tempfile.TemporaryDirectory(prefix="seg-kept-")
_KEPT: dict[str, tuple[Path, Any]] = {}
_SEEN: set[str] = set()


def kept(folder: Path, make: Callable[[Path], Made], *key: Any) -> Made:
    """Fill ``folder`` by ``make``, or as it was filled for this ``key``; give what ``make`` gave.

    The key must tell everything that the files depend on. What is asked for once is not kept.
    """
    name = sha256(repr((make.__qualname__, *key)).encode()).hexdigest()
    if folder.exists() and any(folder.iterdir()):
        return make(folder)
    if name in _KEPT:
        place, made = _KEPT[name]
        shutil.copytree(place, folder, copy_function=shutil.copy, dirs_exist_ok=True)
        for path in (folder, *folder.rglob("*")):
            os.utime(path)  # as old as what is really made now: housekeeping looks at that
        return deepcopy(made)
    made = make(folder)
    if name in _SEEN:
        place = Path(_HOME.name) / name
        shutil.copytree(folder, place)
        _KEPT[name] = place, deepcopy(made)
    _SEEN.add(name)
    return made


def content_of(folder: Path) -> str:
    """Give a fingerprint of all files of a folder, names and bytes."""
    found = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found.update(f"{path.relative_to(folder)}:{len(content)}:".encode() + content)
    return found.hexdigest()
