"""News of jobs wake who waits, with the queue server and without."""

import asyncio
import threading
import time
from contextlib import aclosing
from uuid import uuid4

import pytest
from django.db import connection

from projects.jobs import events
from projects.jobs.connection import client
from projects.jobs.events import changes, job_changes, publish_change
from projects.models import Job, Project
from tests.factories import make_job
from tests.projects.jobs.conftest import until

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 60  # of a busy machine; what is waited for takes a moment


def publish(job: Job) -> None:
    publish_change(job)
    connection.close()


async def woken(topic: str, key: object, job: Job) -> bool:
    """Wait for news of a job; say whether they had been sent by then."""
    sent = threading.Event()

    def send() -> None:
        sent.set()
        publish(job)

    async with aclosing(changes(topic, key)) as news:
        await anext(news)
        threading.Timer(0.05, send).start()
        await asyncio.wait_for(anext(news), PATIENCE_SECONDS)
        return sent.is_set()


@pytest.fixture
def no_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody look by themselves for as long as a test lasts."""
    monkeypatch.setattr(events, "POLL_SECONDS", 600)


@pytest.mark.parametrize("topic", ["job", "project", "user"])
def test_it_wakes_at_once(project: Project, empty_queue: str, no_polling: None, topic: str) -> None:
    job = make_job(project)
    key = {"job": job.pk, "project": job.project_id, "user": job.created_by_id}[topic]
    assert asyncio.run(woken(topic, key, job))


def test_it_wakes_by_itself_each_second(empty_queue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "POLL_SECONDS", 0.1)
    asyncio.run(asyncio.wait_for(_three(), PATIENCE_SECONDS))


def test_it_wakes_without_the_queue_server(no_queue: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "POLL_SECONDS", 0.1)
    assert asyncio.run(asyncio.wait_for(_three(), PATIENCE_SECONDS)) >= 0.2


async def _three() -> float:
    began = time.monotonic()
    async with aclosing(job_changes(uuid4())) as news:
        for _ in range(3):
            await anext(news)
    return time.monotonic() - began


def test_it_leaves_no_connection_behind(
    project: Project, empty_queue: str, no_polling: None
) -> None:
    job = make_job(project)
    assert asyncio.run(woken("job", job.pk, job))
    # The server sees the end of a connection a moment later.
    assert until(lambda: not client().pubsub_channels("seg:*"))
