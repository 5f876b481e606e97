"""Connections at work: every look outside is a job, for the web process never connects."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.urls import reverse

from datasets.models import Connection, DatasetImport, Upload
from datasets.services.connection_work import (
    Door,
    connection_check,
    connection_fetch,
    connection_look,
)
from datasets.services.connections import connection_get, item_checked
from datasets.services.previews import preview_ask
from datasets.services.uploads import expiry_new, file_name, upload_path
from projects.jobs.context import JobContext
from projects.models import Job, Project, User
from projects.services.audit import audit_record
from projects.services.jobs import job_start
from segplatform.kernel.errors import NotFound
from segplatform.kernel.progress import Progress, SubProgress

TEST, BROWSE = "datasets.connection_test", "datasets.connection_browse"
FETCH = "datasets.connection_fetch"
TEST_SECONDS, BROWSE_SECONDS = 28.0, 8.0
HEAD_ROWS = 1_000
PAGE, MOST = 100, 1_000
"""How many things are listed at first, and at most: beyond that one searches."""
OF_CHARACTERS = 12
FETCH_SHARE = 0.6
"""Of the progress of an import that fetches first."""
STOPPED = "This was stopped. Try again."
PENDING = "The server has not answered yet. Ask again in a moment."
GONE = "The connection that this comes from was deleted. Restore it, or choose another one."


@dataclass(frozen=True)
class Whole:
    """All of what an import reads: ``share`` of its progress is over.

    ``nothing`` where newer rows were asked for and there is none.
    """

    path: Path
    warnings: tuple[str, ...] = ()
    share: float = 0.0
    nothing: bool = False


def connection_try(*, project: Project, user: User, door: Door) -> str:
    """Try a connection, stored or not; give what answered. Raises ``UserError`` with why not."""
    args = {"kind": door.kind, "options": dict(door.options), "sealed": door.sealed}
    found = preview_ask(
        project=project, user=user, name=TEST, subject=f"connection_test:{project.pk}:{user.pk}",
        title="Test of a connection", args=args, seconds=TEST_SECONDS, pending=PENDING,
        stopped=STOPPED,
    )  # fmt: skip
    return str(found["said"])


def connection_try_run(*, ctx: JobContext) -> dict[str, Any]:
    """Try it, in a worker."""
    door = Door(ctx.args["kind"], ctx.args["options"], ctx.args["sealed"])
    return {"said": connection_check(door=door, progress=ctx.progress)}


def connection_browse(
    *,
    connection: Connection,
    user: User,
    place: str = "",
    search: str = "",
    limit: int = PAGE,
    seconds: float = BROWSE_SECONDS,
) -> dict[str, Any]:
    """List what lies at a place: ``{"things": [...], "more": bool}``.

    Raises ``UserError`` with why not, ``PreviewPending`` where ``seconds`` were not enough.
    """
    args = {
        "connection": str(connection.pk), "place": place[:2000], "search": search.strip()[:200],
        "limit": min(max(limit, 1), MOST), "changed": connection.updated.isoformat(),
    }  # fmt: skip
    return preview_ask(
        project=connection.project, user=user, name=BROWSE,
        subject=f"connection_browse:{connection.pk}:{user.pk}",
        title=f"Look into {connection.name}", args=args, seconds=seconds, pending=PENDING,
        stopped=STOPPED,
    )  # fmt: skip


def connection_browse_run(*, ctx: JobContext) -> dict[str, Any]:
    """Look, in a worker."""
    found = connection_look(
        door=Door.of(_stored(ctx)), place=ctx.args["place"], search=ctx.args["search"],
        limit=ctx.args["limit"], progress=ctx.progress,
    )  # fmt: skip
    return {"things": [asdict(thing) for thing in found.things], "more": found.more}


def connection_fetch_start(*, connection: Connection, user: User, item: Mapping[str, Any]) -> Job:
    """Start fetching a thing, or its first rows, as an upload; ``job.result["upload"]`` names it.

    Raises ``UserError`` where the thing does not fit the kind.
    """
    chosen = item_checked(kind=connection.kind, item=item)
    of = hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()[:OF_CHARACTERS]
    page = reverse("connection_fetching", args=[connection.project_id, connection.pk])
    return job_start(
        project=connection.project, user=user, name=FETCH, subject=_fetching(connection, user) + of,
        title=f"Fetch from {connection.name}", args={
            "connection": str(connection.pk), "item": chosen, "upload": str(uuid.uuid4()),
        },
        url=f"{page}?of={of}",
    )  # fmt: skip


def connection_fetch_run(*, ctx: JobContext) -> dict[str, Any]:
    """Fetch in a worker; the upload exists once its file is whole."""
    connection, pk = _stored(ctx), uuid.UUID(ctx.args["upload"])
    upload = Upload(pk=pk, project=ctx.project, created_by=ctx.user, connection=connection)
    target = upload_path(upload=upload)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.unlink(missing_ok=True)
    brought = connection_fetch(
        connection=connection, item=ctx.args["item"], target=target, head=HEAD_ROWS,
        progress=ctx.progress,
    )  # fmt: skip
    upload.name, upload.item = file_name(brought.name), ctx.args["item"]
    # What is to be said of the rows is said of all of them, by the import.
    upload.partial = not brought.whole or bool(brought.warnings)
    upload.size, upload.sha256 = target.stat().st_size, _sha256(target)
    upload.expires = expiry_new()
    try:
        with ctx.publish():
            upload.save(force_insert=True)
            audit_record(action="connection.fetch", thing=connection, bytes=upload.size)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return {"upload": str(upload.pk)}


def connection_fetching_job(*, connection: Connection, user: User, of: str = "") -> Job | None:
    """Return the person's latest fetch from this connection: ``of`` one thing, or of any."""
    start = _fetching(connection, user)
    found = Job.objects.filter(project=connection.project, subject__startswith=start)
    return (found.filter(subject=start + of) if of else found).order_by("-created").first()


def _fetching(connection: Connection, user: User) -> str:
    """Begin the subject of fetches: each thing has one of its own, else a second one that is
    chosen meanwhile would give the first."""
    return f"connection_fetch:{connection.pk}:{user.pk}:"


def upload_whole(*, record: DatasetImport, folder: Path, progress: Progress) -> Whole:
    """Give all of the file of an import, in a worker: of a part, the whole is fetched now."""
    upload = record.upload
    if upload is None:
        raise NotFound(GONE)
    if not upload.partial:
        return Whole(upload_path(upload=upload))
    if upload.connection is None or upload.connection.deleted:
        raise NotFound(GONE)
    target = folder / "whole"
    brought = connection_fetch(
        connection=upload.connection, item=upload.item, target=target,
        progress=SubProgress(progress, 0, FETCH_SHARE),
    )  # fmt: skip
    return Whole(target, tuple(brought.warnings), FETCH_SHARE)


def connection_whole(
    *, record: DatasetImport, item: Mapping[str, Any], folder: Path, progress: Progress
) -> Whole:
    """Fetch all of what an import reads anew from its connection, in a worker: an ``item``."""
    connection = record.connection
    if connection is None or connection.deleted:
        raise NotFound(GONE)
    target, part = folder / "whole", SubProgress(progress, 0, FETCH_SHARE)
    brought = connection_fetch(connection=connection, item=item, target=target, progress=part)
    return Whole(target, tuple(brought.warnings), FETCH_SHARE, brought.nothing)


def _stored(ctx: JobContext) -> Connection:
    """Give the connection of a job as it is now, with whose project the job is of."""
    try:
        return connection_get(project=ctx.project, connection_id=ctx.args["connection"])
    except NotFound:
        raise NotFound(GONE) from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
