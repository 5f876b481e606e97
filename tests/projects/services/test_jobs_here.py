"""Jobs that are run where they are waited for."""

import pytest

from projects.models import Job, Project
from projects.services.jobs import job_cancel
from projects.services.jobs_here import job_finish
from segplatform.kernel.errors import Cancelled, Conflict
from segplatform.kernel.progress import NullProgress
from tests.factories import make_job

pytestmark = [pytest.mark.usefixtures("queue_server"), pytest.mark.django_db]


class Heard(NullProgress):
    """Remembers what was said."""

    def __init__(self) -> None:
        self.steps: list[tuple[float, str]] = []

    def step(self, fraction: float, message: str = "") -> None:
        self.steps.append((fraction, message))


def test_it_runs_a_job(project: Project) -> None:
    done = job_finish(job=make_job(project), progress=NullProgress())
    assert (done.state, done.attempt) == ("succeeded", 1)


def test_it_runs_the_parts_of_a_group_and_says_how_many_are_done(project: Project) -> None:
    group = make_job(project, title="All", state="running")
    parts = [make_job(project, parent=group) for _ in range(2)]
    heard = Heard()
    assert job_finish(job=group, progress=heard).state == "succeeded"
    assert all(Job.objects.get(pk=part.pk).state == "succeeded" for part in parts)
    assert heard.steps == [
        (0.0, "All: 0 of 2 done"), (0.5, "All: 1 of 2 done"), (1.0, "All: 2 of 2 done"),
    ]  # fmt: skip


def test_it_says_why_a_job_failed_or_that_it_was_stopped(project: Project) -> None:
    asks = make_job(project, name="tests.asks")
    with pytest.raises(Conflict) as told:
        job_finish(job=asks, progress=NullProgress())
    asks.refresh_from_db()
    assert str(told.value) == asks.error
    with pytest.raises(Conflict, match="“Do nothing” was stopped"):
        job_finish(job=job_cancel(job=make_job(project)), progress=NullProgress())


def test_it_ends_where_the_job_is_gone(project: Project) -> None:
    job = make_job(project)
    Job.objects.all().delete()
    with pytest.raises(Cancelled):
        job_finish(job=job, progress=NullProgress())
