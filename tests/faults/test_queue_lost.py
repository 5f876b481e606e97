"""A queue server that is killed or forgets everything: no job is lost, none runs twice."""

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db.models import F
from django.test import Client

from datasets.models import Dataset
from projects.jobs.connection import client
from projects.models import Job, Project
from projects.services.jobs import job_start
from projects.web.queue_state import PAUSED
from segplatform.queue_server import QueueServer
from tests.faults.conftest import PATIENT, Nursery, stands, until
from tests.faults.slow_jobs import gate
from tests.processes import is_alive

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(tmp_path: Path, settings: LazySettings) -> Iterator[QueueServer]:
    """Run a queue server of this test's own, which it may kill."""
    found = QueueServer(tmp_path / "queue")
    settings.REDIS_URL = found.start()
    yield found
    found.stop()


def kill_and_forget(server: QueueServer) -> None:
    """Kill the server and lose what it had on the disk."""
    assert server.process
    server.process.kill()
    server.process.wait()
    shutil.rmtree(server.folder)


def start(project: Project, number: int, folder: Path, **fields: object) -> Job:
    return job_start(
        project=project, user=project.members.get(), name="faults.count",
        subject=f"count:{number}", title="Count", args={"folder": str(folder), **fields},
    )  # fmt: skip


def make_old() -> None:
    """Let the rows count as older than the moment between a commit and its message."""
    Job.objects.update(created=F("created") - timedelta(minutes=1))


def ends(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def all_succeeded() -> bool:
    return not Job.objects.exclude(state="succeeded").exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder in which each end of a job leaves a file."""
    (tmp_path / "ends").mkdir()
    return tmp_path / "ends"


def test_ten_queued_jobs_end_exactly_once_after_flushall(
    nursery: Nursery, project: Project, folder: Path, sound: Callable[[], None]
) -> None:
    jobs = [start(project, number, folder, seconds=0.2) for number in range(10)]
    nursery.worker(**PATIENT)
    assert until(lambda: len(ends(folder)) >= 2)
    client().flushall()
    make_old()
    nursery.reconciler()
    nursery.worker(**PATIENT)
    assert until(all_succeeded)
    assert ends(folder) == sorted(f"{job.pk}.1" for job in jobs)


def test_a_killed_queue_server_costs_nothing(
    nursery: Nursery, server: QueueServer, dataset: Dataset, folder: Path, tmp_path: Path,
    sound: Callable[[], None],
) -> None:  # fmt: skip
    project, user = dataset.project, dataset.project.members.get()
    running = job_start(
        project=project, user=user, name="faults.publish", subject="running", title="Publish",
        args={"dataset": str(dataset.pk), "gates": str(tmp_path)},
    )  # fmt: skip
    worker = nursery.worker(REDIS_URL=server.url)
    nursery.reconciler(REDIS_URL=server.url)
    assert until(stands(running, "running", 1))
    jobs = [start(project, number, folder) for number in range(3)]
    kill_and_forget(server)

    jobs.append(start(project, 3, folder))  # the row waits, whatever the queue server does
    page = Client()
    page.force_login(user)
    assert PAUSED in page.get(f"/projects/{project.pk}/jobs/").text
    time.sleep(3)  # the worker speaks to the queue server every second while a job runs
    gate(tmp_path, 1).touch()
    assert until(stands(running, "succeeded", 1))
    assert is_alive(worker)

    server.start()
    make_old()
    assert until(all_succeeded)
    assert ends(folder) == sorted(f"{job.pk}.1" for job in jobs)
    assert until(lambda: PAUSED not in page.get(f"/projects/{project.pk}/jobs/").text)
