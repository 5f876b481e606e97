"""The profile of a version: computed in a worker once somebody asks, then stored with it."""

from typing import Any

from django.conf import settings
from django.db import transaction

from datasets.models import Dataset, DatasetVersion
from datasets.services.files import RowsReleased, version_files
from datasets.services.memory import memory_guard
from datasets.services.previews import PREVIEW_SECONDS, PreviewPending, job_active
from datasets.services.rows import version_columns, version_current
from projects.jobs.context import JobContext
from projects.jobs.plain import plain_json
from projects.models import Job, User
from projects.services.jobs import job_start, job_wait
from segplatform.kernel.errors import Conflict, UserError

PROFILE = "datasets.profile"
QUICK_CELLS = 50_000_000
"""Larger tables take longer than a preview may hold up others; they queue with the imports."""
GONE = "These rows were replaced or deleted meanwhile. Open the dataset again."
PENDING = "The columns are still being measured. Ask again in a moment."
STOPPED = "Measuring the columns was stopped. Try again."
TOO_LARGE = (
    "Measuring these columns takes more than the {limit} of memory that a job may use. "
    "Keep fewer columns first, or ask the operator for more."
)


def profile_ask(
    *,
    user: User,
    dataset: Dataset | None = None,
    version: DatasetVersion | None = None,
    seconds: float = PREVIEW_SECONDS,
) -> list[dict[str, Any]]:
    """Return the profile of a version (the current one of ``dataset``), measured now if need be.

    The shape is that of ``datasets.engine.profile``. People who ask at once wait for the same
    job. Raises ``Conflict`` for a dataset without rows (``RowsReleased``: at the moment),
    ``PreviewPending`` after ``seconds`` and ``UserError`` with the job's sentence where it failed.
    """
    if version is None:
        if dataset is None:
            raise ValueError("name a dataset or a version")
        version = version_current(dataset=dataset)
    job = profile_start(version=version, user=user)
    if job is None:
        return list(version.profile or [])
    job = job_wait(job=job, seconds=seconds)
    if job.is_active:
        raise PreviewPending(PENDING)
    if job.state != Job.State.SUCCEEDED:
        raise UserError(job.error or STOPPED)
    return _stored(version)


def profile_start(*, version: DatasetVersion, user: User) -> Job | None:
    """Start measuring a version, or return the job that does; None where it is stored already.

    Nothing starts by itself after an import or a run: most tables of a flow are never looked at
    column by column, and half a million rows take half a second. Pages that will need the
    profile soon call this when they open.
    """
    subject = f"profile:{version.pk}"
    with transaction.atomic():
        # The lock: of two hidden jobs with one subject the second would cancel the first.
        locked = DatasetVersion.objects.select_for_update(no_key=True).filter(pk=version.pk).first()
        if locked is None:
            raise Conflict(GONE)
        version.profile = locked.profile
        if locked.profile is not None:
            return None
        if locked.released:
            raise RowsReleased(locked)
        return job_active(subject=subject) or _job_start(locked, user, subject)


def profile_run(*, ctx: JobContext) -> dict[str, Any]:
    """Measure a version and store what was found, in a worker; done before, it does nothing.

    Fails with ``Conflict`` where the version went meanwhile, which ends the job at once.
    """
    version = DatasetVersion.objects.filter(pk=ctx.args["version"]).first()
    if version is None:
        raise Conflict(GONE)
    if version.profile is None:
        found = _measure(ctx, version)
        with ctx.publish():
            kept = DatasetVersion.objects.filter(pk=version.pk).update(profile=found)
        if not kept:
            raise Conflict(GONE)
    return {"version": str(version.pk)}


def _measure(ctx: JobContext, version: DatasetVersion) -> list[dict[str, Any]]:
    from datasets.engine.profile import profile

    memory = settings.IMPORT_MEMORY_BYTES
    columns = version_columns(version=version)
    with memory_guard(TOO_LARGE):
        found = profile(version_files(version=version), columns, ctx.progress, memory // 2)
    return list(plain_json({"columns": found})["columns"])


def _job_start(version: DatasetVersion, user: User, subject: str) -> Job:
    dataset = version.dataset
    quick = version.rows * len(version.columns) <= QUICK_CELLS
    return job_start(
        project=dataset.project, user=user, name=PROFILE, subject=subject,
        title=f"Measure the columns of {dataset.name}"[:200], args={"version": str(version.pk)},
        queue="interactive" if quick else "default", hidden=True,
    )  # fmt: skip


def _stored(version: DatasetVersion) -> list[dict[str, Any]]:
    """Read what the job stored; the version may have been replaced since."""
    profile = DatasetVersion.objects.filter(pk=version.pk).values_list("profile", flat=True).first()
    if profile is None:
        raise Conflict(GONE)
    version.profile = profile
    return list(profile)
