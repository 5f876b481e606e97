"""Whether this installation is well; asked without a token by whoever watches it."""

import os
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from projects import hooks
from projects.jobs.connection import QUEUE_ERRORS, queue_state
from projects.services.watch import reconciler_word, workers_word
from segplatform import __version__
from segplatform.kernel.disk import has_room

router = Router(tags=["Health"])

OK = "ok"
UNAVAILABLE = "unavailable"


class HealthOut(Schema):
    """One word for each part."""

    status: str = Field(
        description="`ok`; `degraded` while any part but the sandbox is not; pages may still serve"
    )
    version: str
    queue: str
    database: str
    workers: str = Field(
        description="`ok`; `missing`: no worker takes jobs of one of the queues; `none`; or "
        "`unavailable` with the queue"
    )
    reconciler: str = Field(description="`ok`; `late`: nobody looks for lost jobs")
    disk: str = Field(description="`ok`; `full`: what is left is kept for the database")
    sandbox: str = Field(
        description="`ok`; `unavailable`: code recipes are off; `unsafe`: they run without one"
    )


class LiveOut(Schema):
    """The process answers."""

    status: str = Field(description="`ok`")


class ReadyOut(Schema):
    """What a page needs."""

    status: str = Field(description="`ok` or `unavailable`")
    database: str = Field(description="`ok`, `unavailable`, or `behind`: migrations are to apply")
    files: str = Field(description="`ok`, or `unavailable`: the data directory cannot be written")


@router.get("/health", auth=None, response={200: HealthOut}, summary="Health")
def health(request: HttpRequest) -> dict[str, str]:
    """Say how the parts are, each in one word; always 200 while the process answers."""
    parts = {"queue": queue_state(), "database": database_state(), "workers": workers_state()}
    parts |= {"reconciler": reconciler_word(), "disk": disk_state()}
    well = all(word == OK for word in parts.values())
    parts["sandbox"] = UNAVAILABLE
    parts |= {name: ask() for name, ask in hooks.health.items() if name in parts}
    return {"status": OK if well else "degraded", "version": __version__, **parts}


@router.get("/health/live", auth=None, response={200: LiveOut}, summary="Live")
def live(request: HttpRequest) -> dict[str, str]:
    """Answer, and look at nothing: one that does not answer is to be started again."""
    return {"status": OK}


@router.get("/health/ready", auth=None, response={200: ReadyOut, 503: ReadyOut}, summary="Ready")
def ready(request: HttpRequest) -> Status[dict[str, str]]:
    """Say whether pages can be served: 503 sends visitors elsewhere.

    The queue is not asked: without it pages still serve, and say so.
    """
    parts = {"database": tables_state(), "files": files_state()}
    well = all(word == OK for word in parts.values())
    body = {"status": OK if well else UNAVAILABLE, **parts}
    return Status(200 if well else 503, body)


def database_state() -> str:
    """Ask the database for one number."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return UNAVAILABLE
    return OK


def tables_state() -> str:
    """Ask the database, and once in the life of this process whether its tables are this one's."""
    word = database_state()
    return word if word != OK or tables_are_current() else "behind"


def tables_are_current() -> bool:
    """Say whether every migration is applied; asks no more once it was so."""
    try:
        return _migrated()
    except (LookupError, DatabaseError):
        return False


@cache
def _migrated() -> bool:
    """Return ``True``; ``LookupError``, which is not remembered, while migrations are missing."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise LookupError
    return True


def files_state() -> str:
    """Say whether the data directory can be written."""
    return OK if os.access(settings.DATA_DIR, os.W_OK | os.X_OK) else UNAVAILABLE


def workers_state() -> str:
    """Say whether every queue has a worker."""
    try:
        return workers_word()
    except QUEUE_ERRORS:
        return UNAVAILABLE


def disk_state() -> str:
    """Say whether there is room for more than the reserve."""
    return OK if has_room(settings.DATA_DIR) else "full"
