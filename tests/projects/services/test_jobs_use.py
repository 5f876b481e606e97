"""Cancel, list and open jobs."""

from uuid import uuid4

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from projects.jobs import attempts
from projects.jobs.connection import cancel_key, client
from projects.jobs.runner import run_job
from projects.models import Job, Project, User
from projects.services.jobs import job_cancel, job_get, job_list, job_list_active
from segplatform.kernel.errors import Forbidden, NotFound
from tests.factories import make_job, make_member, make_project, make_user

pytestmark = pytest.mark.usefixtures("queue_server")


def test_it_cancels_a_queued_job_at_once(project: Project) -> None:
    job = job_cancel(job=make_job(project))
    assert job.state == "cancelled"
    assert job.finished
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.attempt == 0


@pytest.mark.django_db(transaction=True)
def test_it_asks_a_running_job_to_stop(project: Project) -> None:
    running = attempts.take(str(make_job(project).pk))
    assert running
    job = job_cancel(job=running)
    assert (job.state, job.cancel_requested) == ("running", True)
    assert client().exists(cancel_key(job.pk))


def test_it_cancels_with_a_row_that_is_out_of_date(project: Project) -> None:
    job = make_job(project)
    stale = Job.objects.get(pk=job.pk)
    attempts.take(str(job.pk))
    assert job_cancel(job=stale).cancel_requested


@pytest.mark.parametrize("state", ["succeeded", "failed", "lost", "cancelled"])
def test_it_leaves_a_job_that_has_ended(project: Project, state: str) -> None:
    job = job_cancel(job=make_job(project, state=state))
    assert (job.state, job.cancel_requested) == (state, False)


def test_it_cancels_a_group_with_its_parts(project: Project) -> None:
    group = make_job(project, state="running")
    waiting, ended = (
        make_job(project, parent=group),
        make_job(project, parent=group, state="failed"),
    )
    job_cancel(job=group)
    for job in (waiting, ended):
        job.refresh_from_db()
    assert (group.state, waiting.state, ended.state) == ("cancelled", "cancelled", "failed")


def test_it_waits_for_the_running_part_of_a_cancelled_group(project: Project) -> None:
    group = make_job(project, state="running")
    part = attempts.take(str(make_job(project, parent=group).pk))
    assert part
    assert job_cancel(job=group).state == "running"
    attempts.finish(part, Job.State.CANCELLED)
    group.refresh_from_db()
    assert group.state == "cancelled"


def test_it_lists_what_is_active_in_my_projects(
    project: Project, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    jobs = {make_job(project), make_job(project, state="running")}
    make_job(project, state="failed")
    make_job(project, hidden=True)
    make_job(make_project())
    with django_assert_num_queries(1):
        found = list(job_list_active(user=owner))
        assert {job.project.name for job in found} == {project.name}
    assert set(found) == jobs


def test_it_lists_a_group_for_its_parts(project: Project, owner: User) -> None:
    group = make_job(project, state="running")
    make_job(project, parent=group)
    retried = make_job(project, parent=make_job(project, state="failed"))
    assert set(job_list_active(user=owner)) == {group, retried}


def test_it_lists_the_jobs_of_a_project_but_previews(project: Project) -> None:
    first, second = make_job(project), make_job(project, state="failed")
    make_job(project, hidden=True)
    make_job(make_project())
    assert list(job_list(project=project)) == [second, first]


def test_it_opens_a_job_for_members_only(project: Project) -> None:
    job, viewer = make_job(project), make_member(project, "viewer").user
    found = job_get(user=viewer, job_id=job.pk)
    assert found == job
    assert found.project.membership.role == "viewer"
    with pytest.raises(Forbidden):
        job_get(user=viewer, job_id=job.pk, role="editor")
    with pytest.raises(NotFound) as stranger:
        job_get(user=make_user(), job_id=job.pk)
    with pytest.raises(NotFound) as nothing:
        job_get(user=viewer, job_id=uuid4())
    assert str(stranger.value) == str(nothing.value)
