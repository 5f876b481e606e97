"""Progress of a job: at most one write a second, and a cancel is seen soon."""

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from projects.jobs import attempts, context
from projects.jobs.connection import cancel_key, client
from projects.jobs.context import JobProgress
from projects.models import Job, Project
from segplatform.kernel.errors import Cancelled
from tests.factories import make_job

pytestmark = pytest.mark.usefixtures("queue_server")


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(context, "time", clock)
    return clock


@pytest.fixture
def progress(project: Project) -> JobProgress:
    job = attempts.take(str(make_job(project).pk))
    assert job
    return JobProgress(job)


def row(progress: JobProgress) -> Job:
    return Job.objects.get(pk=progress.job.pk)


def test_it_writes_once_a_second(
    progress: JobProgress, clock: Clock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        for fraction in (0.1, 0.2, 0.3):
            progress.step(fraction, "Reading")
            clock.now += 0.3
    assert (row(progress).progress, row(progress).message) == (0.1, "Reading")
    clock.now += 0.2
    progress.step(0.4, "Reading more")
    assert (row(progress).progress, row(progress).message) == (0.4, "Reading more")


def test_it_keeps_fraction_and_message_within_what_the_row_takes(
    progress: JobProgress, clock: Clock
) -> None:
    progress.step(7, "\0" + "x" * 999)
    assert (row(progress).progress, row(progress).message) == (1, "\ufffd" + "x" * 299)


def test_it_sees_a_cancel_at_the_next_write(progress: JobProgress, clock: Clock) -> None:
    progress.step(0.1)
    Job.objects.update(cancel_requested=True)
    progress.step(0.2)
    clock.now += 1
    with pytest.raises(Cancelled):
        progress.step(0.3)


def test_it_sees_a_cancel_in_the_queue_server_sooner(progress: JobProgress, clock: Clock) -> None:
    progress.step(0.1)
    client().set(cancel_key(progress.job.pk), 1, ex=60)
    progress.step(0.2)
    clock.now += 0.21
    with pytest.raises(Cancelled):
        progress.step(0.3)


def test_it_goes_on_without_the_queue_server(
    progress: JobProgress, clock: Clock, no_queue: None
) -> None:
    progress.step(0.1)
    clock.now += 0.3
    progress.step(0.2)
    progress.log("a line")
    assert row(progress).progress == 0.1
