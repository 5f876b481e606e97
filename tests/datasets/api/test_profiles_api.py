"""The profile by the REST API."""

from typing import Any

import pytest
from django.test import Client

from datasets.models import Dataset, DatasetVersion
from datasets.services import profiles
from projects.models import Job, Project
from tests.datasets.api.test_datasets_api import api
from tests.datasets.services.test_profiles import context
from tests.factories import make_project
from tests.factories.datasets import make_dataset

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def dataset(project: Project) -> Dataset:
    return make_dataset(project)


@pytest.fixture
def client(project: Project) -> Client:
    return api(project.membership.user, "read")


def test_it_gives_the_profile_as_it_is_stored(client: Client, dataset: Dataset) -> None:
    profiles.profile_run(ctx=context(dataset))
    answer = client.get(f"/api/v1/datasets/{dataset.pk}/profile")
    assert answer.status_code == 200
    stored = DatasetVersion.objects.get().profile
    assert answer.json() == {"rows": 3, "columns": stored}


def test_it_says_when_to_ask_again(
    client: Client, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def still(job: Job, seconds: float) -> Job:
        return job

    monkeypatch.setattr(profiles, "job_wait", still)
    answer: Any = client.get(f"/api/v1/datasets/{dataset.pk}/profile")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "pending"


def test_there_is_none_without_rows(client: Client, project: Project) -> None:
    empty = Dataset.objects.create(project=project, name="empty")
    assert client.get(f"/api/v1/datasets/{empty.pk}/profile").status_code == 409
