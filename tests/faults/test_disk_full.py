"""No room for what a job writes: it says so, the old version stays whole, a retry works."""

import random
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from datasets.models import Dataset
from datasets.services.imports import dataset_import_start
from datasets.services.runs import recipe_run_start
from projects.jobs import runner
from projects.models import Job, Project
from projects.services.jobs import job_retry
from segplatform.kernel import disk
from segplatform.kernel.disk import NO_ROOM
from tests.factories import make_job
from tests.factories.recipes import make_recipe
from tests.factories.uploads import make_upload
from tests.faults.conftest import PATIENT, Nursery, until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="limits another process by prlimit"),
]

ROWS = 100_000
LIMIT = 5 * 2**19  # bytes of any one file: more than the test database has, less than the table
UNLIMITED = resource.RLIM_INFINITY


def orders() -> bytes:
    """Give a file that no compression makes smaller than the limit."""
    chance = random.Random(3)
    return b"Key\n" + b"".join(b"k%s\n" % chance.randbytes(32).hex().encode() for _ in range(ROWS))


def ended(job: Job) -> Callable[[], bool]:
    def look() -> bool:
        job.refresh_from_db()
        return not job.is_active

    return look


def test_a_job_without_room_changes_nothing_and_can_be_retried(
    nursery: Nursery, project: Project, sound: Callable[[], None], data_dir: Path
) -> None:
    user, worker = project.members.get(), nursery.worker(**PATIENT)

    def room(limit: int) -> None:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (limit, UNLIMITED))

    def failed(job: Job) -> None:
        assert until(ended(job))
        assert (job.state, job.error) == ("failed", NO_ROOM)
        assert not list((data_dir / "tmp").glob("import-*"))
        sound()

    def succeeded(job: Job) -> None:
        assert until(ended(job))
        assert (job.state, job.error) == ("succeeded", "")

    room(LIMIT)
    upload = make_upload(project, orders())
    dataset, job = dataset_import_start(project=project, user=user, upload=upload, name="orders")
    failed(job)
    assert Dataset.objects.get().current is None
    room(UNLIMITED)
    succeeded(job_retry(job=job, user=user))

    dataset.refresh_from_db()
    steps = [{"kind": "formula", "column": "Twice", "expression": "concat(Key, Key)"}]
    recipe = make_recipe(project, [dataset], params={"steps": steps})
    succeeded(recipe_run_start(recipe=recipe, user=user))
    made = Dataset.objects.get(pk=recipe.output_id).current
    assert made
    room(LIMIT)
    failed(recipe_run_start(recipe=recipe, user=user))
    assert Dataset.objects.get(pk=recipe.output_id).current == made
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchone() == ("ok",)


def test_nothing_is_started_on_a_disk_that_is_nearly_full(
    project: Project, queue_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, much in (("RESERVE_BYTES", 2**62), ("RESERVE_SHARE", 2)):
        monkeypatch.setattr(disk, name, much)
    job = make_job(project, name="faults.count", args={"folder": str(tmp_path)})
    runner.run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.error, list(tmp_path.iterdir())) == ("failed", NO_ROOM, [])
