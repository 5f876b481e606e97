"""The connection to the queue server, and what is kept in it beside the queues."""

import logging
from functools import cache
from typing import Any
from uuid import UUID

import redis.asyncio
from django.conf import settings
from redis import Redis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

logger = logging.getLogger(__name__)

# Short, and no slow retries: a page must not wait for a queue server that is down.
CONNECT_SECONDS = 1
ANSWER_SECONDS = 5
QUEUE_ERRORS = (RedisError, OSError)


@cache
def _client(url: str) -> Redis:
    return make_client(url)


def make_client(url: str) -> Redis:
    """Return a new client with its own pool (a worker changes the timeouts of its own)."""
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


def client() -> Redis:
    """Return this process's client (its pool notices a fork); connects at first use."""
    return _client(settings.REDIS_URL)


def async_client() -> "redis.asyncio.Redis":
    """Return a new client for an event loop; the caller closes it."""
    return redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=CONNECT_SECONDS,
        retry=AsyncRetry(NoBackoff(), 0),
    )


def queue(name: str, connection: Redis | None = None) -> Queue:
    """Return one of ``settings.QUEUES``; ``ValueError`` for any other name."""
    if name not in settings.QUEUES:
        raise ValueError(f"there is no queue {name!r}")
    return Queue(
        name,
        connection=connection or client(),
        serializer=JSONSerializer,
        default_timeout=settings.JOB_TIMEOUT_SECONDS,
    )


def queue_state() -> str:
    """Say ``"ok"``, or ``"unavailable"`` where the queue server does not answer."""
    try:
        client().ping()
    except QUEUE_ERRORS:
        return "unavailable"
    return "ok"


def cancel_key(job_id: UUID) -> str:
    """Name the key that tells a running job to stop sooner than the database would."""
    return f"seg:job:{job_id}:cancel"


def log_key(job_id: UUID) -> str:
    """Name the list with the log lines of a running job."""
    return f"seg:job:{job_id}:log"


def channel(topic: str, key: Any) -> str:
    """Name the channel of a ``"job"``, ``"project"`` or ``"user"``."""
    return f"seg:{topic}:{key}:changed"
