"""Files on their way in: sent whole, or in parts that can be resumed (tus 1.0).

The bytes lie in ``<data>/uploads/<id>``: a name of ours, never the person's. The size of that
file is the truth about the offset, so a killed server loses nothing that had arrived.
"""

import fcntl
import hashlib
import os
import shutil
import time
import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import FileIO
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.timezone import now

from datasets.models import DatasetImport, Upload
from projects.models import Job, Project, User
from projects.services.projects import project_get
from segplatform.kernel.disk import has_room, is_disk_full
from segplatform.kernel.errors import Conflict, NotFound, TooLarge, UserError
from segplatform.kernel.faults import fault

CHECKSUMS = ("sha1", "sha256")
MAX_NAME = 255  # what file systems and our column hold
TOUCH_SECONDS = 60  # the expiry moves at most this often, not with each part


class Locked(Conflict):
    """Another request writes to this upload at this moment."""

    code = "locked"


class NoSpace(TooLarge):
    """The server's disk is nearly full."""

    code = "no_space"


class ChecksumError(UserError):
    """The part that arrived is not the part that was sent."""

    code = "checksum_mismatch"


@dataclass(frozen=True)
class Checksum:
    """What the client says the digest of one part is."""

    algorithm: str
    digest: bytes


def upload_create(*, project: Project, user: User, name: str, size: int) -> Upload:
    """Reserve an upload of ``size`` bytes; raises TooLarge over the cap or without disk space."""
    size_check(size=size)
    upload = Upload.objects.create(
        project=project, created_by=user, name=file_name(name), size=size, expires=expiry_new()
    )
    path = upload_path(upload=upload)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    return upload_finish(upload=upload) if size == 0 else upload


def upload_store(*, project: Project, user: User, name: str, size: int,
                 chunks: Iterable[bytes]) -> Upload:  # fmt: skip
    """Take a whole file at once (a plain form, a script); nothing is left where that fails."""
    upload = upload_create(project=project, user=user, name=name, size=size)
    try:
        upload_append(upload=upload, offset=0, chunks=chunks)
    except BaseException:
        upload_delete(upload=upload)
        raise
    return upload


def upload_get(*, project: Project, upload_id: uuid.UUID) -> Upload:
    """Return an upload of this project; NotFound where there is none or it has expired."""
    upload = Upload.objects.filter(project=project, pk=upload_id).first()
    if upload is None or not upload_is_here(upload=upload):
        raise NotFound("This upload does not exist any more. Upload the file again.")
    return upload


def upload_find(*, user: User, upload_id: uuid.UUID, role: str = "editor") -> Upload:
    """Return an upload of any project in which the person has ``role``; NotFound to strangers."""
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload is None:
        raise NotFound("This upload does not exist.")
    project = project_get(user=user, project_id=upload.project_id, role=role)
    return upload_get(project=project, upload_id=upload_id)


def upload_append(*, upload: Upload, offset: int, chunks: Iterable[bytes],
                  length: int | None = None, checksum: Checksum | None = None) -> int:  # fmt: skip
    """Add a part that starts at ``offset`` bytes; give the new offset.

    Bytes that arrived before the connection broke are kept, save under a checksum, which only
    the whole part can match. Raises Conflict on a wrong offset, Locked while another part is
    being written, TooLarge past the declared size, ChecksumError; the file is then as before.
    """
    with _locked(upload) as file:
        start = file.seek(0, os.SEEK_END)
        if offset != start:
            raise Conflict(f"This upload goes on at byte {start}, not at byte {offset}.")
        _room_check(upload.size - start, length)
        try:
            end = start + _write(file, chunks, upload.size - start, checksum)
            fault("upload:after_write")
        except (TooLarge, ChecksumError):
            file.truncate(start)
            raise
        except OSError as error:
            if checksum:
                file.truncate(start)
            if is_disk_full(error):
                raise _no_space() from error
            raise
    _touch(upload)
    if end == upload.size:
        upload_finish(upload=upload)
    return end


def upload_finish(*, upload: Upload) -> Upload:
    """Hash a file of which all bytes are here; does nothing where some are missing."""
    path = upload_path(upload=upload)
    if not upload.sha256 and upload_offset(upload=upload) == upload.size:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            upload.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        Upload.objects.filter(pk=upload.pk).update(sha256=upload.sha256)
    return upload


def upload_delete(*, upload: Upload) -> None:
    """Forget an upload and its bytes."""
    _remove(upload_path(upload=upload))
    Upload.objects.filter(pk=upload.pk).delete()


def uploads_expire() -> int:
    """Delete uploads past their time, unless an import reads them, and files nobody knows."""
    reading = DatasetImport.objects.filter(upload=OuterRef("pk"), job__state__in=Job.ACTIVE)
    expired = list(Upload.objects.filter(~Exists(reading), expires__lt=now()))
    for upload in expired:
        upload_delete(upload=upload)
    return len(expired) + _orphans_delete()


def upload_keep(*, upload: Upload) -> None:
    """Start the upload's time anew: somebody works with it."""
    upload.expires = expiry_new()
    Upload.objects.filter(pk=upload.pk).update(expires=upload.expires)


def upload_path(*, upload: Upload) -> Path:
    """Say where the bytes lie."""
    return Path(settings.DATA_DIR) / "uploads" / str(upload.pk)


def upload_offset(*, upload: Upload) -> int:
    """Count the bytes that are here; files that were put together are whole."""
    return upload.size if upload.parts else upload_path(upload=upload).stat().st_size


def upload_is_here(*, upload: Upload) -> bool:
    """Say whether the bytes are still here, or some of them."""
    return upload_path(upload=upload).exists()


def file_name(name: str) -> str:
    """Make a name fit to be shown: no folders, no control or direction characters, ≤ 255.

    It is never a path on our side; the end with the extension survives the cut.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    clean = "".join(c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    clean = clean.strip(" .") or "file"
    if len(clean) <= MAX_NAME:
        return clean
    extension = Path(clean).suffix[:20]
    return clean[: MAX_NAME - len(extension)] + extension


def size_check(*, size: int) -> None:
    """Raise TooLarge where a file of ``size`` bytes is over the cap or the disk has no room."""
    cap = settings.MAX_UPLOAD_BYTES
    if size > cap:
        most = f"{cap / 2**30:,.1f} GB" if cap >= 2**30 else f"{cap / 2**20:,.1f} MB"
        raise TooLarge(
            f"The file is larger than {most}, the most this server accepts. Split it into smaller "
            "files, or ask the operator for more."
        )
    if not has_room(settings.DATA_DIR, size):
        raise _no_space()


def _no_space() -> NoSpace:
    return NoSpace(
        "The server's disk has no room for this file. Ask the operator to make room, then upload "
        "it again."
    )


def _room_check(room: int, length: int | None) -> None:
    """Refuse a part that says beforehand that it is longer than what is missing."""
    if length is not None and length > room:
        raise TooLarge(f"This part has {length} bytes, but only {room} are missing.")
    size_check(size=min(room, length or 0))


def _write(file: FileIO, chunks: Iterable[bytes], room: int, checksum: Checksum | None) -> int:
    """Write what comes, as it comes; give the number of bytes."""
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
    written = 0
    for chunk in chunks:
        written += len(chunk)
        if written > room:
            raise TooLarge(f"This part has more than the {room} bytes that are missing.")
        view = memoryview(chunk)
        while view:
            view = view[file.write(view) or 0 :]
        if digest:
            digest.update(chunk)
    if checksum and digest and digest.digest() != checksum.digest:
        raise ChecksumError("This part was changed on its way. Send it again.")
    return written


@contextmanager
def _locked(upload: Upload) -> Iterator[FileIO]:
    """Open the upload's file for one writer; unbuffered, so that what arrived is on the disk."""
    if upload.parts:
        raise Conflict("These files have arrived whole: nothing can be added to them.")
    try:
        file = FileIO(upload_path(upload=upload), "r+")
    except FileNotFoundError:
        raise NotFound("This upload does not exist any more. Upload the file again.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked("Another part of this file is being written. Try again.") from None
        yield file


def expiry_new() -> datetime:
    """Say until when an upload stays that somebody works with now."""
    return now() + timedelta(hours=settings.UPLOAD_EXPIRES_HOURS)


def _touch(upload: Upload) -> None:
    if (expiry_new() - upload.expires).total_seconds() > TOUCH_SECONDS:
        upload_keep(upload=upload)


def _orphans_delete() -> int:
    """Delete files without a row (their project was deleted), once they are old."""
    folder, removed = Path(settings.DATA_DIR) / "uploads", 0
    oldest = time.time() - settings.UPLOAD_EXPIRES_HOURS * 3600
    known = {str(pk) for pk in Upload.objects.values_list("pk", flat=True)}
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in known and path.stat().st_mtime < oldest:
            _remove(path)
            removed += 1
    return removed


def _remove(path: Path) -> None:
    """Remove a file, or the folder of several; what is gone already is fine."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
