"""Start jobs: one active per subject, previews replace each other, groups follow their parts."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from projects.jobs import attempts
from projects.jobs.runner import run_job
from projects.models import Job, Project, User
from projects.services.jobs import job_group_start, job_retry, job_start, job_wait
from segplatform.kernel.errors import Conflict
from tests.factories import make_job, make_project

pytestmark = pytest.mark.usefixtures("queue_server")

START = {"name": "tests.nothing", "subject": "dataset:1", "title": "Import", "args": {"a": 1}}
THREADS = 20


def start(project: Project, **fields: object) -> Job:
    return job_start(project=project, user=project.membership.user, **{**START, **fields})


def test_it_creates_a_queued_row(project: Project, owner: User) -> None:
    job = start(project, url="/there/")
    job.refresh_from_db()
    assert (job.state, job.attempt, job.queue, job.url) == ("queued", 0, "interactive", "/there/")
    assert (job.created_by, job.args, job.title) == (owner, {"a": 1}, "Import")


def test_it_returns_the_active_job_of_the_subject(project: Project) -> None:
    job = start(project)
    assert start(project, title="Another") == job
    attempts.take(str(job.pk))
    assert start(project) == job
    assert Job.objects.count() == 1


def test_it_starts_anew_when_the_last_one_has_ended(project: Project) -> None:
    job = start(project)
    run_job(str(job.pk))
    assert start(project) != job


def test_it_returns_the_active_job_inside_a_transaction_too(project: Project) -> None:
    job = start(project)
    with transaction.atomic():
        assert start(project) == job
        assert Project.objects.exists()


def test_it_gives_no_job_of_another_project(project: Project) -> None:
    start(project)
    with pytest.raises(Conflict):
        start(make_project())


def test_it_refuses_a_name_that_is_not_registered(project: Project) -> None:
    with pytest.raises(KeyError):
        start(project, name="tests.unknown")


def test_it_stores_odd_texts(project: Project) -> None:
    job = start(project, title="nul\0" + "x" * 300, args={"text": "a\0b"})
    job.refresh_from_db()
    assert len(job.title) == 200
    assert job.args == {"text": "a\ufffdb"}


def in_threads(act: Callable[[int], Job]) -> list[Job]:
    """Do it in many threads at once, each with a connection of its own."""
    barrier = threading.Barrier(THREADS)

    def one(number: int) -> Job:
        try:
            barrier.wait(10)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("inside", [False, True])
def test_it_starts_one_of_twenty_at_once(project: Project, inside: bool) -> None:
    def act(number: int) -> Job:
        if not inside:
            return start(project)
        with transaction.atomic():
            return start(project)

    jobs = in_threads(act)
    assert Job.objects.count() == 1
    assert {job.pk for job in jobs} == {Job.objects.get().pk}


def test_it_replaces_a_waiting_preview(project: Project) -> None:
    first = start(project, hidden=True)
    second = start(project, hidden=True)
    first.refresh_from_db()
    assert (first.state, second.state) == ("cancelled", "queued")
    assert first.finished


def test_it_takes_the_row_of_a_running_preview_away(project: Project) -> None:
    first = start(project, hidden=True)
    running = attempts.take(str(first.pk))
    assert running
    second = start(project, hidden=True)
    assert second != first
    assert not attempts.finish(running, Job.State.SUCCEEDED)
    first.refresh_from_db()
    assert first.state == "cancelled"


def test_it_lets_no_preview_replace_real_work(project: Project) -> None:
    job = start(project)
    assert start(project, hidden=True) == job


@pytest.mark.django_db(transaction=True)
def test_it_keeps_one_preview_of_twenty_at_once(project: Project) -> None:
    jobs = in_threads(lambda number: start(project, hidden=True))
    assert len({job.pk for job in jobs}) == THREADS
    assert Job.objects.filter(state="queued").count() == 1


@pytest.mark.parametrize("state", ["failed", "cancelled", "lost"])
def test_it_retries_what_ended_badly(project: Project, owner: User, state: str) -> None:
    job = make_job(
        project, state=state, args={"a": 1}, url="/x/", queue="heavy", created_by=None, error="no"
    )
    again = job_retry(job=job, user=owner)
    assert again.pk != job.pk
    assert (again.state, again.error, again.created_by) == ("queued", "", owner)
    same = ("name", "title", "subject", "url", "args", "queue")
    assert [getattr(again, name) for name in same] == [getattr(job, name) for name in same]


@pytest.mark.parametrize("state", ["queued", "running", "succeeded"])
def test_it_retries_nothing_else(project: Project, owner: User, state: str) -> None:
    with pytest.raises(Conflict):
        job_retry(job=make_job(project, state=state), user=owner)


def test_it_retries_no_group_as_a_whole(project: Project, owner: User) -> None:
    group = make_job(project, state="failed")
    part = make_job(project, parent=group, state="failed")
    with pytest.raises(Conflict):
        job_retry(job=group, user=owner)
    assert job_retry(job=part, user=owner).parent == group


def test_it_waits_no_longer_than_asked(project: Project) -> None:
    assert job_wait(job=start(project), seconds=0.05).state == "queued"


def test_it_does_not_wait_for_what_has_ended(project: Project) -> None:
    job = start(project)
    run_job(str(job.pk))
    assert job_wait(job=job, seconds=30).state == "succeeded"


def group_of(project: Project, owner: User, *names: str) -> tuple[Job, list[Job]]:
    group = job_group_start(
        project=project, user=owner, name="tests.group", subject="group:1", title="Train"
    )
    parts = [start(project, parent=group, name=n, subject=f"part:{i}") for i, n in enumerate(names)]
    return group, parts


@pytest.mark.parametrize(
    ("names", "state"),
    [
        (["tests.nothing", "tests.nothing"], "succeeded"),
        (["tests.asks", "tests.nothing"], "succeeded"),
        (["tests.asks", "tests.asks"], "failed"),
    ],
)
def test_it_ends_a_group_with_its_last_part(
    project: Project, owner: User, names: list[str], state: str
) -> None:
    group, (first, second) = group_of(project, owner, *names)
    run_job(str(first.pk))
    group.refresh_from_db()
    assert (group.state, group.progress, group.message) == ("running", 0.5, "1 of 2 done")
    run_job(str(second.pk))
    group.refresh_from_db()
    assert (group.state, group.progress) == (state, 1)
    assert group.finished
    assert bool(group.error) == (state == "failed")


def test_it_adds_nothing_to_a_group_that_has_ended(project: Project, owner: User) -> None:
    group, (part,) = group_of(project, owner, "tests.nothing")
    run_job(str(part.pk))
    with pytest.raises(Conflict):
        start(project, parent=group, subject="late")
