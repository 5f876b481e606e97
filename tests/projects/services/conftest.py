"""A project with its owner for the tests of services."""

import pytest

from projects.models import Project, User
from tests.factories import make_project, make_user
from tests.projects.jobs import sample_jobs


@pytest.fixture(autouse=True)
def _registered() -> None:
    assert sample_jobs


@pytest.fixture
def owner(db: None) -> User:
    return make_user("owner@example.org")


@pytest.fixture
def project(owner: User) -> Project:
    return make_project(owner)
