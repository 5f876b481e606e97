"""Datasets of a project: names, change, deletion, publication."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from datasets.engine.connectors.base import ReadResult
from datasets.models import Dataset, DatasetVersion
from datasets.services.datasets import (
    dataset_counts,
    dataset_create,
    dataset_delete,
    dataset_find,
    dataset_get,
    dataset_name_free,
    dataset_update,
    job_subject,
    jobs_latest,
    version_list,
    version_publish,
)
from datasets.services.files import files_collect, version_files
from projects.models import Job, Project
from segplatform.kernel.errors import Conflict, Forbidden, NotFound, Superseded, UserError
from tests.factories import make_job, make_member, make_project, make_user
from tests.factories.datasets import COLUMNS, ROWS, make_dataset, make_version, write_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


def folder_of(version: DatasetVersion) -> Path:
    return Path(settings.DATA_DIR) / version.folder


@pytest.mark.parametrize("name", ["Orders", " orders ", "ORDERS"])
def test_it_refuses_a_name_that_is_taken(project: Project, name: str) -> None:
    make_dataset(project, "orders")
    other = dataset_create(project=project, user=None, name="other")
    for act in (
        lambda: dataset_create(project=project, user=None, name=name),
        lambda: dataset_update(dataset=other, name=name),
    ):
        with pytest.raises(Conflict, match="already has a dataset") as caught:
            act()
        assert "name" in caught.value.fields
    assert dataset_create(project=make_project(), user=None, name=name).name == name.strip()


@pytest.mark.parametrize("name", ["", "  ", "\x00\x07", "x" * 121])
def test_it_refuses_a_name_that_is_none(project: Project, name: str) -> None:
    with pytest.raises(UserError) as caught:
        dataset_create(project=project, user=None, name=name)
    assert "name" in caught.value.fields


def test_it_suggests_a_name_that_is_free(project: Project) -> None:
    assert dataset_name_free(project=project, name="orders") == "orders"
    make_dataset(project, "Orders")
    make_dataset(project, "orders 2")
    assert dataset_name_free(project=project, name="orders") == "orders 3"
    assert dataset_name_free(project=project, name="\x00") == "Dataset"
    make_dataset(project, "x" * 120)
    assert dataset_name_free(project=project, name="x" * 300) == "x" * 118 + " 2"


def test_it_renames_and_describes(project: Project) -> None:
    dataset = make_dataset(project)
    dataset_update(dataset=dataset, name="Orders")
    dataset_update(dataset=dataset, description=" two\nlines ")
    dataset.refresh_from_db()
    assert (dataset.name, dataset.description) == ("Orders", "two\nlines")
    with pytest.raises(UserError, match="2000"):
        dataset_update(dataset=dataset, description="x" * 2001)


def test_it_finds_a_dataset_for_members_with_the_role_only(project: Project) -> None:
    dataset = make_dataset(project)
    viewer = make_member(project, "viewer").user
    assert dataset_find(user=viewer, dataset_id=dataset.pk) == dataset
    with pytest.raises(Forbidden):
        dataset_find(user=viewer, dataset_id=dataset.pk, role="editor")
    messages = set()
    for user, pk in ((make_user(), dataset.pk), (viewer, uuid4())):
        with pytest.raises(NotFound) as caught:
            dataset_find(user=user, dataset_id=pk)
        messages.add(str(caught.value))
    assert len(messages) == 1
    with pytest.raises(NotFound):
        dataset_get(project=make_project(), dataset_id=dataset.pk)


def test_it_deletes_rows_and_work_and_keeps_the_files(
    project: Project, django_capture_on_commit_callbacks: Any, queue_server: str
) -> None:
    dataset = make_dataset(project)
    make_version(dataset)
    folders = [folder_of(version) for version in dataset.versions.all()]
    other = make_dataset(project, "other")
    job = make_job(project, subject=job_subject(dataset=dataset))
    assert all(folder.is_dir() for folder in folders)
    with django_capture_on_commit_callbacks(execute=True):
        dataset_delete(dataset=dataset)
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert all(folder.is_dir() for folder in folders)  # they go with the time to restore it
    assert list(Dataset.objects.all()) == [other]
    assert version_files(version=other.current)[0].is_file()


def test_it_counts_and_finds_jobs_in_one_query_each(
    project: Project, django_assert_num_queries: Any
) -> None:
    datasets = [make_dataset(project, name) for name in ("a", "b", "c")]
    make_job(project, subject=job_subject(dataset=datasets[0]), state=Job.State.FAILED)
    last = make_job(project, subject=job_subject(dataset=datasets[0]))
    with django_assert_num_queries(1):
        assert jobs_latest(datasets=datasets) == {datasets[0].pk: last}
    with django_assert_num_queries(1):
        assert dataset_counts(project_ids=[project.pk, uuid4()]) == {project.pk: 3}


class Context:
    """A job's context that may publish, or not."""

    def __init__(self, project: Project, refuse: Exception | None = None) -> None:
        self.project, self.refuse = project, refuse
        self.user = project.members.get()

    @contextmanager
    def publish(self) -> Iterator[None]:
        if self.refuse:
            raise self.refuse
        yield


def publish(dataset: Dataset, refuse: Exception | None = None) -> DatasetVersion:
    tmp = Path(settings.DATA_DIR) / "tmp" / str(uuid4())
    files = write_rows(tmp, COLUMNS, ROWS)
    columns = [{"name": c.name, "type": c.type, "missing": 0} for c in COLUMNS]
    result = ReadResult(columns, len(ROWS), files, files[0]["bytes"], {"rows_read": 3})
    ctx: Any = Context(dataset.project, refuse)
    try:
        return version_publish(ctx=ctx, dataset=dataset, result=result, tmp=tmp, origin={"a": 1})
    finally:
        shutil.rmtree(tmp, ignore_errors=True)


def test_it_publishes_a_version_and_numbers_it(project: Project) -> None:
    dataset = dataset_create(project=project, user=None, name="orders")
    first, second = publish(dataset), publish(dataset)
    dataset.refresh_from_db()
    assert dataset.current == second
    assert list(version_list(dataset=dataset)) == [second, first]
    assert (second.number, second.rows, second.report, second.origin) == (
        2,
        3,
        {"rows_read": 3},
        {"a": 1},
    )
    assert version_files(version=second)[0].is_file()


def test_it_leaves_nothing_where_it_may_not_publish(project: Project) -> None:
    dataset = dataset_create(project=project, user=None, name="orders")
    with pytest.raises(Superseded):
        publish(dataset, Superseded())
    gone = Dataset.objects.get(pk=dataset.pk)
    dataset.delete()
    with pytest.raises(Superseded, match="deleted"):
        publish(gone)
    assert not DatasetVersion.objects.exists()
    assert not (
        Path(settings.DATA_DIR) / "projects" / str(project.pk) / "datasets" / str(gone.pk)
    ).exists()


def test_it_keeps_the_latest_version_only_where_the_project_says_so(
    project: Project, django_capture_on_commit_callbacks: Any
) -> None:
    dataset = dataset_create(project=project, user=None, name="orders")
    first = publish(dataset)
    dataset.project.persistency = Project.Persistency.KEEP_LATEST
    with django_capture_on_commit_callbacks(execute=True):
        second = publish(dataset)
    assert list(DatasetVersion.objects.all()) == [second]
    assert not folder_of(first).exists()
    assert folder_of(second).is_dir()


def test_it_collects_old_folders_that_no_version_names(project: Project) -> None:
    dataset = make_dataset(project)
    parent = folder_of(dataset.current).parent
    for name, age in (("old", 7200), ("fresh", 60)):
        folder = parent / name
        folder.mkdir()
        (folder / "part-0.parquet").write_bytes(b"x")
        stamp = folder.stat().st_mtime - age
        os.utime(folder, (stamp, stamp))
    stamp = parent.stat().st_mtime - 7200
    os.utime(folder_of(dataset.current), (stamp, stamp))
    assert files_collect() >= 1
    assert not (parent / "old").exists()
    assert (parent / "fresh").is_dir()
    assert version_files(version=dataset.current)[0].is_file()
