"""A project with customers, and workers that train."""

from collections.abc import Callable

import pytest

from mllab.engine import stability
from mllab.models import UseCase
from projects.jobs.runner import run_job
from projects.models import Job, Project, User
from tests.factories import make_project
from tests.factories.mllab import make_use_case
from tests.workers import work_off

QUEUES = "interactive,default,heavy"


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resample twice only: what is trained to be looked at need not be steady."""
    monkeypatch.setattr(stability, "MOST_RESAMPLES", 2)
    monkeypatch.setattr(stability, "LEAST_RESAMPLES", 2)


@pytest.fixture
def project(db: None) -> Project:
    return make_project()


@pytest.fixture
def user(project: Project) -> User:
    found: User = project.membership.user
    return found


@pytest.fixture
def use_case(project: Project) -> UseCase:
    """A use case over sixty customers."""
    return make_use_case(project)


@pytest.fixture
def train_all(queue_server: str) -> Callable[[], None]:
    """Run everything that is queued, training too."""
    return lambda: work_off(QUEUES)


@pytest.fixture
def run_all(queue_server: str) -> Callable[[], None]:
    """Run everything that is queued in this process: quicker than a worker of its own."""

    def run() -> None:
        while job := Job.objects.filter(state=Job.State.QUEUED).order_by("created").first():
            run_job(str(job.pk))

    return run


@pytest.fixture
def waited_for(queue_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in this process what a page or a script waits for."""

    def wait(*, job: Job, seconds: float) -> Job:
        run_job(str(job.pk))
        job.refresh_from_db()
        return job

    for place in ("previews", "profiles"):
        monkeypatch.setattr(f"datasets.services.{place}.job_wait", wait)
