"""Limits of datasets that the operator sets."""

from pathlib import Path
from typing import Any

import pytest

from datasets.engine.results import ReadResult
from datasets.models import Dataset
from datasets.services.datasets import dataset_create
from datasets.services.imports import dataset_import_start
from datasets.services.limits import size_limit
from datasets.services.uploads import upload_create
from projects.jobs.runner import run_job
from projects.models import AuditEntry, Job, Project
from projects.services.limits import LimitReached
from segplatform.kernel.errors import TooLarge
from tests.factories import make_project
from tests.factories.uploads import make_upload


@pytest.fixture
def project(db: None) -> Project:
    return make_project()


def result_of(columns: list[dict[str, Any]], rows: int) -> ReadResult:
    return ReadResult(columns=columns, rows=rows, files=[], bytes=1, report={})


def test_a_project_has_so_many_datasets(project: Project, settings: Any) -> None:
    settings.MAX_DATASETS = 1
    user = project.membership.user
    dataset_create(project=project, user=user, name="First")
    with pytest.raises(LimitReached, match=r"allows: 1\. Delete one"):
        dataset_create(project=project, user=user, name="Second")
    assert Dataset.objects.filter(project=project).count() == 1


def test_an_upload_has_so_many_bytes(project: Project, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 2**20
    with pytest.raises(TooLarge, match=r"larger than 1.0 MB.* Split it"):
        upload_create(project=project, user=project.membership.user, name="a.csv", size=2**20 + 1)


@pytest.mark.parametrize(("rows", "columns", "says"), [(11, 2, "11 rows"), (10, 3, "3 columns")])
def test_a_table_has_so_many_rows_and_columns(
    settings: Any, rows: int, columns: int, says: str
) -> None:
    settings.MAX_ROWS, settings.MAX_COLUMNS = 10, 2
    table = [{"name": f"c{n}", "type": "text"} for n in range(columns)]
    with pytest.raises(TooLarge, match=f"{says}, and this server allows"):
        size_limit(result=result_of(table, rows))
    size_limit(result=result_of(table[:2], 10))


def imported(project: Project) -> tuple[Dataset, Job]:
    """Import 1,500 rows here, as a worker would."""
    user, upload = project.membership.user, make_upload(project)
    dataset, job = dataset_import_start(project=project, user=user, upload=upload, name="orders")
    run_job(str(job.pk))
    job.refresh_from_db()
    return dataset, job


def test_an_import_that_is_too_large_fails_and_leaves_nothing(
    project: Project, settings: Any, queue_server: str, data_dir: Path
) -> None:
    settings.MAX_ROWS = 1000
    dataset, job = imported(project)
    assert job.state == "failed"
    assert "1,500 rows, and this server allows 1,000." in job.error
    assert not dataset.versions.exists()
    assert not list((data_dir / "projects" / str(project.pk)).rglob("*.parquet"))


def test_an_import_is_on_record_with_its_rows_and_no_cell(
    project: Project, queue_server: str
) -> None:
    dataset, _ = imported(project)
    made, version = AuditEntry.objects.filter(project_id=project.pk).order_by("number")
    assert (made.action, made.object_id) == ("dataset.create", str(dataset.pk))
    assert (version.action, version.via) == ("dataset.version", "job")
    assert version.actor_id == project.membership.user_id
    assert version.detail == {"number": 1, "rows": 1500}
