"""News of jobs: who waits for one is woken, and looks at the row."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, closing
from functools import partial
from uuid import UUID

from django.db import transaction

from projects.jobs.connection import QUEUE_ERRORS, async_client, channel, client
from projects.models import Job

POLL_SECONDS = 1.0
# Without the queue server a waiting thread asks the database instead.
SHORT_POLL_SECONDS = 0.1


def publish_change(job: Job) -> None:
    """Wake who waits for this job, its project's jobs or its person's jobs, after commit."""
    transaction.on_commit(partial(_publish, job))


def _publish(job: Job) -> None:
    topics = [("job", job.pk), ("project", job.project_id), ("user", job.created_by_id)]
    try:
        pipeline = client().pipeline(transaction=False)
        for topic, key in topics:
            pipeline.publish(channel(topic, key), "changed")
        pipeline.execute()
    except QUEUE_ERRORS:
        return  # who waits also polls


async def job_changes(job_id: UUID) -> AsyncGenerator[None, None]:
    """Yield at once, whenever the job may have changed, and at least each second.

    The first one comes after listening began, so that a look at the row then misses nothing.
    """
    async with aclosing(changes("job", job_id)) as news:
        async for _ in news:
            yield


async def changes(topic: str, key: object) -> AsyncGenerator[None, None]:
    """Yield as ``job_changes``, for everything of a ``"job"``, a ``"project"`` or a ``"user"``."""
    while True:
        try:
            async with aclosing(_listen(channel(topic, key))) as news:
                async for _ in news:
                    yield
        except QUEUE_ERRORS:
            yield
            await asyncio.sleep(POLL_SECONDS)


async def _listen(name: str) -> AsyncGenerator[None, None]:
    async with async_client() as connection, connection.pubsub() as pubsub:
        await pubsub.subscribe(name)
        await pubsub.get_message(timeout=POLL_SECONDS)  # the answer to subscribe
        yield
        while True:
            await pubsub.get_message(timeout=POLL_SECONDS)
            yield


def wait_for_changes(job_id: UUID, seconds: float) -> Iterator[None]:
    """Yield at once, and whenever the job may have changed, until the time is up (blocking)."""
    end = time.monotonic() + seconds
    try:
        with closing(client().pubsub()) as pubsub:
            pubsub.subscribe(channel("job", job_id))
            pubsub.get_message(timeout=POLL_SECONDS)
            yield
            while (left := end - time.monotonic()) > 0:
                pubsub.get_message(timeout=min(left, POLL_SECONDS))
                yield
    except QUEUE_ERRORS:
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, SHORT_POLL_SECONDS))
            yield
