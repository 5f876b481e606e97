"""Limits that the operator sets: refused in one sentence that says the limit and what to do."""

from typing import Any

import pytest

from projects.models import Job, Project, User
from projects.services.jobs import job_start
from projects.services.limits import JOBS_RETRY_SECONDS, LimitReached, RequestCounter
from projects.services.projects import project_create
from segplatform.kernel.actor import Actor, acting
from segplatform.kernel.errors import TooMany
from tests.factories import make_job, make_member, make_project


def start(project: Project, user: User, subject: str, **more: Any) -> Job:
    return job_start(
        project=project,
        user=user,
        name="tests.nothing",
        subject=subject,
        title="Nothing",
        args={},
        **more,
    )


def test_a_person_owns_so_many_projects(project: Project, owner: User, settings: Any) -> None:
    settings.MAX_PROJECTS = 2
    project_create(user=owner, name="Second")
    make_member(make_project(), "editor", owner)  # another's does not count
    with pytest.raises(LimitReached, match=r"allows a person: 2\. Delete one"):
        project_create(user=owner, name="Third")
    assert Project.objects.filter(name="Third").count() == 0
    settings.MAX_PROJECTS = 0
    project_create(user=owner, name="Third")


def test_a_person_has_so_many_jobs(project: Project, owner: User, settings: Any) -> None:
    settings.MAX_ACTIVE_JOBS = 2
    first = start(project, owner, "one")
    make_job(project, state=Job.State.SUCCEEDED)
    make_job(make_project(), created_by=make_member(project, "editor").user)
    group = make_job(project, state=Job.State.RUNNING)
    with pytest.raises(TooMany, match=r"allows a person: 2\. Wait") as refused:
        start(project, owner, "three")
    assert refused.value.retry_after == JOBS_RETRY_SECONDS
    assert start(project, owner, "one").pk == first.pk  # a second click is no second job
    start(project, owner, "part", parent=group)
    start(project, owner, "preview", hidden=True)
    with acting(Actor("job", user_id=lambda: owner.pk)):
        start(project, owner, "of a job")


def test_a_person_sends_so_many_requests_in_a_minute(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_PER_MINUTE = 3
    clock = [600.0]
    monkeypatch.setattr("projects.services.limits.monotonic", lambda: clock[0])
    requests = RequestCounter()
    for _ in range(3):
        requests.count(1)
    clock[0] = 615.0
    with pytest.raises(TooMany, match="more than 3 requests") as refused:
        requests.count(1)
    assert refused.value.retry_after == 45
    requests.count(2)
    clock[0] = 660.0
    requests.count(1)
