"""Make, list, open, change and delete projects."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import DjangoAssertNumQueries

from projects.jobs import log
from projects.models import Job, Project, User
from projects.services.projects import (
    project_create,
    project_get,
    project_list_for,
    project_purge,
    project_touch,
    project_update,
)
from segplatform.kernel.errors import Forbidden, NotFound, UserError
from tests.factories import make_job, make_member, make_project, make_user


def test_it_creates_a_project_with_an_owner(owner: User) -> None:
    project = project_create(user=owner, name="  Retail\u00a0 2026 ", description="a\r\nb\x07 ")
    project.refresh_from_db()
    assert (project.name, project.description) == ("Retail 2026", "a\nb")
    assert (project.persistency, project.rows_to_display, project.order) == (
        "keep_all", 1000, "first",
    )  # fmt: skip
    assert project.membership.role == "owner"
    assert project_get(user=owner, project_id=project.pk, role="owner") == project


def test_it_names_every_wrong_field(owner: User) -> None:
    with pytest.raises(UserError) as error:
        project_create(
            user=owner, name=" \t", description="x" * 2001, persistency="never",
            rows_to_display=0, order="best",
        )  # fmt: skip
    assert set(error.value.fields) == {
        "name", "description", "persistency", "rows_to_display", "order",
    }  # fmt: skip
    assert str(error.value) == error.value.fields["name"]
    assert not Project.objects.exists()


@pytest.mark.parametrize("rows", [200_001, -1, "many", 1.5, None])
def test_it_takes_only_so_many_rows(owner: User, rows: int) -> None:
    with pytest.raises(UserError) as error:
        project_create(user=owner, name="Retail", rows_to_display=rows)
    assert error.value.fields == {"rows_to_display": "Enter a whole number from 1 to 200,000."}


def test_it_lists_mine_with_role_and_members(
    project: Project, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_member(project, "viewer")
    shared = make_project()
    make_member(shared, "editor", owner)
    make_project()
    project_touch(project=project)
    with django_assert_num_queries(1):
        listed = [
            (each.name, each.role, each.members_count) for each in project_list_for(user=owner)
        ]
    assert listed == [(project.name, "owner", 2), (shared.name, "editor", 2)]


def test_it_opens_for_members_only(
    project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = make_member(project, "viewer").user
    with django_assert_num_queries(1):
        found = project_get(user=viewer, project_id=project.pk)
        assert (found.name, found.membership.role) == (project.name, "viewer")
    with pytest.raises(Forbidden):
        project_get(user=viewer, project_id=project.pk, role="editor")
    with pytest.raises(NotFound) as stranger:
        project_get(user=make_user(), project_id=project.pk)
    with pytest.raises(NotFound) as nothing:
        project_get(user=viewer, project_id=uuid4())
    assert str(stranger.value) == str(nothing.value)


def test_it_changes_what_is_given_only(project: Project) -> None:
    before = timezone.now()
    project_update(project=project, name="New name", order="random")
    project.refresh_from_db()
    assert (project.name, project.order, project.rows_to_display) == ("New name", "random", 1000)
    assert project.active > before
    with pytest.raises(UserError):
        project_update(project=project, name="")
    with pytest.raises(TypeError):
        project_update(project=project, members=[])


def test_it_notes_activity(project: Project) -> None:
    before = timezone.now()
    project_touch(project=project)
    project.refresh_from_db()
    assert project.active > before


def test_removed_for_good_it_leaves_no_rows_files_and_jobs(
    project: Project,
    queue_server: str,
    data_dir: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    folder = data_dir / "projects" / str(project.pk)
    (folder / "datasets").mkdir(parents=True)
    job = make_job(project)
    log.JobLog(job.pk).add("a line")
    log.flush(job.pk)
    with django_capture_on_commit_callbacks(execute=True):
        project_purge(project=project)
        assert folder.exists()
    assert not folder.exists()
    assert not log.log_path(job.pk).exists()
    assert not Project.every.exists()
    assert not Job.objects.exists()
