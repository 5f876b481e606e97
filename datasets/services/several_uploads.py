"""Several files that become one dataset: one upload, made of those that have arrived."""

import hashlib
import os
import shutil
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from datasets.engine.file_work import source_of
from datasets.engine.several_folder import MAX_FILES, names_write, natural
from datasets.models import DatasetImport, Upload
from datasets.services.uploads import (
    upload_create,
    upload_delete,
    upload_finish,
    upload_is_here,
    upload_path,
    upload_store,
)
from projects.models import Job, Project, User
from segplatform.kernel.errors import Conflict, NotFound, TooLarge, UserError


def uploads_get(*, project: Project, ids: Iterable[uuid.UUID]) -> list[Upload]:
    """Return uploads of this project, each once; NotFound where one is not there any more."""
    wanted = list(dict.fromkeys(ids))
    found = {upload.pk: upload for upload in Upload.objects.filter(project=project, pk__in=wanted)}
    return [_here(found.get(pk)) for pk in wanted]


def uploads_together(*, project: Project, user: User, uploads: Sequence[Upload]) -> Upload:
    """Make one upload of several; a single one stays as it is.

    The others are forgotten then: their bytes have another name. Raises Conflict for one that has
    not arrived whole or that an import reads, TooLarge over the cap for all of them together, and
    UserError where none of the files can be read; nothing has changed in these cases.
    """
    if len(uploads) == 1:
        return uploads[0]
    _require(uploads)
    size = sum(each.size for each in uploads)
    parts = [{"name": u.name, "size": u.size, "sha256": u.sha256} for u in uploads]
    whole = upload_create(project=project, user=user, name=f"{len(parts):,} files", size=size)
    folder = upload_path(upload=whole)
    try:
        _link(uploads, folder)
        source_of(folder, whole.name)
        with transaction.atomic():
            whole.parts = parts
            whole.sha256 = hashlib.sha256(repr(parts).encode()).hexdigest()
            whole.save(update_fields=["parts", "sha256"])
            _imports_move(uploads, whole)
    except BaseException:
        upload_delete(upload=whole)
        raise
    uploads_forget(uploads=uploads)
    return whole


def uploads_forget(*, uploads: Sequence[Upload]) -> None:
    """Forget many uploads and their bytes."""
    for upload in uploads:
        upload_path(upload=upload).unlink(missing_ok=True)
    Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()


def uploads_take(*, project: Project, user: User, files: Sequence[UploadedFile]) -> Upload:
    """Store the files of a plain form as one upload; nothing is left where that fails."""
    taken: list[Upload] = []
    try:
        for file in files:
            taken.append(upload_store(
                project=project, user=user, name=file.name or "", size=file.size or 0,
                chunks=file.chunks(),
            ))  # fmt: skip
        if len(taken) == 1:
            source_of(upload_path(upload=taken[0]), taken[0].name)
        return uploads_together(project=project, user=user, uploads=taken)
    except UserError:
        uploads_forget(uploads=taken)
        raise


def several_name(*, upload: Upload, first: str = "") -> str:
    """Say what a dataset of an upload may be called: what the names of its files share.

    Where not all of them do, those that begin with the same word and are most; else ``first``, the
    first file that is read.
    """
    if not upload.parts:
        return upload.name
    names = sorted((part["name"] for part in upload.parts), key=natural)
    stems = [Path(name).stem for name in names]
    words = Counter(_first_word(stem) for stem in stems)
    word, count = words.most_common(1)[0]
    alike = [stem for stem in stems if _first_word(stem) == word] if count > 1 else stems
    shared = _shared(stems) or _shared(alike)
    return f"{shared}.csv" if shared else first or names[0]


def _first_word(stem: str) -> str:
    """Return the letters that a name begins with."""
    return "".join(takewhile(str.isalpha, stem.casefold()))


def _shared(stems: Sequence[str]) -> str:
    """Return what all names begin with, without numbers and signs at its end; "" for too little."""
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(min(stems), max(stems), strict=False))
    shared = "".join(letter for letter, _ in alike).rstrip(" -_.0123456789(")
    return shared if len(shared) > 1 else ""


def _here(upload: Upload | None) -> Upload:
    if upload is None or not upload_is_here(upload=upload):
        raise NotFound("One of these uploads does not exist any more. Upload its file again.")
    return upload


def _require(uploads: Sequence[Upload]) -> None:
    """Raise unless these uploads can be put together."""
    if not 1 <= len(uploads) <= MAX_FILES:
        raise TooLarge(f"At most {MAX_FILES:,} files can become one dataset. Import them in parts.")
    for upload in uploads:
        if upload.parts:
            raise Conflict("These files were put together already. Send the single files.")
        if not upload_finish(upload=upload).is_complete:
            raise Conflict(f"“{upload.name[:100]}” has not arrived whole yet. Send the rest of it.")
    ids = [upload.pk for upload in uploads]
    if DatasetImport.objects.filter(upload__in=ids, job__state__in=Job.ACTIVE).exists():
        raise Conflict("One of these files is being imported now. Wait until it is done.")


def _imports_move(uploads: Sequence[Upload], whole: Upload) -> None:
    """Let a dataset that waits for the rows of these files wait for all of them, and once."""
    waiting = DatasetImport.objects.filter(upload__in=uploads, job=None)
    first = waiting.first()
    if first is None:
        return
    waiting.exclude(pk=first.pk).delete()
    first.upload, first.source_name = whole, whole.name
    first.save(update_fields=["upload", "source_name"])


def _link(uploads: Sequence[Upload], folder: Path) -> None:
    """Give each file one more name, its number in the folder; where that cannot be, a copy."""
    folder.unlink(missing_ok=True)
    folder.mkdir(mode=0o700)
    for number, upload in enumerate(uploads):
        path = upload_path(upload=upload)
        try:
            os.link(path, folder / str(number))
        except OSError:
            shutil.copyfile(path, folder / str(number))
    names_write(folder, [upload.name for upload in uploads])
