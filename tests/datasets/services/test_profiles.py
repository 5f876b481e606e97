"""The profile of a version is measured by one job and stored once."""

from typing import Any

import pytest

from datasets.models import Dataset, DatasetVersion
from datasets.services import profiles
from datasets.services.previews import PreviewPending
from datasets.services.profiles import PROFILE, profile_ask, profile_run, profile_start
from projects.jobs.context import JobContext
from projects.models import Job, Project, User
from segplatform.kernel.errors import Cancelled, Conflict, UserError
from tests.factories import make_job, make_member, make_project
from tests.factories.datasets import make_dataset, make_version
from tests.workers import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def user(project: Project) -> User:
    return project.members.get()


@pytest.fixture
def dataset(project: Project) -> Dataset:
    return make_dataset(project)


def version_of(dataset: Dataset) -> DatasetVersion:
    assert dataset.current
    return dataset.current


def context(dataset: Dataset, **fields: Any) -> JobContext:
    """Give what a worker would be given."""
    args = {"version": str(version_of(dataset).pk)}
    job = make_job(dataset.project, name=PROFILE, args=args, state="running", attempt=1, **fields)
    return JobContext(job)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("queue_server")
def test_a_worker_measures_it_once(dataset: Dataset, user: User) -> None:
    with pytest.raises(PreviewPending):
        profile_ask(dataset=dataset, user=user, seconds=0)
    work_off()
    found = profile_ask(dataset=dataset, user=user, seconds=0)
    assert [each["name"] for each in found] == ["Invoice", "Quantity", "Price"]
    assert (found[1]["missing"], found[1]["negatives"], found[2]["max"]) == (1, 1, 1234.5)
    version = DatasetVersion.objects.get(pk=version_of(dataset).pk)
    assert version.profile == found
    assert profile_ask(version=version, user=user) == found
    job = Job.objects.get()
    assert (job.hidden, job.queue, job.state) == (True, "interactive", "succeeded")


def test_people_who_ask_at_once_share_one_job(
    dataset: Dataset, user: User, project: Project
) -> None:
    other = make_member(project, "viewer").user
    for person in (user, other, user):
        with pytest.raises(PreviewPending):
            profile_ask(dataset=dataset, user=person, seconds=0)
    assert Job.objects.get().created_by == user


def test_a_large_table_queues_with_the_imports(dataset: Dataset, user: User) -> None:
    DatasetVersion.objects.update(rows=10**8)
    version = DatasetVersion.objects.get()
    job = profile_start(version=version, user=user)
    assert job
    assert job.queue == "default"


def test_it_is_stored_by_whoever_may(dataset: Dataset) -> None:
    result = profile_run(ctx=context(dataset))
    version = DatasetVersion.objects.get()
    assert result == {"version": str(version.pk)}
    assert len(version.profile or []) == 3


def test_a_second_run_measures_nothing(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    DatasetVersion.objects.update(profile=[])
    monkeypatch.setattr(profiles, "_measure", None)
    profile_run(ctx=context(dataset))
    assert DatasetVersion.objects.get().profile == []


def test_nothing_is_stored_after_a_cancel(dataset: Dataset) -> None:
    with pytest.raises(Cancelled):
        profile_run(ctx=context(dataset, cancel_requested=True))
    assert DatasetVersion.objects.get().profile is None


def test_a_version_that_went_meanwhile(
    dataset: Dataset, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced(ctx: JobContext, version: DatasetVersion) -> list[dict[str, Any]]:
        version_of(dataset).delete()
        return []

    version = DatasetVersion.objects.get()
    ctx = context(dataset)
    with monkeypatch.context() as patch:
        patch.setattr(profiles, "_measure", replaced)
        with pytest.raises(Conflict, match="replaced"):
            profile_run(ctx=ctx)
    with pytest.raises(Conflict, match="replaced"):
        profile_run(ctx=ctx)
    with pytest.raises(Conflict, match="replaced"):
        profile_ask(version=version, user=user)


def test_a_new_version_has_a_profile_of_its_own(dataset: Dataset, user: User) -> None:
    DatasetVersion.objects.update(profile=[])
    dataset.refresh_from_db()
    assert profile_ask(dataset=dataset, user=user) == []
    make_version(dataset)
    with pytest.raises(PreviewPending):
        profile_ask(dataset=dataset, user=user, seconds=0)


def test_it_says_why_it_failed(
    dataset: Dataset, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failed(job: Job, seconds: float) -> Job:
        job.state, job.error = Job.State.FAILED, "Too wide."
        return job

    monkeypatch.setattr(profiles, "job_wait", failed)
    with pytest.raises(UserError, match=r"Too wide\."):
        profile_ask(dataset=dataset, user=user)


def test_a_dataset_without_rows(project: Project, user: User) -> None:
    empty = Dataset.objects.create(project=project, name="empty")
    with pytest.raises(Conflict, match="no rows"):
        profile_ask(dataset=empty, user=user)
