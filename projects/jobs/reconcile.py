"""Brings rows and queue together again after a crash, a kill or a queue server that forgot.

Every change is a conditional update, so any number of processes may do this at once.
"""

import logging
import time
from datetime import timedelta
from typing import TypedDict

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from projects import hooks
from projects.jobs import attempts, log, registry
from projects.jobs.connection import QUEUE_ERRORS, client, queue
from projects.jobs.enqueue import message_id, send
from projects.jobs.events import publish_change
from projects.models import Job

logger = logging.getLogger(__name__)

State = Job.State
# A row this young is between its commit and its message.
GRACE = timedelta(seconds=5)
HIDDEN_KEPT = timedelta(hours=1)
MAX_ATTEMPTS = 2
TIDY_SECONDS = 600
LOST = "The process that ran this was lost. Retry it."
LOST_AGAIN = (
    "The process that ran this was lost twice, most often for want of memory. Try it on less "
    "data, or ask the operator for more."
)


class Counts(TypedDict):
    """How many rows each rule touched."""

    requeued: int
    retried: int
    lost: int
    cancelled: int
    groups: int
    deleted: int


def reconcile() -> Counts:
    """Apply every rule once; give how many rows each touched."""
    counts = Counts(requeued=0, retried=0, lost=0, cancelled=0, groups=0, deleted=0)
    for job in Job.objects.filter(state=State.RUNNING, lease_until__lt=Now()):
        _end_expired(job, counts)
    counts["requeued"] = sum(send(job) for job in _forgotten())
    counts["groups"] = _refresh_groups()
    counts["deleted"] = _delete_hidden()
    _tidy()
    if any(counts.values()):
        logger.info("reconciled: %s", counts)
    return counts


def expire_lease(job_id: str, attempt: int) -> None:
    """Say that the process of this attempt is known to be dead, without waiting for the lease."""
    Job.objects.filter(pk=job_id, attempt=attempt, state=State.RUNNING).exclude(
        lease_until=None
    ).update(lease_until=Now() - timedelta(seconds=1))


def _expired(job: Job) -> QuerySet[Job]:
    return attempts.owned(job).filter(lease_until__lt=Now())


def _end_expired(job: Job, counts: Counts) -> None:
    """Cancel, start once more or call lost a job whose process is gone."""
    if (
        _expired(job)
        .filter(cancel_requested=True)
        .update(state=State.CANCELLED, lease_until=None, finished=Now())
    ):
        counts["cancelled"] += 1
    elif start_again(job, _expired(job)):
        counts["retried"] += 1
        return
    elif _expired(job).update(
        state=State.LOST, lease_until=None, finished=Now(), error=_lost_words(job)
    ):
        counts["lost"] += 1
    else:
        return  # another process was quicker, or the lease was renewed after all
    logger.warning("job %s: attempt %s lost its process", job.pk, job.attempt)
    log.flush(job.pk)
    attempts.after_end(job)


def start_again(job: Job, running: QuerySet[Job]) -> bool:
    """Queue the job once more, if it may be tried again and its row is still among ``running``."""
    if not _may_retry(job) or not running.filter(cancel_requested=False).update(
        state=State.QUEUED, lease_until=None
    ):
        return False
    job.refresh_from_db()
    publish_change(job)
    send(job)
    return True


def _lost_words(job: Job) -> str:
    return LOST_AGAIN if job.attempt >= MAX_ATTEMPTS else LOST


def _may_retry(job: Job) -> bool:
    if job.hidden or job.attempt >= MAX_ATTEMPTS:
        return False
    try:
        return registry.get(job.name).idempotent
    except KeyError:
        return False


def _forgotten() -> list[Job]:
    """Give queued rows that are in no queue; none where the queue server is away."""
    waiting = list(Job.objects.filter(state=State.QUEUED, created__lt=Now() - GRACE))
    if not waiting:
        return []
    connection = client()
    known: set[str] = set()
    try:
        for name in settings.QUEUES:
            known.update(queue(name, connection).get_job_ids())
    except QUEUE_ERRORS:
        return []
    return [job for job in waiting if message_id(job) not in known]


def _refresh_groups() -> int:
    """Finish groups whose last part ended without anybody there to say so."""
    active = Job.objects.filter(parent=OuterRef("pk"), state__in=Job.ACTIVE)
    groups = Job.objects.filter(
        ~Exists(active), state=State.RUNNING, lease_until=None, created__lt=Now() - GRACE
    )
    ids = list(groups.values_list("pk", flat=True))
    for group_id in ids:
        attempts.parent_refresh(group_id)
    return len(ids)


def _delete_hidden() -> int:
    """Drop previews that nobody will ask for any more."""
    old = Job.objects.filter(hidden=True, finished__lt=Now() - HIDDEN_KEPT).exclude(
        state__in=Job.ACTIVE
    )
    ids = list(old.values_list("pk", flat=True))
    for job_id in ids:
        log.delete(job_id)
    Job.objects.filter(pk__in=ids).delete()
    return len(ids)


def _tidy() -> None:
    """Let each app remove what it no longer needs; one that fails does not stop the others."""
    global _tidied
    if time.monotonic() - _tidied < TIDY_SECONDS:
        return
    _tidied = time.monotonic()
    for tidy in hooks.housekeeping:
        try:
            tidy()
        except (OSError, DatabaseError):
            logger.exception("housekeeping did not work; trying again later")


_tidied = float("-inf")
