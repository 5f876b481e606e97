"""Jobs that tests may run, and real workers for them."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from projects.jobs.connection import client
from projects.models import Job, Project
from tests.factories import make_project
from tests.projects.jobs import sample_jobs
from tests.workers import worker_environment

ROOT = Path(__file__).parents[3]
Process = subprocess.Popen[bytes]
SHARED = "shared"
StartWorker = Callable[..., Process]


@pytest.fixture(autouse=True)
def _registered() -> None:
    assert sample_jobs


@pytest.fixture
def project(db: None) -> Project:
    return make_project()


@pytest.fixture
def empty_queue(queue_server: str) -> str:
    """Give the queue server with nothing in it."""
    client().flushall()
    return queue_server


@pytest.fixture
def no_queue(settings: object) -> None:
    """Let every call meet a queue server that is not there."""
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def workers(django_db_setup: None, queue_server: str) -> Iterator[dict[str, Process]]:
    """Kill at the end of the module what was started in it."""
    started: dict[str, Process] = {}
    yield started
    for process in started.values():
        process.kill()
        process.wait()


@pytest.fixture
def start_worker(
    transactional_db: None, empty_queue: str, workers: dict[str, Process]
) -> StartWorker:
    """Give a function that starts a worker of this test's own on the test database."""

    def start(queues: str, *options: str) -> Process:
        command = [sys.executable, "-m", "tests.projects.jobs.sample_worker", queues, *options]
        process = subprocess.Popen(
            command, cwd=ROOT, env=worker_environment(), start_new_session=True
        )
        workers[str(process.pid)] = process
        return process

    return start


@pytest.fixture
def worker(start_worker: StartWorker, workers: dict[str, Process]) -> Process:
    """Give a worker of the queues interactive and default that the tests of a module share."""
    if SHARED not in workers:
        workers[SHARED] = start_worker("interactive,default")
    return workers[SHARED]


def until(condition: Callable[[], bool], seconds: float = 45.0) -> bool:
    """Wait for a condition; say whether it came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def state_of(job: Job) -> str:
    job.refresh_from_db()
    return job.state
