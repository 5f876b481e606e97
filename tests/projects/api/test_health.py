"""Whether the installation is well, without a token."""

from typing import Any

import pytest
from django.db import DatabaseError

from projects import hooks
from projects.api import health as health_module
from segplatform import __version__
from tests.projects.api.conftest import Script


def test_it_answers_without_a_token(queue_server: str, db: None) -> None:
    assert Script()("GET", "/health") == (
        200,
        {
            "status": "ok", "version": __version__, "queue": "ok", "database": "ok",
            "sandbox": "unavailable",
        },
    )  # fmt: skip


def test_it_says_what_is_down(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    def broken() -> None:
        raise DatabaseError

    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    with monkeypatch.context() as patch:
        patch.setattr(health_module.connection, "cursor", broken)
        _, body = Script()("GET", "/health")
    assert body["status"] == "degraded"
    assert body["queue"] == body["database"] == "unavailable"


def test_an_app_reports_its_part(
    queue_server: str, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(hooks.health, "sandbox", lambda: "ok")
    assert Script()("GET", "/health")[1]["sandbox"] == "ok"
