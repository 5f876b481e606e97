"""Two copies of one job: only the attempt that the row names may write."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from projects.jobs import attempts
from projects.jobs.context import JobContext
from projects.models import Job, Project
from segplatform.kernel.errors import Cancelled, Superseded
from tests.factories import make_job

pytestmark = pytest.mark.usefixtures("queue_server")


def take(job: Job) -> JobContext:
    taken = attempts.take(str(job.pk))
    assert taken
    return JobContext(taken)


def take_twice(project: Project) -> tuple[JobContext, JobContext]:
    job = make_job(project)
    first = take(job)
    Job.objects.filter(pk=job.pk).update(state="queued")
    return first, take(job)


def test_it_gives_a_queued_row_to_one_only(project: Project) -> None:
    job = make_job(project)
    assert attempts.take(str(job.pk))
    assert attempts.take(str(job.pk)) is None


def test_it_gives_a_lease_of_thirty_seconds(project: Project) -> None:
    until_then = take(make_job(project)).job.lease_until
    assert until_then
    assert timedelta(seconds=25) < until_then - timezone.now() <= timedelta(seconds=31)


def test_it_lets_the_second_attempt_publish_and_not_the_first(project: Project) -> None:
    first, second = take_twice(project)
    with pytest.raises(Superseded), first.publish():
        Project.objects.update(name="of the first")
    with second.publish():
        Project.objects.update(name="of the second")
    project.refresh_from_db()
    assert project.name == "of the second"


def test_it_lets_the_first_attempt_neither_end_nor_renew_nor_report(project: Project) -> None:
    first, second = take_twice(project)
    assert not attempts.finish(first.job, Job.State.FAILED, error="late")
    assert not attempts.renew(first.job)
    with pytest.raises(Superseded):
        first.progress.step(0.9)
    assert attempts.finish(second.job, Job.State.SUCCEEDED)
    second.job.refresh_from_db()
    assert (second.job.state, second.job.error) == ("succeeded", "")


def test_it_publishes_nothing_once_cancelled(project: Project) -> None:
    context = take(make_job(project))
    Job.objects.update(cancel_requested=True)
    with pytest.raises(Cancelled), context.publish():
        Project.objects.update(name="published")
    assert not Project.objects.filter(name="published").exists()


def test_it_publishes_nothing_of_a_deleted_row(project: Project) -> None:
    context = take(make_job(project))
    Job.objects.all().delete()
    with pytest.raises(Superseded), context.publish():
        pass


def test_it_takes_back_what_a_failing_publish_wrote(project: Project) -> None:
    context = take(make_job(project))
    with suppress(ValueError), context.publish():
        Project.objects.update(name="half")
        raise ValueError
    assert not Project.objects.filter(name="half").exists()
