"""Imports before and without a worker: what is started, refused, joined, cleared."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from datasets.models import Dataset, DatasetImport, DatasetVersion
from datasets.services.datasets import dataset_create
from datasets.services.imports import (
    dataset_import_start,
    dataset_name_propose,
    import_preview,
    import_upload,
    work_folder,
    works_expire,
)
from datasets.services.previews import PreviewPending
from datasets.services.uploads import upload_create, upload_path
from projects.jobs.context import JobProgress
from projects.jobs.runner import run_job
from projects.models import Job, Project, User
from projects.services.jobs import job_cancel
from segplatform.kernel.errors import Conflict, UserError
from tests.factories import make_project
from tests.factories.uploads import ORDERS, make_upload
from tests.workers import work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(queue_server: str) -> Project:
    return make_project()


@pytest.fixture
def user(project: Project) -> User:
    return project.members.get()


def files_below(name: str) -> list[Path]:
    return [path for path in (Path(settings.DATA_DIR) / name).rglob("*") if path.is_file()]


def test_it_joins_a_preview_that_is_being_made(project: Project, user: User) -> None:
    upload = make_upload(project)
    for options in ({"delimiter": ","}, {}, {}):
        with pytest.raises(PreviewPending):
            import_preview(upload=upload, user=user, options=options, seconds=0.1)
    states = Job.objects.order_by("created").values_list("state", flat=True)
    assert list(states) == ["cancelled", "queued"]


def test_it_refuses_a_file_that_is_not_whole(project: Project, user: User) -> None:
    upload = upload_create(project=project, user=user, name="a.csv", size=3)
    with pytest.raises(Conflict, match="not arrived whole"):
        import_preview(upload=upload, user=user)
    with pytest.raises(Conflict, match="not arrived whole"):
        dataset_import_start(project=project, user=user, upload=upload, name="a")
    assert not Dataset.objects.exists()


def test_two_clicks_make_one_import(project: Project, user: User) -> None:
    upload = make_upload(project)
    starts = [
        dataset_import_start(project=project, user=user, upload=upload, name="orders")
        for _ in range(2)
    ]
    assert starts[0] == starts[1]
    assert DatasetImport.objects.count() == 1


def test_a_cancelled_import_leaves_no_files(
    project: Project, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = make_upload(project, ORDERS + ORDERS.partition("\n")[2] * 2000)
    dataset, job = dataset_import_start(project=project, user=user, upload=upload, name="orders")
    step, begun = JobProgress.step, list[float]()

    def cancel_midway(progress: JobProgress, fraction: float, message: str = "") -> None:
        if fraction > 0 and not begun:
            begun.append(fraction)
            job_cancel(job=job)
            progress._written = progress._looked = float("-inf")  # it looks up now
        step(progress, fraction, message)

    monkeypatch.setattr(JobProgress, "step", cancel_midway)
    run_job(str(job.pk))
    job.refresh_from_db()
    assert 0 < begun[0] < 1
    assert job.state == "cancelled"
    assert not DatasetVersion.objects.exists()
    assert not files_below("tmp")
    assert not files_below(f"projects/{project.pk}")
    assert upload_path(upload=upload).is_file()
    assert import_upload(dataset=dataset) == upload


def test_it_says_that_the_file_is_gone(project: Project, user: User) -> None:
    upload = make_upload(project)
    _, job = dataset_import_start(project=project, user=user, upload=upload, name="orders")
    upload_path(upload=upload).unlink()
    work_off()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "Upload it again" in job.error


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "taken"])
def test_it_wants_a_name_that_is_free(project: Project, user: User, name: str) -> None:
    dataset_create(project=project, user=user, name="taken")
    with pytest.raises(UserError) as raised:
        dataset_import_start(project=project, user=user, upload=make_upload(project), name=name)
    assert "name" in raised.value.fields
    assert Dataset.objects.count() == 1


def test_it_proposes_the_name_of_the_file(project: Project, user: User) -> None:
    assert dataset_name_propose(project=project, file_name="orders.2011.csv") == "orders.2011"
    dataset_create(project=project, user=user, name="orders")
    assert dataset_name_propose(project=project, file_name="orders.csv") == "orders 2"


def test_it_clears_what_a_killed_import_left(project: Project, user: User) -> None:
    dataset = dataset_create(project=project, user=user, name="orders")
    left = Path(settings.DATA_DIR) / "tmp" / f"import-{dataset.pk}-x"
    left.mkdir(parents=True)
    with work_folder(dataset) as folder:
        assert folder.is_dir()
        assert not left.exists()
    assert not folder.exists()


def test_it_removes_work_that_no_job_can_still_do(project: Project) -> None:
    tmp = Path(settings.DATA_DIR) / "tmp"
    old, young = tmp / "import-old", tmp / "import-young"
    old.mkdir(parents=True)
    young.mkdir()
    os.utime(old, (0, 0))
    assert works_expire() == 1
    assert not old.exists()
    young.rmdir()
