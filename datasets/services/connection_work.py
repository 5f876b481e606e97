"""What workers do with a connection: try it, look around in it, fetch one thing as a file."""

import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from datasets.engine.remote.base import Listing
from datasets.engine.remote.fetch_answer import Brought
from datasets.engine.remote.guard_rules import rules_of
from datasets.engine.remote.request import FILE
from datasets.engine.remote.run import Call, remote_call
from datasets.models import Connection
from datasets.services.connection_secrets import secrets_open
from datasets.services.files import scratch_folder
from segplatform.kernel.errors import Conflict
from segplatform.kernel.progress import Progress

CHECK_SECONDS = 25.0
BROWSE_SECONDS = 60.0
ROOM = 3
"""A kind may need a second and a third file of what it fetches."""
BAD_ALLOW = "SEGPLATFORM_OUTGOING_ALLOW cannot be read: {why}. Tell the operator."


@dataclass(frozen=True)
class Door:
    """How something is reached: a stored connection, or one that is still being filled in."""

    kind: str
    options: Mapping[str, Any]
    sealed: str

    @classmethod
    def of(cls, connection: Connection) -> "Door":
        """Take what is stored."""
        return cls(connection.kind, connection.options, connection.secrets)


def connection_check(*, door: Door, progress: Progress) -> str:
    """Try a connection; give the sentence that says what answered."""
    with _call(door, CHECK_SECONDS) as call:
        return remote_call(call, "check", progress).said or ""


def connection_look(
    *, door: Door, place: str, search: str, limit: int, progress: Progress
) -> Listing:
    """List what lies at one place of a source."""
    with _call(door, BROWSE_SECONDS) as call:
        args: dict[str, Any] = {"place": place, "search": search, "limit": limit}
        found = remote_call(call, "browse", progress, **args).found
        return found.listing() if found else Listing(())


def connection_fetch(
    *,
    connection: Connection,
    item: Mapping[str, Any],
    target: Path,
    progress: Progress,
    head: int | None = None,
) -> Brought:
    """Fetch one thing of a connection as the file ``target``, which is not there yet.

    With ``head`` only that many rows where the source can give a part; the answer's ``whole``
    says whether that was all, its ``name`` what the file is to be called. For a worker: raises
    ``UserError``, and what ``progress.step`` raises; then there is no file.
    """
    with _call(Door.of(connection), float(settings.FILE_SECONDS)) as call:
        brought = remote_call(call, "fetch", progress, item=dict(item), head=head).brought
        if brought is None:
            raise Conflict("The connection gave no file. Try again.")
        shutil.move(call.folder / FILE, target)
    target.chmod(0o600)
    return brought


@contextmanager
def _call(door: Door, seconds: float) -> Iterator[Call]:
    """Make ready what the fetching process needs; its folder is gone afterwards."""
    from datasets.engine.cage.watch import Limits

    allow = tuple(settings.OUTGOING_ALLOW)
    try:
        rules_of(allow)
    except ValueError as error:
        raise Conflict(BAD_ALLOW.format(why=error)) from None
    most = settings.MAX_UPLOAD_BYTES
    folder = scratch_folder() / f"import-remote-{uuid.uuid4()}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield Call(
            kind=door.kind, settings=dict(door.options), secrets=secrets_open(sealed=door.sealed),
            folder=folder.resolve(), max_bytes=most, allow=allow, plain=settings.OUTGOING_HTTP,
            limits=Limits(seconds, settings.FILE_MEMORY_BYTES, most * ROOM),
        )  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)
