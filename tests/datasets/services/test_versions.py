"""An old version is made current again, with files of its own."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from datasets.models import Dataset, DatasetVersion, RecipeRun
from datasets.services.datasets import job_subject
from datasets.services.files import version_files
from datasets.services.rows import rejected_file, rows_page
from datasets.services.states import graph_load
from datasets.services.versions import version_get, version_restore
from projects.models import Job, Project, User
from segplatform.kernel.errors import Conflict, NotFound
from tests.factories import make_job, make_project
from tests.factories.datasets import COLUMNS, ROWS, make_dataset, make_version
from tests.factories.recipes import make_recipe, make_run

pytestmark = pytest.mark.django_db
REJECTED = [(1, "Quantity", "many", "not a number")]


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def user(project: Project) -> User:
    return project.members.get()


@pytest.fixture
def dataset(project: Project) -> Dataset:
    """Give a dataset with three rows and, since, a version of one."""
    dataset = make_dataset(project, rejected=REJECTED, report={"rows_read": 3})
    dataset.versions.update(origin={"source": "orders.csv", "import": "1"}, profile=[{"a": 1}])
    make_version(dataset, COLUMNS, ROWS[:1])
    return dataset


def rows_of(version: DatasetVersion) -> list[Any]:
    project = version.dataset.project
    return [tuple(row) for row in rows_page(project=project, version=version, limit=10).rows]


def test_it_is_a_new_version_with_the_same_rows(dataset: Dataset, user: User) -> None:
    old = version_get(dataset=dataset, number=1)
    made = version_restore(dataset=dataset, number=1, user=user)
    dataset.refresh_from_db()
    assert dataset.current == made
    assert (made.number, made.rows, made.created_by) == (3, 3, user)
    assert (made.columns, made.report, made.profile) == (old.columns, old.report, [{"a": 1}])
    assert made.origin == {"source": "orders.csv", "restored": 1}
    assert rows_of(made) == rows_of(old)
    assert made.folder != old.folder


def test_its_files_outlive_the_old_version(dataset: Dataset, user: User) -> None:
    old = version_get(dataset=dataset, number=1)
    made = version_restore(dataset=dataset, number=1, user=user)
    wanted = rows_of(old)
    for path in (Path(settings.DATA_DIR) / old.folder).iterdir():
        path.unlink()
    old.delete()
    assert rows_of(made) == wanted
    assert rejected_file(version=made)


def test_it_copies_where_the_disk_has_no_links(
    dataset: Dataset, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError("not permitted")

    monkeypatch.setattr("os.link", refused)
    made = version_restore(dataset=dataset, number=1, user=user)
    assert len(rows_of(made)) == 3
    assert version_files(version=made)[0].stat().st_nlink == 1


def test_a_project_that_keeps_the_latest_drops_the_others(
    dataset: Dataset, user: User, django_capture_on_commit_callbacks: Any
) -> None:
    folders = [Path(settings.DATA_DIR) / each.folder for each in dataset.versions.all()]
    dataset.project.persistency = Project.Persistency.KEEP_LATEST
    dataset.project.save()
    with django_capture_on_commit_callbacks(execute=True):
        made = version_restore(dataset=dataset, number=1, user=user)
    assert list(dataset.versions.all()) == [made]
    assert not any(folder.exists() for folder in folders)
    assert len(rows_of(made)) == 3


def test_it_waits_for_what_fills_the_dataset(dataset: Dataset, user: User) -> None:
    job = make_job(dataset.project, subject=job_subject(dataset=dataset))
    with pytest.raises(Conflict, match="being filled"):
        version_restore(dataset=dataset, number=1, user=user)
    Job.objects.filter(pk=job.pk).update(state=Job.State.SUCCEEDED)
    assert version_restore(dataset=dataset, number=1, user=user).number == 3


def test_it_waits_for_a_flow_that_will_make_the_dataset(
    project: Project, user: User, dataset: Dataset
) -> None:
    recipe = make_recipe(project, [dataset])
    make_run(recipe)
    make_run(recipe)
    job = make_job(project, subject=f"flow:{project.pk}", state=Job.State.RUNNING)
    RecipeRun.objects.create(recipe=recipe, revision=1, job=job)
    recipe.output.refresh_from_db()
    with pytest.raises(Conflict, match="being filled"):
        version_restore(dataset=recipe.output, number=1, user=user)


def test_what_cannot_be_restored(dataset: Dataset, user: User) -> None:
    with pytest.raises(Conflict, match="current one already"):
        version_restore(dataset=dataset, number=2, user=user)
    with pytest.raises(NotFound, match="no version 7"):
        version_restore(dataset=dataset, number=7, user=user)
    for path in version_files(version=version_get(dataset=dataset, number=1)):
        path.unlink()
        path.parent.rename(path.parent.with_name("moved"))
    with pytest.raises(Conflict, match="removed meanwhile"):
        version_restore(dataset=dataset, number=1, user=user)
    assert dataset.versions.count() == 2


def test_a_recipe_says_that_its_next_run_replaces_it(
    project: Project, user: User, dataset: Dataset
) -> None:
    recipe = make_recipe(project, [dataset])
    make_run(recipe)
    make_run(recipe)
    recipe.output.refresh_from_db()
    made = version_restore(dataset=recipe.output, number=1, user=user)
    assert "run" not in made.origin
    state = graph_load(project=project).states[recipe.output_id]
    assert (state.key, state.stale) == ("out_of_date", True)
    assert state.reason == "Version 1 was restored; the next run of the recipe replaces it."
    make_run(recipe)
    assert graph_load(project=project).states[recipe.output_id].key == "up_to_date"
