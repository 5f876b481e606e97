"""One file with everything that must be kept: database, files, keys; made while all is in use.

A tar file: ``data/…`` as in the data directory, the copy of the database, and last the list
``backup.json`` with the SHA-256 of each, so that a file that was cut short is noticed.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from segplatform import __version__
from segplatform.database_copy import copy_name, database_copied

LIST = "backup.json"
FORMAT = 1
DATA = "data/"
IMMUTABLE = "projects"
"""The folder of which files never change, so that a second name holds them where they are."""

NOT_KEPT = {"queue", "cache", "state", "tmp", "mails", "up.lock"}
"""What is made anew (jobs that wait are rows of the database), and mails with one-time links."""

TRIES = 3
Folders = Callable[[str], Iterable[str]]
"""Names the folders, relative to the data directory, that the rows of a database point to."""


class BackupError(RuntimeError):
    """There is no backup; the message says why and what to do."""


def backup(*, file: Path, folders: Folders) -> dict[str, Any]:
    """Write a backup to ``file`` (which must not be there yet); give its list.

    The file appears whole or not at all, readable by this user only. ``BackupError`` where it is
    there, and where files that the database names are missing.
    """
    if file.exists():
        raise BackupError(f"{file} is there already: choose another name.")
    scratch = Path(settings.DATA_DIR) / "tmp"
    scratch.mkdir(exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=scratch) as made:
        held = Path(made)
        applied = _hold(held, folders)
        part = file.with_name(f"{file.name}.part")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                told = _write(out, held, applied)
                os.fsync(out.fileno())
            part.rename(file)
        finally:
            part.unlink(missing_ok=True)
    return told


def _hold(held: Path, folders: Folders) -> list[list[str]]:
    """Give every file a second name, and copy the database between two rounds of that.

    What the copy names was there when it was taken: either the first round caught it, or it was
    published after that and the second one does. Returns the migrations that were applied.
    """
    missing: list[str] = []
    for _ in range(TRIES):
        _hold_files(held / DATA)
        with database_copied(held) as alias:
            _hold_files(held / DATA)
            missing = [name for name in folders(alias) if not (held / DATA / name).is_dir()]
            applied = MigrationRecorder(connections[alias]).applied_migrations()
        if not missing:
            return sorted([app, name] for app, name in applied)
        (held / copy_name()).unlink()
    raise BackupError(
        f"{len(missing)} folders that the database names are missing, as {missing[0]}: run "
        "`segplatform check --files`, which names what they belong to."
    )


def _hold_files(target: Path) -> None:
    for path in _kept(Path(settings.DATA_DIR)):
        name = path.relative_to(settings.DATA_DIR)
        place = target / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if name.parts[0] == IMMUTABLE:
                _second_name(path, place)
            else:
                shutil.copy2(path, place)
        except FileNotFoundError:
            continue  # it was deleted while we looked; the database's copy decides


def _second_name(path: Path, place: Path) -> None:
    if place.exists():
        return
    try:
        os.link(path, place)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without hard links
        shutil.copy2(path, place)


def _kept(root: Path) -> Iterator[Path]:
    database = str(settings.DATABASES["default"]["NAME"])
    for top in sorted(root.iterdir()):
        if top.name in NOT_KEPT or str(top).startswith(database):
            continue
        found = [top] if top.is_file() else sorted(top.rglob("*"))
        yield from (path for path in found if path.is_file() and not path.is_symlink())


def _write(out: IO[bytes], held: Path, applied: list[list[str]]) -> dict[str, Any]:
    files: dict[str, dict[str, Any]] = {}
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(path for path in held.rglob("*") if path.is_file()):
            name = str(path.relative_to(held))
            files[name] = _add(tar, name, path)
        told = {
            "format": FORMAT,
            "segplatform": __version__,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "database": copy_name(),
            "migrations": applied,
            "files": files,
        }
        text = json.dumps(told, indent=1).encode()
        info = tarfile.TarInfo(LIST)
        info.size, info.mode = len(text), 0o600
        tar.addfile(info, io.BytesIO(text))
    return told


def _add(tar: tarfile.TarFile, name: str, path: Path) -> dict[str, Any]:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = path.stat().st_size, 0o600, int(path.stat().st_mtime)
    with path.open("rb") as file:
        reading = Hashed(file)
        tar.addfile(info, reading)
    return {"bytes": info.size, "sha256": reading.sha256}


class Hashed:
    """A file that sums up what is read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self._digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read as files do."""
        chunk = self.file.read(size)
        self._digest.update(chunk)
        return chunk

    @property
    def sha256(self) -> str:
        """The sum of all that was read so far."""
        return self._digest.hexdigest()
