"""Deleted projects: out of everybody's reach, restored as they were, removed for good."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from projects.jobs.runner import run_job
from projects.models import (
    AuditEntry,
    FormerMembership,
    Job,
    Membership,
    Project,
    Role,
    User,
)
from projects.services.deleted import (
    deleted_expire,
    project_deleted_list,
    project_deleted_purge,
    project_restore,
)
from projects.services.invitations import invitation_create, invitation_find
from projects.services.jobs import job_get, job_list_active
from projects.services.members import member_add
from projects.services.projects import project_delete, project_get, project_list_for
from projects.web.search import search_hits
from segplatform.kernel.errors import NotFound
from tests.factories import make_job, make_member, make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue_server")]


@pytest.fixture
def owner() -> User:
    return make_user("owner@example.org")


@pytest.fixture
def project(owner: User) -> Project:
    made = make_project(owner, name="Shop")
    make_member(made, Role.EDITOR, make_user("editor@example.org"))
    return made


@pytest.fixture
def editor(project: Project) -> User:
    return project.memberships.get(role=Role.EDITOR).user


def test_nobody_finds_a_way_into_a_deleted_project(
    project: Project, owner: User, editor: User
) -> None:
    job = make_job(project, title="Shop work", created_by=owner)
    _, secret = invitation_create(
        project=project, user=owner, email="new@example.org", role="viewer"
    )
    project_delete(project=project)
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    for user in (owner, editor):
        assert not project_list_for(user=user).exists()
        assert not job_list_active(user=user).exists()
        assert search_hits(user, "Shop") == []
        with pytest.raises(NotFound):
            project_get(user=user, project_id=project.pk)
        with pytest.raises(NotFound):
            job_get(user=user, job_id=job.pk)
    with pytest.raises(NotFound):
        invitation_find(secret=secret)
    with pytest.raises(NotFound):
        member_add(project=project, email="editor@example.org", role="viewer")
    with pytest.raises(NotFound):
        project_delete(project=project)  # a second owner pressed too
    assert FormerMembership.objects.count() == 2


def test_no_membership_of_any_kind_is_left_for_a_query_to_join(project: Project) -> None:
    project_delete(project=project)
    assert not Membership.every.exists()
    assert not User.objects.filter(memberships__project=project).exists()


def test_work_that_starts_after_all_does_not_run_there(project: Project, owner: User) -> None:
    project_delete(project=project)
    job = make_job(project, created_by=owner)  # a request that was on its way
    run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.state, "may no longer" in job.error) == (Job.State.FAILED, True)


def test_an_owner_restores_it_with_everybody_in_it(
    project: Project, owner: User, editor: User
) -> None:
    project_delete(project=project)
    assert [each.name for each in project_deleted_list(user=owner)] == ["Shop"]
    for user in (editor, make_user()):
        assert not project_deleted_list(user=user).exists()
        for act in (project_restore, project_deleted_purge):
            with pytest.raises(NotFound):
                act(user=user, project_id=project.pk)
    project_restore(user=owner, project_id=project.pk)
    assert project_get(user=owner, project_id=project.pk, role="owner")
    assert project_get(user=editor, project_id=project.pk).membership.role == Role.EDITOR
    assert not FormerMembership.objects.exists()
    assert not project_deleted_list(user=owner).exists()
    with pytest.raises(NotFound):
        project_restore(user=owner, project_id=project.pk)
    with pytest.raises(NotFound):  # what is not deleted is never removed
        project_deleted_purge(user=owner, project_id=project.pk)


def test_housekeeping_removes_it_after_the_time_and_not_before(
    project: Project, owner: User, data_dir: Path, settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    kept = make_project(owner, name="Kept")
    folders = [data_dir / "projects" / str(each.pk) for each in (project, kept)]
    for folder in folders:
        (folder / "datasets").mkdir(parents=True)
    project_delete(project=project)
    with django_capture_on_commit_callbacks(execute=True):
        assert deleted_expire() == 0
        Project.every.filter(pk=project.pk).update(
            deleted=timezone.now() - timedelta(days=settings.UNDO_DAYS, seconds=1)
        )
        assert deleted_expire() == 1
    assert [folder.exists() for folder in folders] == [False, True]
    assert list(Project.every.all()) == [kept]
    assert not FormerMembership.objects.exists()
    told = AuditEntry.objects.filter(project_id=project.pk).order_by("number")
    assert [each.action for each in told][-2:] == ["project.delete", "project.purge"]


def test_the_page_of_projects_leads_to_those_that_are_deleted(
    project: Project, owner: User
) -> None:
    client = Client()
    client.force_login(owner)
    assert reverse("deleted_projects") not in client.get("/").content.decode()
    project_delete(project=project)
    assert reverse("deleted_projects") in client.get("/").content.decode()
    shown = client.get(reverse("deleted_projects")).content.decode()
    assert "Shop" in shown
    back = client.post(reverse("deleted_project_restore", args=[project.pk]))
    assert back.url == reverse("project_home", args=[project.pk])  # type: ignore[attr-defined]


def test_every_model_leaves_out_what_is_deleted_by_default() -> None:
    """One rule for all: a model that belongs to something deletable has the manager of it."""
    from projects.models import Deletable, Living

    deletable = {model for model in apps.get_models() if issubclass(model, Deletable)}
    assert {model.__name__ for model in deletable} == {
        "Project", "Connection", "Dataset", "UseCase", "Segmentation",
    }  # fmt: skip
    below = {
        field.model
        for model in deletable - {Project}
        for field in model._meta.related_objects
        if field.on_delete is not None
        for field in [field.field]
        if not field.null
    }
    assert {model.__name__ for model in below} >= {"DatasetVersion", "Recipe", "Experiment"}
    assert all(issubclass(model, Living) for model in below)
