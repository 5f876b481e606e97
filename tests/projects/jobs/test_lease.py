"""The lease of a running attempt, and the processes that end for want of one."""

import os
import subprocess
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from projects.jobs import attempts, lease
from projects.jobs.connection import make_client, queue
from projects.jobs.worker import SegWorker
from projects.models import Job, Project
from tests.factories import make_job
from tests.projects.jobs.conftest import until

pytestmark = pytest.mark.usefixtures("queue_server")


class Exit(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def job(project: Project) -> Job:
    taken = attempts.take(str(make_job(project).pk))
    assert taken
    return taken


@pytest.fixture
def no_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(code: int) -> None:
        raise Exit

    monkeypatch.setattr(os, "_exit", leave)


def test_it_ends_the_process_whose_row_was_taken(job: Job, no_exit: None) -> None:
    Job.objects.update(state="lost")
    with pytest.raises(Exit):
        lease.Lease(job, may_exit=True)._tick()


def test_it_ends_a_process_that_does_not_see_its_cancel(job: Job, no_exit: None) -> None:
    Job.objects.update(cancel_requested=True)
    keeper = lease.Lease(job, may_exit=True)
    keeper._tick()  # the work has until the next renewal to reach a step
    with pytest.raises(Exit):
        keeper._tick()
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_it_ends_no_process_of_many_jobs(job: Job, no_exit: None) -> None:
    Job.objects.update(cancel_requested=True)
    keeper = lease.Lease(job)
    keeper._tick()
    keeper._tick()
    Job.objects.update(state="lost")
    keeper._tick()
    job.refresh_from_db()
    assert job.state == "lost"


def test_it_survives_a_database_that_does_not_answer(
    job: Job, no_exit: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(job: Job) -> bool:
        raise OperationalError("database is locked")

    monkeypatch.setattr(attempts, "renew", fail)
    lease.Lease(job, may_exit=True)._tick()


def test_it_kills_the_child_and_never_its_own_group(queue_server: str) -> None:
    connection = make_client(queue_server)
    worker = SegWorker([queue("heavy", connection)], connection=connection, prepare_for_work=False)
    worker.kill_horse()  # between two children
    with subprocess.Popen(["sleep", "60"]) as child:  # still in our process group
        worker._horse_pid = child.pid
        worker.kill_horse()
        assert child.wait(30) == -9
    worker.kill_horse()  # gone already
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_it_renews_the_lease_while_the_work_runs(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEWALS", 1500)
    Job.objects.update(lease_until=timezone.now())

    def renewed() -> bool:
        job.refresh_from_db()
        return bool(job.lease_until and job.lease_until > timezone.now() + timedelta(seconds=20))

    with lease.Lease(job):
        assert until(renewed)
    assert not [each for each in threading.enumerate() if each.name == "lease"]


@pytest.mark.django_db(transaction=True)
def test_it_closes_the_connection_of_the_lease(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []
    monkeypatch.setattr(lease, "RENEWALS", 3000)
    monkeypatch.setattr(lease, "connection", _Connection(closed))
    with lease.Lease(job):
        pass
    assert closed == [1]


class _Connection:
    def __init__(self, closed: list[int]) -> None:
        self.closed = closed

    def close(self) -> None:
        self.closed.append(1)
        connection.close()
