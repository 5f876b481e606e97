"""What `segplatform check` says of workers, reconciler, jobs, clocks and files."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from rq import Worker
from rq.utils import utcformat

from projects import hooks
from projects.jobs.connection import client, queue
from projects.models import Project
from projects.services import watch
from segplatform import health
from segplatform.health import findings
from tests.factories import make_job, make_project

pytestmark = pytest.mark.usefixtures("db", "queue_server")
Register = Callable[..., Worker]


@pytest.fixture
def project(db: None) -> Project:
    return make_project()


@pytest.fixture
def register() -> Iterator[Register]:
    """Give a function that puts a worker into the queue server's list, as one does at its start."""
    found: list[Worker] = []

    def act(name: str, *queues: str, seconds_ago: float = 0) -> Worker:
        listed = [queue(each) for each in queues]
        worker = Worker(listed, name=name, connection=client())
        worker.register_birth()
        seen = timezone.now() - timedelta(seconds=seconds_ago)
        client().hset(worker.key, "last_heartbeat", utcformat(seen))
        found.append(worker)
        return worker

    client().flushall()
    caches["state"].delete(watch.BEAT)
    yield act
    client().flushall()


def check(**options: Any) -> str:
    out = StringIO()
    try:
        call_command("platform_check", stdout=out, **options)
    except CommandError as error:
        raise CommandError(f"{error}\n{out.getvalue()}") from None
    return out.getvalue()


def test_all_is_well_where_all_queues_have_workers(
    register: Register, monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    shutil.rmtree(data_dir / "projects", ignore_errors=True)  # rows of other tests are gone
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 0)
    register("one", "interactive", "default")
    register("two", "heavy", seconds_ago=7)
    watch.reconciler_beat()
    said = check(files=True)
    assert not any(line.startswith("failed") for line in said.splitlines()), said
    assert "ok      workers: 2 alive: one (interactive, default) seen 0 s ago; two (heavy)" in said
    assert "seen 7 s ago" in said
    assert "ok      files:" in said


def test_a_queue_without_worker_is_named_with_what_to_start(register: Register) -> None:
    register("one", "interactive", "default")
    register("dead", "heavy", seconds_ago=60)
    found = watch.check_workers()
    assert found.state == "failed"
    assert "`segplatform worker --queues heavy`" in found.text
    assert "dead (heavy) seen 60 s ago" in found.text
    with pytest.raises(CommandError, match="of the checks failed"):
        check()


def test_no_worker_at_all_is_said(register: Register) -> None:
    assert "none is running" in watch.check_workers().text
    assert watch.workers_word() == "none"


def test_a_reconciler_that_does_not_come_round_is_said(register: Register) -> None:
    assert watch.check_reconciler().text.startswith("was never round")
    watch.reconciler_beat()
    assert watch.check_reconciler().state == "ok"
    call_command("reconcile")
    caches["state"].set(watch.BEAT, caches["state"].get(watch.BEAT) - 100, timeout=None)
    found = watch.check_reconciler()
    assert (found.state, found.text[:27]) == ("failed", "was last round 100 s ago: s")


def test_jobs_without_a_process_waiting_and_failed_ones_are_said(project: Project) -> None:
    now = timezone.now()
    assert watch.check_jobs().state == "ok"
    make_job(project, state="failed", finished=now)
    make_job(project, state="succeeded", finished=now)
    assert "1 of 2 of the last day failed" in watch.check_jobs().text
    waiting = make_job(project, state="queued")
    type(waiting).objects.filter(pk=waiting.pk).update(created=now - timedelta(minutes=20))
    assert "waits for 20 minutes" in watch.check_jobs().text
    make_job(project, state="running", lease_until=now - timedelta(minutes=5))
    found = watch.check_jobs()
    assert (found.state, "`segplatform reconcile`" in found.text) == ("failed", True)


def test_clocks_that_differ_are_said(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    assert watch.check_clock().state == "ok"
    now = watch.queue_clock()
    monkeypatch.setattr(watch, "queue_clock", lambda: now + 3600)
    found = watch.check_clock()
    assert found.state == "failed"
    assert "queue server are 3600 s apart" in found.text.replace("3599", "3600")


def test_faults_of_files_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [hooks.Fault(f"file {number}", "is missing") for number in range(30)]
    monkeypatch.setattr(hooks, "integrity", [lambda: faults[:3], lambda: faults[3:]])
    found = watch.check_files()
    assert found.state == "failed"
    assert found.text.startswith("30 not as they must be: file 0 is missing; file 1 is missing;")
    assert "and 10 more" in found.text


def test_a_database_of_a_newer_version_is_refused(register: Register) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('mllab', '9999_x', %s)",
            [timezone.now()],
        )
    found = health.database()
    assert (found.state, "mllab 9999_x" in found.text) == ("failed", True)


def test_what_cannot_be_looked_at_says_so(settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    (found,) = findings((watch.check_workers,))
    assert (found.name, found.state) == ("workers", "note")
    assert "mend the above first" in found.text


def test_a_short_metrics_token_is_refused(settings: Any) -> None:
    assert health.metrics_token().state == "ok"
    settings.METRICS_TOKEN = "short"
    assert health.metrics_token().state == "failed"


def test_missing_browser_files_are_said(settings: Any, tmp_path: Any) -> None:
    assert health.static_files().state == "ok"
    from django.contrib.staticfiles import finders

    settings.STATIC_ROOT, settings.STATICFILES_DIRS = tmp_path, []
    finders.get_finder.cache_clear()
    found = health.static_files()
    finders.get_finder.cache_clear()
    assert (found.state, "make setup" in found.text) == ("failed", True)
