"""The conditional updates that decide which copy of a job may write: the fencing."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from projects.jobs.events import publish_change
from projects.models import Job
from segplatform.kernel.errors import Cancelled, Superseded

logger = logging.getLogger(__name__)

State = Job.State


def lease_end() -> Combinable:
    """Give the end of a lease that starts now, by the database's clock (hosts' clocks differ)."""
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def take(job_id: str) -> Job | None:
    """Start a new attempt of a queued job; ``None`` where it is not queued any more."""
    with transaction.atomic():
        taken = Job.objects.filter(pk=job_id, state=State.QUEUED).update(
            state=State.RUNNING,
            attempt=F("attempt") + 1,
            lease_until=lease_end(),
            started=Now(),
            progress=0,
            message="",
        )
        if not taken:
            return None
        job = Job.objects.select_related("project", "created_by").get(pk=job_id)
    publish_change(job)
    return job


def owned(job: Job) -> QuerySet[Job]:
    """Select the row only while this attempt of it is the one that runs."""
    return Job.objects.filter(pk=job.pk, attempt=job.attempt, state=State.RUNNING)


def is_stopped(job: Job) -> bool:
    """Say whether somebody asked this attempt to stop."""
    return owned(job).filter(cancel_requested=True).exists()


def renew(job: Job) -> bool:
    """Lengthen the lease; ``False`` where the row is no longer this attempt's."""
    return bool(owned(job).update(lease_until=lease_end()))


def renew_named(job_id: str, attempt: int) -> bool:
    """Lengthen the lease of an attempt from outside its process: its worker sees it alive."""
    running = Job.objects.filter(pk=job_id, attempt=attempt, state=State.RUNNING)
    return bool(running.exclude(lease_until=None).update(lease_until=lease_end()))


def write(job: Job, **fields: Any) -> None:
    """Write fields of a running attempt; ``Cancelled`` or ``Superseded`` where it should stop."""
    if not owned(job).filter(cancel_requested=False).update(**fields):
        raise Cancelled if owned(job).exists() else Superseded


def finish(job: Job, state: State, **fields: Any) -> bool:
    """End a running attempt; ``False``, and nothing is written, where it is not running."""
    ended = owned(job).update(state=state, lease_until=None, finished=Now(), **fields)
    if ended:
        logger.info("job %s (%s): %s", job.pk, job.name, state.value)
        after_end(job)
    return bool(ended)


def after_end(job: Job) -> None:
    """Do what follows every end: the parent's progress, the news."""
    if job.parent_id:
        parent_refresh(job.parent_id)
    publish_change(job)


def parent_refresh(parent_id: UUID) -> None:
    """Bring a group up to date with its parts; it ends with the last of them."""
    parts = list(Job.objects.filter(parent_id=parent_id).values_list("state", "progress", "error"))
    group = Job.objects.filter(pk=parent_id, state=State.RUNNING, lease_until=None).first()
    if group is None:
        return
    active = [state for state, _, _ in parts if state in Job.ACTIVE]
    done = sum(fraction if state in Job.ACTIVE else 1 for state, fraction, _ in parts)
    fields: dict[str, Any] = {"progress": done / max(1, len(parts))}
    fields["message"] = f"{len(parts) - len(active)} of {len(parts)} done"
    if not active:
        fields |= _end_of_group(group, parts)
    if owned(group).update(**fields):
        publish_change(group)


def end_group(job: Job) -> None:
    """End a group whose cancel was asked for, where no part of it is active any more."""
    if job.lease_until is None:
        parent_refresh(job.pk)


def _end_of_group(group: Job, parts: list[tuple[str, float, str]]) -> dict[str, Any]:
    """Cancelled if somebody said so, else succeeded if any part did, else failed if any did."""
    states = {state for state, _, _ in parts}
    if group.cancel_requested:
        return {"state": State.CANCELLED, "finished": Now()}
    if State.SUCCEEDED in states:
        return {"state": State.SUCCEEDED, "finished": Now()}
    if states & {State.FAILED, State.LOST}:
        error = next((error for _, _, error in parts if error), "")
        return {"state": State.FAILED, "finished": Now(), "error": error}
    return {"state": State.CANCELLED, "finished": Now()}
