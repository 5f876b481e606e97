"""Limits as a script meets them: the status, the sentence, and when to come again."""

from typing import Any

import pytest

from projects.models import Project
from projects.services.limits import RequestCounter
from tests.projects.api.conftest import Script


def test_too_many_requests_are_told_when_to_come_again(
    script: Script, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_PER_MINUTE = 2
    monkeypatch.setattr("projects.services.limits.monotonic", lambda: 610.0)
    monkeypatch.setattr("projects.web.api.API_REQUESTS", RequestCounter())
    assert [script("GET", "/projects")[0] for _ in range(2)] == [200, 200]
    answer = script.send("GET", "/projects")
    assert (answer.status_code, answer["Retry-After"]) == (429, "50")
    error = answer.json()["error"]
    assert error["code"] == "too_many"
    assert "more than 2 requests in a minute" in error["message"]


def test_too_many_projects_are_refused(script: Script, project: Project, settings: Any) -> None:
    settings.MAX_PROJECTS = 1
    status, body = script("POST", "/projects", {"name": "Second"})
    assert (status, body["error"]["code"]) == (409, "limit")
    assert "as this server allows a person: 1" in body["error"]["message"]
