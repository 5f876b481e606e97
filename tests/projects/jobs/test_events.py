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

pytestmark = pytest.mark.django_db(transaction=True)


def publish(job: Job) -> None:
    publish_change(job)
    connection.close()


async def wait(topic: str, key: object, job: Job) -> float:
    """Give the seconds from the news until it is seen."""
    async with aclosing(changes(topic, key)) as news:
        await anext(news)
        began = time.monotonic()
        threading.Timer(0.05, publish, [job]).start()
        await anext(news)
        return time.monotonic() - began


@pytest.mark.parametrize("topic", ["job", "project", "user"])
def test_it_wakes_at_once(project: Project, empty_queue: str, topic: str) -> None:
    job = make_job(project)
    key = {"job": job.pk, "project": job.project_id, "user": job.created_by_id}[topic]
    assert 0.04 < asyncio.run(wait(topic, key, job)) < 0.5


def test_it_wakes_by_itself_each_second(empty_queue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "POLL_SECONDS", 0.1)
    assert asyncio.run(_three()) < 1


def test_it_wakes_without_the_queue_server(no_queue: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "POLL_SECONDS", 0.1)
    assert 0.2 <= asyncio.run(_three()) < 1


async def _three() -> float:
    began = time.monotonic()
    async with aclosing(job_changes(uuid4())) as news:
        for _ in range(3):
            await anext(news)
    return time.monotonic() - began


def test_it_leaves_no_connection_behind(project: Project, empty_queue: str) -> None:
    asyncio.run(wait("job", make_job(project).pk, make_job(project)))
    assert not client().pubsub_channels("seg:*")
