"""Run started jobs in this process: for work made of other jobs, with or without workers."""

from django.db.models import QuerySet

from projects.jobs.runner import run_job
from projects.models import Job
from projects.services.jobs import job_wait
from segplatform.kernel.errors import Cancelled, Conflict
from segplatform.kernel.progress import Progress

WAIT_SECONDS = 1.0
STOPPED = "“{title}” was stopped."


def job_finish(*, job: Job, progress: Progress) -> Job:
    """Run a job, or the parts of a group, to the end: here, or where a worker was quicker.

    Returns the row as it is then. ``progress`` is stepped between parts, from 0 to 1. Raises
    ``Conflict`` with the job's own sentence where it did not succeed (a group does with any of
    its parts), ``Cancelled`` where it was deleted meanwhile.
    """
    while job.is_active:
        for part in _queued(job):
            progress.step(*_done(job))
            run_job(str(part.pk))  # does nothing where a worker took it
        progress.step(*_done(job))
        fresh = Job.objects.filter(pk=job.pk).first()
        if fresh is None:
            raise Cancelled
        job = fresh
        if job.is_active and not _queued(job).exists():
            job = job_wait(job=job, seconds=WAIT_SECONDS)
    if job.state != Job.State.SUCCEEDED:
        raise Conflict(job.error or STOPPED.format(title=job.title))
    return job


def _queued(job: Job) -> QuerySet[Job]:
    waiting = Job.objects.filter(state=Job.State.QUEUED).order_by("created")
    return waiting.filter(pk=job.pk) | waiting.filter(parent=job.pk)


def _done(job: Job) -> tuple[float, str]:
    """Say how much of it is done, as a share and in words."""
    states = list(job.children.values_list("state", flat=True))
    if not states:
        return 0.0, job.title
    done = sum(state not in Job.ACTIVE for state in states)
    return done / len(states), f"{job.title}: {done} of {len(states)} done"
