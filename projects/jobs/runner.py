"""Runs one attempt of a job and turns how it ended into a state; all that RQ ever calls."""

import logging
import secrets
import time
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from rq.timeouts import BaseTimeoutException

from projects.jobs import attempts, registry
from projects.jobs.connection import QUEUE_ERRORS, cancel_key, client
from projects.jobs.context import JobContext
from projects.jobs.lease import Lease
from projects.jobs.plain import plain_json, plain_text
from projects.jobs.reconcile import start_again
from projects.jobs.trace import traced
from projects.models import Job, Membership, Role
from segplatform.kernel.actor import Actor, acting
from segplatform.kernel.busy import is_busy
from segplatform.kernel.disk import NO_ROOM, has_room, is_disk_full
from segplatform.kernel.errors import Cancelled, Forbidden, Superseded, UserError

logger = logging.getLogger(__name__)

UNEXPECTED = "Something went wrong on our side. Try again, or give the operator the error id."
TOO_LONG = "This took longer than the operator allows and was stopped. Try it on less data."
# What was worked out for hours must not be called failed because the database was busy at its end.
END_PAUSES = (1.0, 3.0, 10.0)
NO_RIGHT = "The person who started this may no longer do so in this project, so it was not run."

in_horse = False
"""Whether this process exists for one job only, and may be ended with it (see worker)."""


@traced
def run_job(job_id: str) -> None:
    """Run the next attempt of a queued job; do nothing where it is not queued any more."""
    job = attempts.take(job_id)
    if job is None:
        logger.info("job %s is not queued any more", job_id)
        return
    context = JobContext(job)
    try:
        _run(context)
    except Superseded:
        logger.warning("job %s: attempt %s lost its row; result thrown away", job.pk, job.attempt)
    except (Exception, SystemExit) as error:  # a state for everything that can be raised
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()  # it may be what failed
        _end_badly(context, error)
    finally:
        _close_log(context)
        _forget_cancel(job)


def _run(context: JobContext) -> None:
    actor = Actor("job", user_id=lambda: context.job.created_by_id)
    with acting(actor), Lease(context.job, may_exit=in_horse):
        kind = registry.get(context.job.name)
        _check_right(context.job, kind.role)
        _check_room(context.job)
        result = plain_json(kind.run(context))
    _finish(context.job, Job.State.SUCCEEDED, progress=1, message="", result=result)


def _check_right(job: Job, wanted: str | None) -> None:
    """Ask again whether the person may do this: the row may have waited for long."""
    role = wanted or (Role.VIEWER if job.hidden else Role.EDITOR)
    member = Membership.objects.filter(
        project=job.project_id, user=job.created_by_id, user__is_active=True
    ).first()
    if member is None or not member.allows(role):
        raise Forbidden(NO_RIGHT)


def _check_room(job: Job) -> None:
    """Start nothing that leaves files behind on a disk that is nearly full."""
    if not job.hidden and not has_room(settings.DATA_DIR):
        raise UserError(NO_ROOM)


def _finish(job: Job, state: Job.State, **fields: Any) -> bool:
    """End the attempt as ``attempts.finish`` does, more than once where the database is busy."""
    for pause in END_PAUSES:
        try:
            return attempts.finish(job, state, **fields)
        except OperationalError as error:
            logger.warning("job %s: its end was not written: %s", job.pk, error)
            connection.close_if_unusable_or_obsolete()
            time.sleep(pause)
    return attempts.finish(job, state, **fields)


def _end_badly(context: JobContext, error: BaseException) -> None:
    job = context.job
    # Who deletes what a job works on stops it in the same moment; it may find the gap first.
    stopped = isinstance(error, UserError) and attempts.is_stopped(job)
    if stopped or isinstance(error, Cancelled):
        _finish(job, Job.State.CANCELLED)
    elif isinstance(error, UserError):
        _fail(context, str(error))
    elif isinstance(error, BaseTimeoutException):
        _fail(context, TOO_LONG)
    elif is_busy(error) and start_again(job, attempts.owned(job)):
        logger.warning("job %s (%s): starts again, the database was busy", job.pk, job.name)
    elif is_disk_full(error):
        logger.error("job %s (%s): the disk is full: %s", job.pk, job.name, error)
        _fail(context, NO_ROOM)
    else:
        error_id = secrets.token_hex(6)
        logger.error("job %s (%s), error id %s", job.pk, job.name, error_id, exc_info=error)
        _fail(context, UNEXPECTED, error_id)


def _fail(context: JobContext, sentence: str, error_id: str = "") -> None:
    error = plain_text(sentence)
    _finish(context.job, Job.State.FAILED, error=error, error_id=error_id)


def _close_log(context: JobContext) -> None:
    try:
        context.progress.lines.close()
    except OSError as error:  # the lines stay in the queue server for a day
        logger.warning("job %s: its log was not written: %s", context.job.pk, error)


def _forget_cancel(job: Job) -> None:
    try:
        client().delete(cancel_key(job.pk))
    except QUEUE_ERRORS:
        return  # it expires by itself
