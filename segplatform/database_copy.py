"""Copies of the whole database, taken while it is in use: SQLite's own way, or pg_dump."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction

SQLITE, POSTGRES = "database.sqlite3", "database.pgdump"
COPY = "copy"
"""Alias of the database copy while it is looked into."""


class DatabaseCopyError(RuntimeError):
    """The database could not be copied or filled; the message says what to do."""


def copy_name() -> str:
    """Say what a copy of this installation's database is called."""
    return SQLITE if connection.vendor == "sqlite" else POSTGRES


@contextmanager
def database_copied(folder: Path) -> Iterator[str]:
    """Write a copy into ``folder``; give the alias of a database that holds exactly its rows."""
    if connection.vendor == "sqlite":
        with _sqlite_copied(folder / SQLITE) as alias:
            yield alias
    else:
        with _postgres_copied(folder / POSTGRES) as alias:
            yield alias


def database_fill(file: Path) -> None:
    """Make an empty database what the copy in ``file`` holds."""
    connections.close_all()
    if file.name == SQLITE:
        target = Path(settings.DATABASES["default"]["NAME"])
        os.chmod(file, 0o600)
        file.replace(target)
        return
    _run([*_program("pg_restore"), "--no-owner", "--exit-on-error", "--single-transaction", file])


def database_is_empty() -> bool:
    """Say whether the database has no tables yet (a SQLite file need not be there)."""
    name = settings.DATABASES["default"]["NAME"]
    if connection.vendor == "sqlite" and not Path(name).is_file():
        return True
    empty = not connection.introspection.table_names()
    connection.close()
    return empty


@contextmanager
def _sqlite_copied(file: Path) -> Iterator[str]:
    source = Path(settings.DATABASES["default"]["NAME"])
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as here,
        closing(sqlite3.connect(file)) as there,
    ):
        here.backup(there)  # one consistent state; writers go on meanwhile
        there.execute("PRAGMA journal_mode=DELETE")
    connections.databases[COPY] = {**connections.databases["default"], "NAME": str(file)}
    try:
        yield COPY
    finally:
        connections[COPY].close()
        del connections[COPY]
        del connections.databases[COPY]
        for left in file.parent.glob(f"{file.name}-*"):
            left.unlink()


@contextmanager
def _postgres_copied(file: Path) -> Iterator[str]:
    """Dump what one transaction sees, and look into the same transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        _run(
            [*_program("pg_dump"), "--format=custom", "--no-owner", f"--snapshot={snapshot}",
             f"--file={file}"]
        )  # fmt: skip
        yield "default"


def _program(name: str) -> list[str]:
    return [name, f"--dbname={settings.DATABASES['default']['NAME']}"]


def _run(command: Sequence[str | Path]) -> None:
    """Run a program of PostgreSQL; the password goes by the environment, where nobody reads it."""
    given: Any = settings.DATABASES["default"]
    named = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    env = {variable: str(given[key]) for key, variable in named.items() if given.get(key)}
    words = [os.fspath(part) for part in command]
    try:
        done = subprocess.run(
            words, env={**os.environ, **env}, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise DatabaseCopyError(
            f"{words[0]} is not installed: install PostgreSQL's client programs of the server's "
            "version (apt install postgresql-client), then try again."
        ) from None
    if done.returncode:
        raise DatabaseCopyError(f"{words[0]} failed: {done.stderr.strip()}")
