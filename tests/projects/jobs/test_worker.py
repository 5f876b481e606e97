"""A real worker: forks, is killed, is cancelled, and rows stay true."""

import signal
import subprocess
import time

import pytest

from projects.jobs.connection import client
from projects.models import Job, Project
from projects.services.jobs import job_cancel, job_log, job_start, job_wait
from tests.processes import children_of, is_alive
from tests.projects.jobs.conftest import Process, StartWorker, state_of, until

pytestmark = pytest.mark.django_db(transaction=True)

START_SECONDS = 0.25  # 20 to 50 ms on a quiet machine; this finds who looks now and then only


def start(
    project: Project, name: str = "tests.nothing", subject: str = "", **fields: object
) -> Job:
    return job_start(
        project=project, user=project.membership.user, name=name, title=name,
        subject=subject or f"{name}:{time.monotonic()}", args={}, **fields,
    )  # fmt: skip


def test_it_runs_jobs_in_processes_of_their_own_at_once(project: Project, worker: Process) -> None:
    job_wait(job=start(project), seconds=30)
    for _ in range(9):
        job_wait(job=start(project), seconds=30)
    jobs = Job.objects.order_by("created")[1:]
    assert {job.state for job in jobs} == {"succeeded"}
    assert len({worker.pid, *(job.result["pid"] for job in jobs)}) == 10
    waited = [job.result["began"] - job.created.timestamp() for job in jobs]
    assert min(waited) < START_SECONDS, waited  # the others met a busy machine
    assert job_log(job=jobs[0]) == ["did nothing"]
    assert until(lambda: not client().keys("rq:job:*"))


def test_it_starts_once_more_what_was_killed_and_only_that(
    project: Project, worker: Process
) -> None:
    once, lost = start(project, "tests.dies_once"), start(project, "tests.dies")
    assert until(lambda: state_of(once) == "succeeded" and state_of(lost) == "lost")
    assert (once.attempt, once.result) == (2, {"attempt": 2})
    assert job_log(job=once) == ["attempt 1", "attempt 2"]


def test_it_cancels_a_running_job_soon(project: Project, worker: Process) -> None:
    job = start(project, "tests.steps")
    assert until(lambda: state_of(job) == "running" and job.progress == 0.5)
    job_cancel(job=job)
    assert job.cancel_requested
    assert until(lambda: state_of(job) == "cancelled")


def test_it_ends_a_job_that_does_not_look_up(project: Project, worker: Process) -> None:
    job = start(project, "tests.hangs")
    assert until(lambda: state_of(job) == "running")
    job_cancel(job=job)
    assert state_of(job) == "running"
    assert until(lambda: state_of(job) == "cancelled")
    assert job_wait(job=start(project, "tests.nothing"), seconds=30).state == "succeeded"


def test_it_drops_a_preview_for_the_next_one_at_once(project: Project, worker: Process) -> None:
    old = start(project, "tests.hangs", "preview", hidden=True)
    assert until(lambda: state_of(old) == "running")
    time.sleep(0.2)
    new = job_wait(job=start(project, "tests.nothing", "preview", hidden=True), seconds=30)
    assert (new.state, state_of(old)) == ("succeeded", "cancelled")


def test_it_runs_what_a_flushed_queue_forgot_and_ends_a_burst(
    project: Project, start_worker: StartWorker
) -> None:
    job = start(project, queue="heavy")
    client().flushall()
    Job.objects.update(created=job.created.replace(year=2020))
    assert start_worker("heavy", "burst").wait(30) == 0
    assert state_of(job) == "succeeded"


def test_it_takes_the_job_down_with_a_killed_worker(
    project: Project, start_worker: StartWorker
) -> None:
    job = start(project, "tests.hangs", queue="heavy")
    worker = start_worker("heavy")
    assert until(lambda: state_of(job) == "running")
    children = children_of(worker.pid)
    worker.kill()
    worker.wait()
    assert children
    assert until(lambda: not any(map(is_alive, children)))


def test_it_gives_its_job_back_when_stopped_hard(
    project: Project, start_worker: StartWorker
) -> None:
    job = start(project, "tests.hangs", queue="heavy")
    worker = start_worker("heavy")
    assert until(lambda: state_of(job) == "running")
    worker.send_signal(signal.SIGTERM)
    assert until(lambda: _ends_when_told_again(worker))
    assert state_of(job) == "lost"


def _ends_when_told_again(worker: Process) -> bool:
    try:
        worker.wait(1.1)  # RQ takes two signals within a second for one
    except subprocess.TimeoutExpired:
        worker.send_signal(signal.SIGTERM)
        return False
    return True
