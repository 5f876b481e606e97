"""Figures for Prometheus: what they say, and who may read them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from projects.jobs.connection import client, queue
from projects.models import Project
from projects.services.metrics import quantile
from tests.factories import make_job
from tests.factories.datasets import make_dataset

TOKEN = "a-token-of-the-operator-0123456789"
pytestmark = pytest.mark.django_db


def figures(**options: Any) -> dict[tuple[str, ...], float]:
    """Read the metrics; each by its name and the values of its labels."""
    response = Client().get("/api/v1/health/metrics", **options)
    assert response.status_code == 200, response.text
    assert response["Content-Type"].startswith("text/plain")
    return {
        (sample.name.removeprefix("segplatform_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_it_says_how_jobs_are(queue_server: str, project: Project) -> None:
    now = timezone.now()
    for seconds in (1, 2, 30):
        times = {"started": now - timedelta(seconds=seconds), "finished": now}
        make_job(project, name="datasets.import", state="succeeded", **times)
    old = now - timedelta(hours=2)
    make_job(project, name="datasets.import", state="failed", started=old, finished=old)
    make_job(project, name="mllab.train", state="queued")
    found = figures()
    assert found["jobs", "datasets.import", "succeeded"] == 3
    assert found["jobs", "datasets.import", "failed"] == 1
    assert found["jobs", "mllab.train", "queued"] == 1
    assert 0 <= found["jobs_queued_seconds",] < 60
    assert found["jobs_ended_last_hour", "datasets.import", "succeeded"] == 3
    assert ("jobs_ended_last_hour", "datasets.import", "failed") not in found
    assert found["job_seconds", "datasets.import", "0.5"] == pytest.approx(2)
    assert found["job_seconds", "datasets.import", "1"] == pytest.approx(30)


def test_it_says_how_queue_disk_and_data_are(queue_server: str, project: Project) -> None:
    client().flushall()
    queue("heavy").enqueue_call("projects.jobs.runner.run_job", args=("x",))
    make_dataset(project)
    found = figures()
    client().flushall()
    assert found["queue_messages", "heavy"] == 1
    assert found["queue_messages", "default"] == 0
    assert found["workers", "interactive"] == 0
    assert found["datasets",] == 1
    assert found["disk_bytes", "free"] > 0
    assert found["part_up", "queue"] == found["part_up", "database"] == 1


def test_requests_are_counted_by_route_and_status(queue_server: str) -> None:
    key = ("http_requests_total", "GET", "/start/<str:secret>/", "200")
    before = figures().get(key, 0)
    for secret in ("one", "two"):
        Client().get(f"/start/{secret}/")
    assert figures()[key] == before + 2


def test_without_the_queue_server_the_rest_is_still_told(settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    found = figures()
    assert (found["part_up", "queue"], found["part_up", "database"]) == (0, 1)
    assert ("queue_messages", "heavy") not in found


@pytest.mark.parametrize(
    "options",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
    ],
)
def test_without_a_token_only_this_machine_may_read(options: dict[str, Any]) -> None:
    response = Client().get("/api/v1/health/metrics", **options)
    assert response.status_code == 403
    assert "SEGPLATFORM_METRICS_TOKEN" in response.json()["error"]["message"]


def test_behind_a_proxy_nobody_may_read_without_a_token(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert Client().get("/api/v1/health/metrics").status_code == 403


def test_with_a_token_its_bearer_may_read_from_anywhere(queue_server: str, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    for wrong in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}):
        assert Client().get("/api/v1/health/metrics", headers=wrong).status_code == 403
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert figures(headers=bearer, REMOTE_ADDR="192.0.2.7")


def test_a_quantile_is_one_of_the_values() -> None:
    values = [5.0, 1.0, 3.0, 2.0, 4.0]
    assert [quantile(values, share) for share in (0.01, 0.5, 0.95, 1.0)] == [1, 3, 5, 5]
    assert quantile([7.0], 0.5) == 7
