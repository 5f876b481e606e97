"""Fill an empty data directory from a backup: all of it, checked, or nothing."""

import json
import os
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from segplatform.backup import DATA, FORMAT, LIST, BackupError, Hashed
from segplatform.database_copy import (
    SQLITE,
    DatabaseCopyError,
    copy_name,
    database_fill,
    database_is_empty,
)

EMPTY_ENOUGH = {"secret_key", "up.lock", "cache", "state", "tmp"}
"""What starting any command leaves in a new data directory."""

DAMAGED = "{file} is not a whole backup of Segplatform ({why}): use another one."


def restore(*, file: Path) -> dict[str, Any]:
    """Put back what the backup holds; give its list.

    Every byte is checked before anything is put in place. ``BackupError`` for a data directory
    or a database that is not empty, a damaged file, or one that a newer version made.
    """
    root = Path(settings.DATA_DIR)
    _empty_require(root)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=root) as made:
        unpacked = Path(made)
        told = _unpack(file, unpacked)
        _fitting_require(told)
        try:
            database_fill(unpacked / told["database"])
        except DatabaseCopyError as error:
            raise BackupError(str(error)) from error
        _put_in_place(unpacked / DATA, root)
    return told


def _empty_require(root: Path) -> None:
    database = Path(str(settings.DATABASES["default"]["NAME"]))
    known = EMPTY_ENOUGH | {database.name}
    found = sorted(path.name for path in root.iterdir() if path.name not in known)
    if found:
        raise BackupError(
            f"{root} is not empty (it holds {', '.join(found[:3])}): name a new folder with "
            "SEGPLATFORM_DATA_DIR, or move what is there out of the way."
        )
    if not database_is_empty():
        raise BackupError(
            "The database is not empty: name an empty one with DATABASE_URL, or with SQLite a "
            "new folder with SEGPLATFORM_DATA_DIR."
        )


def _unpack(file: Path, target: Path) -> dict[str, Any]:
    """Write every file of the backup below ``target`` and check it against the backup's list."""
    found: dict[str, dict[str, Any]] = {}
    text = b""
    try:
        with tarfile.open(file, mode="r:") as tar:
            for member in tar:
                reading = tar.extractfile(member) if member.isreg() else None
                if reading is None or not _harmless(member.name):
                    raise BackupError(DAMAGED.format(file=file, why=f"it holds {member.name!r}"))
                if member.name == LIST:
                    text = reading.read()
                    continue
                found[member.name] = _store(target / member.name, Hashed(reading), member)
    except FileNotFoundError:
        raise BackupError(f"There is no file {file}.") from None
    except tarfile.TarError as error:
        raise BackupError(DAMAGED.format(file=file, why=error)) from error
    if not text:
        raise BackupError(DAMAGED.format(file=file, why="its end is missing"))
    return _checked(file, json.loads(text), found)


def _harmless(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _store(place: Path, reading: Hashed, member: tarfile.TarInfo) -> dict[str, Any]:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := reading.read(2**20):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    os.utime(place, (member.mtime, member.mtime))
    return {"bytes": member.size, "sha256": reading.sha256}


def _checked(file: Path, told: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    if told.get("format") != FORMAT:
        raise BackupError(DAMAGED.format(file=file, why=f"format {told.get('format')}"))
    wrong = sorted(
        name for name in told["files"].keys() | found if told["files"].get(name) != found.get(name)
    )
    if wrong:
        raise BackupError(DAMAGED.format(file=file, why=f"{wrong[0]} is not as it was"))
    return told


def _fitting_require(told: dict[str, Any]) -> None:
    if told["database"] != copy_name():
        kind = "SQLite" if told["database"] == SQLITE else "PostgreSQL"
        raise BackupError(
            f"The backup is of a database in {kind}: set DATABASE_URL to an empty one of that "
            "kind (none at all for SQLite), then try again."
        )
    known = MigrationLoader(connection).disk_migrations.keys()
    if unknown := [step for step in told["migrations"] if tuple(step) not in known]:
        raise BackupError(
            f"The backup was made by a newer version ({told['segplatform']}; it knows "
            f"{unknown[0][0]} {unknown[0][1]}): install that one first."
        )


def _put_in_place(source: Path, root: Path) -> None:
    for path in sorted(source.iterdir()):
        target = root / path.name
        if target.is_dir():
            shutil.rmtree(target)
        path.rename(target)
