"""Who calls: tokens, sessions with CSRF, and neither."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from projects.models import ApiToken, Project, User
from tests.projects.api.conftest import Script

JSON: dict[str, Any] = {"content_type": "application/json"}


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    return client


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", ["", "seg_wrong", " ", "seg_" + "x" * 5000, "é\x00"])
def test_nobody_gets_in_without_a_valid_token(db: None, method: str, token: str) -> None:
    script = Script()
    script.headers = {"Authorization": f"Bearer {token}"}
    status, body = script(method, "/projects", {"name": "x"} if method == "POST" else None)
    assert status == 401
    assert body["error"]["code"] == "unauthorized"
    assert not Project.objects.exists()


def test_another_scheme_is_no_token(db: None) -> None:
    script = Script()
    script.headers = {"Authorization": "Basic b3duZXI6eA=="}
    assert script("GET", "/projects")[0] == 401


def test_a_token_for_reading_changes_nothing(
    script_of: Callable[..., Script], owner: User, project: Project
) -> None:
    script = script_of(owner, scope="read")
    assert script("GET", f"/projects/{project.pk}")[0] == 200
    for method, path in (
        ("POST", "/projects"), ("PATCH", f"/projects/{project.pk}"), ("POST", "/tokens"),
        ("DELETE", f"/projects/{project.pk}"),
    ):  # fmt: skip
        status, body = script(method, path, {"name": "x"})
        assert status == 403, path
        assert "may only read" in body["error"]["message"]
    assert Project.objects.filter(name="Online retail").count() == 1


def test_an_expired_token_and_one_of_a_locked_person_are_dead(script: Script, owner: User) -> None:
    ApiToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert script("GET", "/projects")[0] == 401
    ApiToken.objects.update(expires=None)
    assert script("GET", "/projects")[0] == 200
    User.objects.update(is_active=False)
    assert script("GET", "/projects")[0] == 401


def test_it_notes_when_a_token_was_used(script: Script) -> None:
    script("GET", "/projects")
    assert ApiToken.objects.get().last_used


def test_a_session_may_read(browser: Client) -> None:
    assert browser.get("/api/v1/projects").status_code == 200


def test_a_session_needs_the_csrf_token_to_change_something(browser: Client) -> None:
    response = browser.post("/api/v1/projects", {"name": "forged"}, **JSON)
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "csrf"
    assert not Project.objects.exists()
    browser.get("/account/")
    token = browser.cookies["csrftoken"].value
    headers = {"X-CSRFToken": token}
    assert (
        browser.post("/api/v1/projects", {"name": "mine"}, headers=headers, **JSON).status_code
        == 201
    )


def test_a_wrong_token_does_not_fall_back_to_the_session(browser: Client) -> None:
    headers = {"Authorization": "Bearer seg_wrong"}
    assert browser.get("/api/v1/projects", headers=headers).status_code == 401


def test_a_token_needs_no_csrf_token(script: Script) -> None:
    script.client = Client(enforce_csrf_checks=True)
    assert script("POST", "/projects", {"name": "x"})[0] == 201
