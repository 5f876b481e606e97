"""The stream of a job: a fragment at each change, and an end."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient

from projects.models import Job, Membership, Project, User
from tests.factories import make_job


@pytest.fixture
def job(project: Project) -> Job:
    return make_job(project, state=Job.State.RUNNING, progress=0.1, message="Reading\nrows")


async def events(user: User, job: Job) -> AsyncIterator[str]:
    client = AsyncClient()
    await client.aforce_login(user)
    response = await client.get(f"/projects/{job.project_id}/jobs/{job.pk}/events/")
    assert response["Content-Type"].startswith("text/event-stream")
    assert response["Cache-Control"] == "no-store"
    async for chunk in response.streaming_content:
        if not chunk.startswith(b":"):
            yield chunk.decode()


def read(user: User, job: Job, *changes: dict[str, Any]) -> list[str]:
    """Collect all events; after each one the next change is made."""
    steps = iter(changes)

    async def collect() -> list[str]:
        found = []
        async for event in events(user, job):
            found.append(event)
            if change := next(steps, None):
                await sync_to_async(Job.objects.filter(pk=job.pk).update)(**change)
        return found

    return async_to_sync(collect)()


def test_it_sends_each_change_and_ends_with_the_job(
    queue_server: str, owner: User, job: Job
) -> None:
    found = read(
        owner,
        job,
        {"progress": 0.6, "message": "Writing"},
        {"state": Job.State.SUCCEEDED, "progress": 1},
    )
    assert [event.split("\n")[0] for event in found] == ["event: job"] * 3 + ["event: finished"]
    assert 'value="10"' in found[0]
    assert 'value="60"' in found[1]
    assert "Writing" in found[1]


def test_every_line_of_a_fragment_has_its_prefix(queue_server: str, owner: User, job: Job) -> None:
    first = read(owner, job, {"state": Job.State.FAILED})[0]
    assert first.endswith("\n\n")
    lines = first.rstrip("\n").split("\n")[1:]
    assert all(line.startswith("data: ") for line in lines)


def test_it_ends_at_once_for_a_job_that_ended(queue_server: str, owner: User, job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(state=Job.State.SUCCEEDED)
    assert read(owner, job)[-1].startswith("event: finished")


def test_it_goes_on_without_the_queue_server(owner: User, job: Job, settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    found = read(owner, job, {"state": Job.State.SUCCEEDED})
    assert found[-1].startswith("event: finished")


def test_it_ends_for_who_is_no_member_any_more(queue_server: str, viewer: User, job: Job) -> None:
    async def collect() -> list[str]:
        found = []
        async for event in events(viewer, job):
            found.append(event)
            await sync_to_async(Membership.objects.filter(user=viewer).delete)()
        return found

    found = async_to_sync(collect)()
    assert [event.split("\n")[0] for event in found] == ["event: job", "event: finished"]
