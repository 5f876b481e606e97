"""A project, its people, and clients that send a token or nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from projects.models import Project, User
from projects.services.tokens import token_create
from tests.factories import make_member, make_project, make_user


class Script:
    """A script with a token: JSON in, (status, JSON) out."""

    def __init__(self, token: str = "") -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, method: str, path: str, body: Any = None) -> HttpResponse:
        options: dict[str, Any] = {"headers": self.headers}
        if body is not None:
            options |= {"data": body, "content_type": "application/json"}
        return getattr(self.client, method.lower())(f"/api/v1{path}", **options)

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        response = self.send(method, path, body)
        return response.status_code, response.json() if response.content else None


@pytest.fixture
def owner(db: None) -> User:
    return make_user("owner@example.org", name="Olga Owner")


@pytest.fixture
def project(owner: User) -> Project:
    return make_project(owner, name="Online retail")


@pytest.fixture
def viewer(project: Project) -> User:
    return make_member(project, "viewer", make_user("viewer@example.org")).user


@pytest.fixture
def script_of() -> Callable[..., Script]:
    def make(user: User, scope: str = "write") -> Script:
        return Script(token_create(user=user, name="test", scope=scope)[1])

    return make


@pytest.fixture
def script(script_of: Callable[..., Script], owner: User) -> Script:
    """Give the owner's script, which may write."""
    return script_of(owner)
