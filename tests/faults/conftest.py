"""Real workers that may be killed, on the test database, with leases of a few seconds.

A busy machine holds a process up for seconds now and then, and who is held up for longer than the
lease counts as dead. Only tests that wait for a lease to end have a short one; the others give
their workers the ``PATIENT`` one, so that nobody is taken for dead but who was killed.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from datasets.models import Dataset
from datasets.services.files import files_collect
from datasets.services.integrity import integrity_faults
from mllab.services.files import lab_files_collect
from mllab.services.integrity import lab_faults
from projects.jobs.connection import client
from projects.models import Job, Project
from tests.factories import make_project
from tests.faults import slow_jobs
from tests.faults.web import Web
from tests.processes import children_of, is_alive
from tests.workers import ROOT, worker_environment

LEASE = "SEGPLATFORM_JOB_LEASE_SECONDS"
LEASE_SECONDS = 4.0
PATIENT = {LEASE: "60"}
LONG_AGO = 2 * 3600.0


@pytest.fixture(autouse=True)
def _own_files(data_dir: Path) -> None:
    """Begin without the files whose rows were rolled back by tests before."""
    for name in ("projects", "uploads", "tmp"):
        shutil.rmtree(data_dir / name, ignore_errors=True)


@dataclass
class Nursery:
    """Starts workers within milliseconds; what is still alive is killed after the test."""

    process: subprocess.Popen[str]
    pids: list[int]

    def worker(self, queues: str = "default", *, burst: bool = False, **env: str) -> int:
        """Start a worker; return its pid."""
        return self._start(run="worker", queues=queues, burst=burst, env=env)

    def reconciler(self, **env: str) -> int:
        """Start what the supervisor runs beside the workers; return its pid."""
        return self._start(run="reconcile", env=env)

    def work_off(self, queues: str = "default", **env: str) -> None:
        """Run what is queued, until nothing is; nobody waits for a lease here."""
        pid = self.worker(queues, burst=True, **{**PATIENT, **env})
        assert until(lambda: not is_alive(pid), 120)

    def clear(self) -> None:
        """Kill all workers with their jobs."""
        for pid in self.pids:
            kill(pid, *children_of(pid))
        assert until(lambda: not any(map(is_alive, self.pids)))
        self.pids.clear()

    def _start(self, **order: object) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        pid = int(self.process.stdout.readline())
        self.pids.append(pid)
        return pid


@pytest.fixture(scope="session")
def _nursery(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, queue_server: str
) -> Iterator[Nursery]:
    with django_db_blocker.unblock():
        environment = {**worker_environment(), LEASE: str(LEASE_SECONDS)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.nursery"],
        cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    yield Nursery(process, [])
    process.communicate()


@pytest.fixture
def nursery(_nursery: Nursery, transactional_db: None) -> Iterator[Nursery]:
    """Give workers with an empty queue; those that a test leaves are killed after it."""
    assert slow_jobs
    client().flushall()
    yield _nursery
    _nursery.clear()


@pytest.fixture(scope="session")
def _web(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, queue_server: str
) -> Iterator[Web]:
    web = Web()
    yield web
    web.kill()


@pytest.fixture
def web(_web: Web, transactional_db: None) -> Web:
    """Give a running web server; tests that kill it start it again."""
    if _web.process is None:
        _web.start()
    return _web


@pytest.fixture
def project(transactional_db: None) -> Project:
    return make_project()


@pytest.fixture
def dataset(project: Project) -> Dataset:
    return Dataset.objects.create(project=project, name="orders")


@pytest.fixture
def sound(data_dir: Path) -> Iterator[Callable[[], None]]:
    """Give a check of every invariant; it is also made at the end of the test."""

    def check() -> None:
        assert [*integrity_faults(), *lab_faults()] == []
        make_old(data_dir)
        files_collect()
        lab_files_collect()
        assert [*integrity_faults(grace=0), *lab_faults(grace=0)] == []

    yield check
    check()


def make_old(root: Path) -> None:
    """Let everything in the data directory count as made hours ago."""
    moment = time.time() - LONG_AGO
    for path in (root / "projects").rglob("*"):
        os.utime(path, (moment, moment))


def until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Wait for a condition; say whether it came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def stands(job: Job, state: str, attempt: int) -> Callable[[], bool]:
    """Give a condition: the job is in this state, in this attempt."""

    def look() -> bool:
        job.refresh_from_db()
        return (job.state, job.attempt) == (state, attempt)

    return look


def horse_of(worker: int) -> int:
    """Return the process that runs the job of a worker."""
    assert until(lambda: len(children_of(worker)) == 1)
    return children_of(worker)[0]


def kill(*pids: int) -> None:
    """Send SIGKILL to all of them at once."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
