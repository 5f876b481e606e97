"""``kill -9`` of the process of a job, of its worker, of both: one version results, always."""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from datasets.models import Dataset
from projects.models import Job
from projects.services.jobs import job_start
from tests.faults.conftest import (
    LEASE_SECONDS,
    PATIENT,
    Nursery,
    horse_of,
    kill,
    stands,
    until,
)
from tests.faults.slow_jobs import gate
from tests.processes import is_alive, parent_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes by /proc"),
]


@pytest.fixture
def job(nursery: Nursery, dataset: Dataset, sound: Callable[[], None], tmp_path: Path) -> Job:
    """Give a job that waits at the gate of its attempt before it publishes."""
    return start(dataset, tmp_path)


def start(dataset: Dataset, gates: Path, **args: object) -> Job:
    return job_start(
        project=dataset.project, user=dataset.project.members.get(), name="faults.publish",
        subject=f"dataset:{dataset.pk}", title="Publish",
        args={"dataset": str(dataset.pk), "gates": str(gates), **args},
    )  # fmt: skip


def lease_of(job: Job) -> datetime:
    """Return when the lease of a running job ends."""
    job.refresh_from_db()
    assert job.lease_until
    return job.lease_until


def assert_one_version(dataset: Dataset, data_dir: Path) -> None:
    dataset.refresh_from_db()
    assert [version.pk for version in dataset.versions.all()] == [dataset.current_id]
    folders = (data_dir / "projects" / str(dataset.project_id) / "datasets").glob("*/*")
    assert [path.name for path in folders] == [str(dataset.current_id)]


def test_a_killed_job_starts_once_more_at_once(
    nursery: Nursery, job: Job, dataset: Dataset, tmp_path: Path, data_dir: Path
) -> None:
    worker = nursery.worker(**PATIENT)
    assert until(stands(job, "running", 1))
    kill(horse_of(worker))
    assert until(stands(job, "running", 2))
    assert is_alive(worker)
    gate(tmp_path, 2).touch()
    assert until(stands(job, "succeeded", 2))
    assert_one_version(dataset, data_dir)


def test_a_job_that_was_killed_with_its_worker_is_taken_up_by_another(
    nursery: Nursery, job: Job, dataset: Dataset, tmp_path: Path, data_dir: Path
) -> None:
    worker = nursery.worker()
    assert until(stands(job, "running", 1))
    kill(worker, horse_of(worker))
    nursery.reconciler()
    nursery.worker()
    assert until(stands(job, "running", 2))
    gate(tmp_path, 2).touch()
    assert until(stands(job, "succeeded", 2))
    assert_one_version(dataset, data_dir)


def test_a_job_that_kills_its_process_every_time_ends_after_two(nursery: Nursery, job: Job) -> None:
    worker = nursery.worker(**PATIENT)
    for attempt in (1, 2):
        assert until(stands(job, "running", attempt))
        kill(horse_of(worker))
    assert until(stands(job, "lost", 2))
    assert "lost twice" in job.error
    assert is_alive(worker)


def test_a_job_that_lets_no_thread_renew_its_lease_is_not_taken_for_dead(
    nursery: Nursery, dataset: Dataset
) -> None:
    project = dataset.project
    job = job_start(
        project=project, user=project.members.get(), name="faults.holds_lock", subject="lock",
        title="Hold", args={"seconds": int(2 * LEASE_SECONDS)},
    )  # fmt: skip
    nursery.reconciler()
    nursery.worker()
    assert until(stands(job, "succeeded", 1))


def test_an_orphan_goes_on_and_nobody_starts_a_second_copy(
    nursery: Nursery, dataset: Dataset, tmp_path: Path, data_dir: Path, sound: object
) -> None:
    worker = nursery.worker()
    job = start(dataset, tmp_path, orphan=True)
    assert until(stands(job, "running", 1))
    orphan = horse_of(worker)
    assert until(lambda: any((data_dir / "tmp").glob("import-slow-*/*.parquet")))
    kill(worker)
    leased = lease_of(job)
    nursery.reconciler()
    nursery.worker()
    # Its lease would have ended, and the reconciler seen that, had nobody renewed it.
    assert until(lambda: lease_of(job) > leased + timedelta(seconds=1.5 * LEASE_SECONDS))
    assert is_alive(orphan)
    assert stands(job, "running", 1)()
    gate(tmp_path, 1).touch()
    assert until(stands(job, "succeeded", 1))
    assert_one_version(dataset, data_dir)


def test_an_orphan_that_lost_its_lease_throws_its_result_away(
    nursery: Nursery,
    dataset: Dataset,
    tmp_path: Path,
    data_dir: Path,
    sound: Callable[[], None],
) -> None:
    worker = nursery.worker()
    job = start(dataset, tmp_path, orphan=True)
    assert until(stands(job, "running", 1))
    orphan = horse_of(worker)
    assert until(lambda: any((data_dir / "tmp").glob("import-slow-*/*.parquet")))
    kill(worker)
    assert until(lambda: parent_of(orphan) != worker)
    time.sleep(0.3)  # the kernel hangs up on children that are stopped while their parent ends
    os.kill(orphan, signal.SIGSTOP)  # as a machine that hangs: it can neither work nor renew
    nursery.reconciler()
    nursery.worker()
    assert until(stands(job, "running", 2))
    gate(tmp_path, 2).touch()
    assert until(stands(job, "succeeded", 2))
    gate(tmp_path, 1).touch()
    os.kill(orphan, signal.SIGCONT)
    assert until(lambda: not is_alive(orphan))
    sound()  # it may have ended itself between its rename and its clean-up
    assert_one_version(dataset, data_dir)
