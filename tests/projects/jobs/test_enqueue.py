"""Rows and messages: after the commit, ids only, and a row without a message waits."""

import json
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks
from rq.job import Job as Message
from rq.serializers import JSONSerializer

from projects.jobs import enqueue
from projects.jobs.connection import client, queue, queue_state
from projects.models import Job, Project
from projects.services.jobs import job_cancel, job_start
from tests.factories import make_job


def start(project: Project, **fields: object) -> Job:
    values = {"name": "tests.nothing", "subject": "test:1", "title": "Test", "args": {"a": 1}}
    return job_start(project=project, user=project.membership.user, **{**values, **fields})


def sent(name: str = "interactive") -> list[str]:
    return queue(name).get_job_ids()


@pytest.mark.django_db(transaction=True)
def test_it_sends_after_the_commit(project: Project, empty_queue: str) -> None:
    with transaction.atomic():
        job = start(project)
        assert sent() == []
    assert sent() == [f"{job.pk}_1"]


@pytest.mark.django_db(transaction=True)
def test_it_sends_nothing_after_a_rollback(project: Project, empty_queue: str) -> None:
    with transaction.atomic():
        start(project)
        transaction.set_rollback(True)
    assert sent() == []


def test_it_sends_the_id_only_as_json(project: Project, empty_queue: str) -> None:
    job = make_job(project)
    enqueue.send(job)
    message = Message.fetch(f"{job.pk}_1", connection=client(), serializer=JSONSerializer)
    assert message.args == [str(job.pk)]
    assert json.loads(message.data)
    assert not message.retries_left
    assert message.timeout == 6 * 3600


def test_it_goes_to_the_queue_of_its_kind_or_to_the_one_asked_for(
    project: Project,
    empty_queue: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        start(project)
        start(project, subject="test:2", queue="heavy")
    assert len(sent("interactive")) == len(sent("heavy")) == 1


def test_it_refuses_a_queue_that_is_not_there(project: Project, empty_queue: str) -> None:
    with pytest.raises(ValueError, match="slow"):
        enqueue.send(make_job(project, queue="slow"))


@pytest.mark.django_db(transaction=True)
def test_it_leaves_the_row_queued_without_the_queue_server(
    project: Project, no_queue: None
) -> None:
    job = start(project)
    job.refresh_from_db()
    assert job.state == "queued"


@pytest.mark.django_db(transaction=True)
def test_it_takes_the_message_of_a_cancelled_job_away(project: Project, empty_queue: str) -> None:
    job = start(project)
    assert job_cancel(job=job).state == "cancelled"
    assert sent() == []
    assert not client().exists(f"rq:job:{job.pk}_1")


@pytest.mark.django_db(transaction=True)
def test_a_cancel_does_not_mind_a_worker_that_takes_the_message_this_moment(
    project: Project, empty_queue: str
) -> None:
    job = start(project)
    message = Message.fetch(f"{job.pk}_1", connection=client(), serializer=JSONSerializer)
    # what RQ leaves between two of its commands: an execution that is listed, and is not there
    client().zadd(message.execution_registry.key, {"gone": 2**40})
    job_cancel(job=job)
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_a_cancel_does_not_mind_a_message_that_goes_this_moment(
    project: Project, empty_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, fetch = start(project), Message.fetch

    def gone(name: str, **options: Any) -> Message:
        found: Message = fetch(name, **options)
        client().delete(found.key)
        return found

    monkeypatch.setattr(Message, "fetch", gone)
    job_cancel(job=job)
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED


def test_it_says_how_the_queue_server_is(empty_queue: str) -> None:
    assert queue_state() == "ok"


def test_it_says_when_the_queue_server_is_away(no_queue: None) -> None:
    assert queue_state() == "unavailable"
