"""Newer records of a web service, from the first import to the day on which there are none."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from datasets.models import Dataset, Upload
from datasets.services.connection_jobs import connection_fetch_start
from datasets.services.imports import dataset_import_start
from datasets.services.refresh_connection import refresh_connection_start
from datasets.services.refresh_decided import Decided
from projects.jobs.runner import run_job
from projects.models import Job, Project
from tests.factories import make_project
from tests.factories.connections import PASSWORD, make_connection
from tests.servers.json_api import ROWS, JsonApi, json_api

__all__ = ["json_api"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue_server")]
PATH = "page?updated_since={newer}"


def ran(job: Job) -> Job:
    run_job(str(job.pk))
    job.refresh_from_db()
    return job


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def orders(project: Project, json_api: JsonApi, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Give a dataset that came from a service, with times of a zone of their own."""
    stamped(monkeypatch, len(ROWS))
    monkeypatch.setattr(settings, "OUTGOING_ALLOW", [f"127.0.0.1:{json_api.port}"])
    told: dict[str, Any] = {"url": json_api.url, "paging": "page", "sign_in": "bearer"}
    found, user = make_connection(project, "Shop", "rest_api", **told), project.membership.user
    ran(connection_fetch_start(connection=found, user=user, item={"path": PATH}))
    dataset, job = dataset_import_start(
        project=project, user=user, upload=Upload.objects.get(), name="Orders"
    )
    assert ran(job).state == "succeeded", job.error
    dataset.refresh_from_db()
    return dataset


def stamped(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let the service have so many records, one for each hour."""
    rows = [
        {"id": i, "price": i / 4, "to": {"city": "Ö"}, "at": f"2024-01-{1 + i // 24:02}"
         f"T{i % 24:02}:00:00+02:00"} for i in range(1, count + 1)
    ]  # fmt: skip
    monkeypatch.setattr("tests.servers.json_api.ROWS", rows)


@pytest.mark.parametrize("column", ["id", "at"])
def test_each_record_comes_once(
    client: Client, orders: Dataset, json_api: JsonApi, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    user = orders.project.members.get()

    def more() -> Job:
        decided = Decided(newer=column)
        return ran(
            refresh_connection_start(dataset=orders, user=user, mode="append", decided=decided)
        )

    assert "updated_since" not in str(json_api.heard)
    client.force_login(user)
    page = client.get(f"/projects/{orders.project_id}/datasets/{orders.pk}/append/").text
    assert f'<option value="{column}">' in page
    assert "has no rows with" in more().result["nothing"]
    assert "updated_since=" in json_api.heard[-1][0]
    stamped(monkeypatch, 30)
    assert (job := more()).state == "succeeded", job.error
    orders.refresh_from_db()
    assert orders.current is not None
    assert (orders.current.number, orders.current.rows) == (2, 30)
    assert PASSWORD not in str(list(Job.objects.values_list("args", "result", "error")))
