"""What each type would lose of an uploaded file: counted by a job, kept with its result."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from datasets.engine.import_columns import reading_options
from datasets.models import Upload
from datasets.services.previews import job_active
from datasets.services.reading import reading_losses
from datasets.services.uploads import upload_path
from projects.jobs.context import JobContext
from projects.models import Job, User
from projects.services.jobs import job_cancel, job_start
from segplatform.kernel.errors import NotFound

LOSSES = "datasets.losses"
MOST_COLUMNS = 40
"""So many columns are counted at once; of a wider table only those that somebody looks at."""

QUICK_BYTES = 50 * 2**20
"""A larger file keeps a worker busy for longer than a person waits for a preview."""

Lost = dict[str, Any]
FAILED = "The whole file could not be checked against the types."


@dataclass(frozen=True)
class Losses:
    """What is known by now: ``columns`` as ``datasets.engine.import_losses`` gives them."""

    columns: dict[str, Lost] = field(default_factory=dict)
    pending: bool = False
    error: str = ""


def losses_known(*, upload: Upload, options: Mapping[str, Any]) -> dict[str, Lost]:
    """Return what has been counted of a file, read with these options."""
    subject = _subject(upload, reading_options(options))
    done = Job.objects.filter(subject=subject, state=Job.State.SUCCEEDED)
    found: dict[str, Lost] = {}
    for result in done.values_list("result", flat=True):
        found |= result.get("columns", {})
    return found


def losses_ask(
    *, upload: Upload, user: User, options: Mapping[str, Any], columns: Sequence[str]
) -> Losses:
    """Return what is known of ``columns``; what is not is counted from now on.

    What the person asked of the same file, read with other options, is not counted any further.
    """
    reading = reading_options(options)
    subject = _subject(upload, reading)
    _others_stop(upload, user, subject)
    with transaction.atomic():
        # The lock: of two hidden jobs with one subject the second would cancel the first.
        Upload.objects.select_for_update(no_key=True).filter(pk=upload.pk).first()
        known = losses_known(upload=upload, options=reading)
        missing = [column for column in columns if column not in known]
        if not missing:
            return Losses(known)
        last = Job.objects.filter(subject=subject).first()
        if last and last.state in (Job.State.FAILED, Job.State.LOST):
            return Losses(known, error=last.error or FAILED)
        if not job_active(subject=subject):
            _start(upload, user, subject, reading, missing[:MOST_COLUMNS])
    return Losses(known, pending=True)


def losses_run(*, ctx: JobContext) -> dict[str, Any]:
    """Count, in a worker; columns that the file lacks are nothing to count."""
    upload = Upload.objects.filter(pk=ctx.args["upload"]).first()
    if upload is None:
        raise NotFound("The uploaded file is not here any more. Upload it again.")
    asked = ctx.args["columns"]
    found = reading_losses(
        path=upload_path(upload=upload), name=upload.name, options=ctx.args["options"],
        columns=asked, progress=ctx.progress,
    )  # fmt: skip
    return {"columns": {**dict.fromkeys(asked), **found}}


def losses_stop(*, upload: Upload) -> None:
    """Count no further: the file is imported, or given up."""
    for job in Job.objects.filter(subject__startswith=_start_of(upload), state__in=Job.ACTIVE):
        job_cancel(job=job)


def _others_stop(upload: Upload, user: User, subject: str) -> None:
    """Stop what this person asked of the file with other options."""
    others = Job.objects.filter(
        subject__startswith=_start_of(upload), state__in=Job.ACTIVE, created_by=user
    )
    for job in others.exclude(subject=subject):
        job_cancel(job=job)


def _start(
    upload: Upload, user: User, subject: str, reading: dict[str, Any], columns: Sequence[str]
) -> Job:
    return job_start(
        project=upload.project, user=user, name=LOSSES, subject=subject,
        title=f"Check the values of {upload.name}"[:200],
        args={"upload": str(upload.pk), "options": reading, "columns": list(columns)},
        queue="interactive" if upload.size <= QUICK_BYTES else "default", hidden=True,
    )  # fmt: skip


def _start_of(upload: Upload) -> str:
    return f"losses:{upload.pk}:"


def _subject(upload: Upload, reading: Mapping[str, Any]) -> str:
    told = json.dumps(reading, sort_keys=True).encode()
    return _start_of(upload) + hashlib.sha256(told).hexdigest()[:32]
