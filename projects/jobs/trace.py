"""Ties what a job logs to the request that started it: the message carries its id."""

from collections.abc import Callable
from functools import wraps

from rq import get_current_job
from rq.exceptions import NoSuchJobError
from rq.job import Job as Message
from rq.serializers import JSONSerializer
from structlog.contextvars import bound_contextvars

from projects.jobs.connection import client
from projects.models import Job
from segplatform.logs import current_request_id

KEY = "request_id"


def request_meta(job: Job) -> dict[str, str]:
    """Give what a job's message carries: the request's id, or that of the attempt before.

    Raises what the queue server's client raises.
    """
    found = current_request_id() or _of_attempt_before(job)
    return {KEY: found} if found else {}


def traced(run: Callable[[str], None]) -> Callable[[str], None]:
    """Let every line that ``run`` logs name the job and the request that started it."""

    @wraps(run)
    def inner(job_id: str) -> None:
        message = get_current_job()
        ids = {"job_id": job_id, **(message.meta if message else {})}
        with bound_contextvars(**ids):
            run(job_id)

    return inner


def _of_attempt_before(job: Job) -> str:
    if not job.attempt:
        return ""
    try:
        before = Message.fetch(f"{job.pk}_{job.attempt}", client(), JSONSerializer)
    except NoSuchJobError:
        return ""
    return str(before.meta.get(KEY, ""))
