"""Sends rows to the queue; a row that could not be sent stays queued for the reconciler."""

import logging
from contextlib import suppress
from functools import partial

from django.conf import settings
from django.db import transaction
from rq.command import send_command, send_stop_job_command
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job as Message
from rq.serializers import JSONSerializer

from projects.jobs.connection import QUEUE_ERRORS, cancel_key, client, queue
from projects.jobs.trace import request_meta
from projects.models import Job

logger = logging.getLogger(__name__)

END_SOON = "end-soon"
"""What a worker is told beside the cancel key: a long computation may not look at that in time."""
RUNNER = "projects.jobs.runner.run_job"
# A message that RQ calls failed (its process was killed) is kept for an operator to look at.
FAILED_MESSAGE_SECONDS = 3600


def message_id(job: Job) -> str:
    """Name the message that starts the row's next attempt, or started its current one."""
    attempt = job.attempt + 1 if job.state == Job.State.QUEUED else job.attempt
    return f"{job.pk}_{attempt}"


def enqueue(job: Job) -> None:
    """Send a queued row to its queue once the transaction is committed."""
    transaction.on_commit(partial(send, job))


def send(job: Job) -> bool:
    """Send now; say whether the queue took it. Sending twice is harmless: one starts."""
    try:
        queue(job.queue).enqueue_call(
            RUNNER,
            args=(str(job.pk),),
            job_id=message_id(job),
            timeout=settings.JOB_TIMEOUT_SECONDS,
            result_ttl=0,
            failure_ttl=FAILED_MESSAGE_SECONDS,
            description=job.name,
            meta=request_meta(job),
        )
    except QUEUE_ERRORS as error:
        logger.warning("job %s waits for the queue server: %s", job.pk, error)
        return False
    logger.info("job %s (%s): queued", job.pk, job.name, extra={"fields": {"job_id": str(job.pk)}})
    return True


def withdraw(job: Job) -> None:
    """Take the message of a job that was cancelled while queued off its queue, after commit."""
    transaction.on_commit(partial(_delete_message, message_id(job)))


def stop_soon(job: Job) -> None:
    """Tell a running job to stop at its next step, after commit; its worker ends it otherwise."""
    transaction.on_commit(partial(_ask_to_stop, job))


def stop_now(job: Job) -> None:
    """Kill the process that runs the job, after commit: for work that leaves nothing behind."""
    transaction.on_commit(partial(_kill, job))


def _delete_message(name: str) -> None:
    # The others: a worker takes or ends it this very moment. It finds the row cancelled.
    with suppress(NoSuchJobError, InvalidJobOperation, ValueError, *QUEUE_ERRORS):
        Message.fetch(name, connection=client(), serializer=JSONSerializer).delete()


def _set_cancel_key(job: Job) -> None:
    with suppress(*QUEUE_ERRORS):
        client().set(cancel_key(job.pk), job.attempt, ex=settings.JOB_TIMEOUT_SECONDS)


def _ask_to_stop(job: Job) -> None:
    _set_cancel_key(job)
    with suppress(NoSuchJobError, *QUEUE_ERRORS):
        message = Message.fetch(message_id(job), connection=client(), serializer=JSONSerializer)
        if message.worker_name:
            send_command(client(), message.worker_name, END_SOON, job_id=message.id)


def _kill(job: Job) -> None:
    _set_cancel_key(job)  # should the command come before the process is there
    with suppress(NoSuchJobError, InvalidJobOperation, *QUEUE_ERRORS):
        send_stop_job_command(client(), message_id(job), serializer=JSONSerializer)
