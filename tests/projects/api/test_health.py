"""Whether the installation is well, without a token."""

import time
from typing import Any

import pytest
from django.core.cache import caches
from django.db import DatabaseError, connection

from projects import hooks
from projects.api import health as health_module
from projects.jobs.connection import client
from projects.services.watch import BEAT, reconciler_beat
from segplatform import __version__
from tests.projects.api.conftest import Script


def test_it_answers_without_a_token(queue_server: str, db: None) -> None:
    client().flushall()
    caches["state"].clear()  # where other tests noted what they found
    reconciler_beat()
    status, body = Script()("GET", "/health")
    assert status == 200
    assert body == {
        "status": "degraded", "version": __version__, "queue": "ok", "database": "ok",
        "workers": "none", "reconciler": "ok", "disk": "ok", "sandbox": "unavailable",
    }  # fmt: skip


def test_it_is_well_where_every_part_is(
    queue_server: str, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconciler_beat()
    monkeypatch.setattr(health_module, "workers_word", lambda: "ok")
    assert Script()("GET", "/health")[1]["status"] == "ok"
    caches["state"].set(BEAT, time.time() - 100, timeout=None)
    _, body = Script()("GET", "/health")
    assert (body["status"], body["reconciler"]) == ("degraded", "late")


def test_it_says_what_is_down(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    def broken() -> None:
        raise DatabaseError

    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    with monkeypatch.context() as patch:
        patch.setattr(health_module.connection, "cursor", broken)
        _, body = Script()("GET", "/health")
        ready, parts = Script()("GET", "/health/ready")
        assert Script()("GET", "/health/live") == (200, {"status": "ok"})
    assert body["status"] == "degraded"
    assert body["queue"] == body["database"] == body["workers"] == "unavailable"
    assert (ready, parts["database"]) == (503, "unavailable")


def test_it_is_ready_without_the_queue_server(db: None, settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    expected = {"status": "ok", "database": "ok", "files": "ok"}
    assert Script()("GET", "/health/ready") == (200, expected)


def test_it_is_not_ready_while_migrations_are_missing(db: None) -> None:
    health_module._migrated.cache_clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'mllab'")
    status, body = Script()("GET", "/health/ready")
    assert (status, body["database"]) == (503, "behind")


def test_an_app_reports_its_part(
    queue_server: str, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(hooks.health, "sandbox", lambda: "ok")
    assert Script()("GET", "/health")[1]["sandbox"] == "ok"
