"""Imports through a real worker: preview, import, failure, cancel, again."""

from pathlib import Path

import pytest
from django.conf import settings

from datasets.models import DatasetImport, DatasetVersion, Upload
from datasets.services.datasets import version_list
from datasets.services.imports import (
    dataset_import_start,
    import_preview,
    import_upload,
)
from datasets.services.uploads import upload_path
from projects.models import Job, Project, User
from projects.services.jobs import job_retry, job_wait
from segplatform.kernel.errors import UserError
from tests.factories import make_project
from tests.factories.uploads import make_upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def user(project: Project) -> User:
    return project.members.get()


def test_it_previews_what_it_guesses(project: Project, user: User, worker: None) -> None:
    preview = import_preview(upload=make_upload(project), user=user, seconds=20)
    assert preview["connector"] == "csv_file"
    assert [column["name"] for column in preview["columns"]] == [
        "Invoice", "Customer", "Amount", "Day",
    ]  # fmt: skip
    assert [column["type"] for column in preview["columns"]][2:] == ["decimal", "date"]
    assert len(preview["rows"]) == 100
    assert preview["options"]["delimiter"] == ";"
    assert preview["guesses"]["delimiter"]


def test_it_previews_with_other_options(project: Project, user: User, worker: None) -> None:
    upload = make_upload(project)
    preview = import_preview(upload=upload, user=user, options={"delimiter": "|"}, seconds=20)
    assert len(preview["columns"]) == 1
    assert preview["warnings"]


@pytest.mark.parametrize("options", [{"delimiter": 7}, {"nonsense": 1}, {"types": {"Day": "x"}}])
def test_it_names_an_option_that_does_not_fit(
    project: Project, user: User, worker: None, options: dict[str, object]
) -> None:
    with pytest.raises(UserError, match=next(iter(options))):
        import_preview(upload=make_upload(project), user=user, options=options, seconds=20)


def test_it_says_what_a_file_is_that_is_no_table(
    project: Project, user: User, worker: None
) -> None:
    upload = make_upload(project, b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "orders.csv")
    with pytest.raises(UserError, match="PNG"):
        import_preview(upload=upload, user=user, seconds=20)


def test_it_imports_the_whole_file(project: Project, user: User, worker: None) -> None:
    upload = make_upload(project)
    dataset, job = dataset_import_start(project=project, user=user, upload=upload, name=" orders ")
    job = job_wait(job=job, seconds=30)
    assert (job.state, job.error) == ("succeeded", "")
    dataset.refresh_from_db()
    assert (dataset.name, dataset.current.rows) == ("orders", 1500)
    types = {column["name"]: column["type"] for column in dataset.current.columns}
    assert types == {"Invoice": "text", "Customer": "text", "Amount": "decimal", "Day": "date"}
    assert dataset.current.origin["sha256"] == upload.sha256
    assert job.result == {"dataset": str(dataset.pk), "version": 1, "rows": 1500}
    assert not Upload.objects.exists()
    assert not upload_path(upload=upload).exists()
    assert DatasetImport.objects.get().connector == "csv_file"
    assert not list((Path(settings.DATA_DIR) / "tmp").glob("import-*"))


def test_it_leaves_a_failed_dataset_that_can_be_tried_again(
    project: Project, user: User, worker: None
) -> None:
    upload = make_upload(project)
    dataset, job = dataset_import_start(
        project=project, user=user, upload=upload, name="orders", options={"nonsense": 1}
    )
    job = job_wait(job=job, seconds=30)
    assert job.state == "failed"
    assert "nonsense" in job.error
    assert not DatasetVersion.objects.exists()
    assert import_upload(dataset=dataset) == upload
    again, job = dataset_import_start(project=project, user=user, upload=upload, name="sales")
    assert again == dataset
    assert job_wait(job=job, seconds=30).state == "succeeded"
    dataset.refresh_from_db()
    assert (dataset.name, dataset.current.rows) == ("sales", 1500)


def test_a_retried_job_does_not_import_twice(project: Project, user: User, worker: None) -> None:
    upload = make_upload(project)
    dataset, job = dataset_import_start(project=project, user=user, upload=upload, name="orders")
    job_wait(job=job, seconds=30)
    Job.objects.filter(pk=job.pk).update(state="lost")
    job.refresh_from_db()
    again = job_wait(job=job_retry(job=job, user=user), seconds=30)
    assert again.state == "succeeded"
    assert version_list(dataset=dataset).count() == 1
