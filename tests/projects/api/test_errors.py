"""Every error has one shape, and bad input is never our fault."""

from typing import Any

import pytest
from django.db import OperationalError
from psycopg.errors import DeadlockDetected

from projects.api import projects as projects_module
from projects.models import Project
from tests.projects.api.conftest import Script


def shape(body: Any) -> str:
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "fields"}
    assert body["error"]["message"]
    return str(body["error"]["code"])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/projects/not-a-uuid", 404, "not_found"),
        ("GET", "/jobs/" + "9" * 300, 404, "not_found"),
        ("PUT", "/projects", 405, "method_not_allowed"),
        ("DELETE", "/health", 405, "method_not_allowed"),
        ("GET", "/projects?limit=x", 422, "invalid"),
    ],
)
def test_it_answers_in_its_shape(
    script: Script, method: str, path: str, status: int, code: str
) -> None:
    answered, body = script(method, path)
    assert answered == status
    assert shape(body) == code


def test_a_wrong_method_names_the_right_ones(script: Script) -> None:
    response = script.send("PUT", "/projects")
    assert set(response["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"3",
        b'"x"',
        b'{"name": "\\ud800"}',
        b"{}" * 3,
        b"[" * 10_000,
    ],
    ids=range(9),
)
def test_a_body_that_is_no_object_is_the_callers_fault(script: Script, content: bytes) -> None:
    response = script.client.generic(
        "POST", "/api/v1/projects", content, content_type="application/json", headers=script.headers
    )
    assert response.status_code in (400, 422)
    shape(response.json())
    assert not Project.objects.exists()


def test_a_body_over_the_limit_is_too_large(script: Script, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    status, body = script("POST", "/projects", {"name": "x", "description": "x" * 200})
    assert status == 413
    assert shape(body) == "too_large"


def test_a_busy_database_asks_to_come_back(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(**_: object) -> None:
        raise OperationalError from DeadlockDetected

    monkeypatch.setattr(projects_module, "project_list_for", locked)
    response = script.send("GET", "/projects")
    assert response.status_code == 503
    assert response["Retry-After"]
    assert shape(response.json()) == "busy"


def test_our_own_fault_tells_nothing_but_an_id(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projects_module, "project_list_for", lambda **_: {}["secret detail"])
    script.client.raise_request_exception = False
    status, body = script("GET", "/projects")
    assert status == 500
    assert shape(body) == "server_error"
    assert "secret detail" not in str(body)
