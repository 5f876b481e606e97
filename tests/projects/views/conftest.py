"""A project with a member of each role, and a signed-in browser for each."""

from collections.abc import Callable

import pytest
from django.test import Client

from projects.models import Project, User
from tests.factories import make_member, make_project, make_user

Browser = Callable[[User], Client]


@pytest.fixture
def owner(db: None) -> User:
    return make_user("owner@example.org", name="Olga Owner")


@pytest.fixture
def project(owner: User) -> Project:
    return make_project(owner, name="Online retail", description="Orders of 2011")


@pytest.fixture
def editor(project: Project) -> User:
    return make_member(project, "editor", make_user("editor@example.org")).user


@pytest.fixture
def viewer(project: Project) -> User:
    return make_member(project, "viewer", make_user("viewer@example.org")).user


@pytest.fixture
def browser() -> Browser:
    """Sign a person in; the browser sends CSRF-checked requests only where the test says so."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def page(browser: Browser, owner: User) -> Client:
    """Give the owner's browser."""
    return browser(owner)


@pytest.fixture
def htmx() -> dict[str, str]:
    """Give the headers of a request of htmx."""
    return {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
