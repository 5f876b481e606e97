"""From a connection to a dataset: test, browse, fetch, preview, import; with a real server."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from datasets.engine.connectors.base import connectors
from datasets.models import Connection, Dataset, DatasetImport, Upload
from datasets.services.connection_jobs import connection_fetch_start
from datasets.services.connections import connection_delete
from datasets.services.imports import dataset_import_start
from datasets.services.uploads import upload_path
from projects.jobs.runner import run_job
from projects.models import AuditEntry, Job, Project, User
from tests.datasets.remote.pg_server import Server
from tests.datasets.remote.web_server import CSV, Answer, WebServer, web_server
from tests.factories import make_project
from tests.factories.connections import PASSWORD, make_connection

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue_server", "waited_for")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in this process what a page waits for."""

    def wait(*, job: Job, seconds: float) -> Job:
        return ran(job)

    monkeypatch.setattr("datasets.services.previews.job_wait", wait)


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def user(project: Project) -> User:
    return project.membership.user


@pytest.fixture
def client(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    with web_server() as server:
        monkeypatch.setattr(settings, "OUTGOING_ALLOW", [f"127.0.0.1:{server.port}"])
        yield server


@pytest.fixture
def file_connection(project: Project, web: WebServer) -> Connection:
    web.answers["/orders.csv"] = Answer()
    told = {"url": web.url("/orders.csv"), "sign_in": "bearer"}
    return make_connection(project, "Orders of the shop", "http_file", **told)


def ran(job: Job) -> Job:
    run_job(str(job.pk))
    job.refresh_from_db()
    return job


def address(name: str, connection: Connection) -> str:
    return reverse(name, args=[connection.project_id, connection.pk])


def test_a_file_of_the_web_becomes_a_dataset(
    client: Client, project: Project, user: User, file_connection: Connection, web: WebServer
) -> None:
    tested = client.post(
        address("connection_test", file_connection),
        {"name": "x", "settings-url": web.url("/orders.csv"), "settings-sign_in": "bearer"},
        headers=HTMX,
    )
    assert "It works" in tested.text
    assert web.asked[-1][1]["authorization"] == f"Bearer {PASSWORD}"
    browsed = client.get(address("connection", file_connection))
    assert "orders.csv" in browsed.text
    waiting = client.post(address("connection_fetch", file_connection), {"item": "{}"}).url
    assert waiting.startswith(address("connection_fetching", file_connection))
    job = Job.objects.get(name="datasets.connection_fetch")
    assert (
        "Waiting for its turn" in client.get(address("connection_fetching", file_connection)).text
    )
    assert ran(job).state == "succeeded"
    upload = Upload.objects.get()
    assert upload_path(upload=upload).read_bytes() == CSV
    assert (upload.name, upload.partial, upload.connection) == (
        "orders.csv", False, file_connection,
    )  # fmt: skip
    assert client.get(address("connection_fetching", file_connection)).url == reverse(
        "import_preview", args=[project.pk, upload.pk]
    )
    dataset, import_job = dataset_import_start(
        project=project, user=user, upload=upload, name="Orders"
    )
    assert ran(import_job).state == "succeeded"
    record = DatasetImport.objects.get(dataset=dataset)
    assert (record.connection, record.item) == (file_connection, {})
    assert Dataset.objects.get(pk=dataset.pk).current.rows == 2
    assert AuditEntry.objects.filter(action="connection.fetch").count() == 1
    assert PASSWORD not in str(list(Job.objects.values_list("args", "result", "error")))


def test_what_cannot_be_reached_is_said_on_the_page(
    client: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = make_connection(project, host="10.0.0.5")
    answer = client.get(address("connection", found))
    assert "This server does not connect to 10.0.0.5" in answer.text
    assert address("connection_settings", found) in answer.text
    monkeypatch.setattr(settings, "OUTGOING_ALLOW", ["10.0.0.0/99"])
    assert "Tell the operator" in client.get(address("connection", found)).text


def test_a_fetch_that_fails_leaves_nothing(
    user: User, file_connection: Connection, web: WebServer
) -> None:
    web.answers["/orders.csv"] = Answer(status=500)
    job = ran(connection_fetch_start(connection=file_connection, user=user, item={}))
    assert (job.state, "error 500" in job.error) == ("failed", True)
    assert not Upload.objects.exists()
    assert list(Path(settings.DATA_DIR).glob("tmp/import-remote-*")) == []


def test_what_was_not_chosen_is_asked_for(client: Client, file_connection: Connection) -> None:
    for sent in ({}, {"item": "[1]"}, {"item": '{"other": 1}'}):
        answer = client.post(address("connection_fetch", file_connection), sent)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    assert not Job.objects.filter(name="datasets.connection_fetch").exists()


@pytest.fixture
def shop(project: Project, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Connection:
    postgres.run(
        "DROP TABLE IF EXISTS sales",
        "CREATE TABLE sales AS SELECT n AS id, (n * 1.25)::numeric(12,2) AS amount "
        "FROM generate_series(1, 2500) n",
    )
    monkeypatch.setattr(settings, "OUTGOING_ALLOW", [f"127.0.0.1:{postgres.port}"])
    return make_connection(project, "Database", **postgres.options())


def test_a_table_is_previewed_in_part_and_imported_whole(
    client: Client, project: Project, user: User, shop: Connection
) -> None:
    if "parquet" not in {kind for each in connectors.all() for kind in each.kinds}:
        pytest.skip("no connector reads Parquet yet")
    things = client.get(address("connection", shop), {"place": "public"}).text
    assert "sales" in things
    item = {"schema": "public", "table": "sales"}
    client.post(address("connection_fetch", shop), {"item": json.dumps(item)})
    assert ran(Job.objects.get(name="datasets.connection_fetch")).state == "succeeded"
    upload = Upload.objects.get()
    assert (upload.partial, upload.name) == (True, "sales.parquet")
    page = client.get(reverse("import_preview", args=[project.pk, upload.pk])).text
    assert "These are the first rows of" in page
    dataset, job = dataset_import_start(project=project, user=user, upload=upload, name="Sales")
    assert ran(job).state == "succeeded", job.error
    version = Dataset.objects.get(pk=dataset.pk).current
    assert version.rows == 2500
    assert DatasetImport.objects.get().item["table"] == "sales"


def test_an_import_of_a_part_says_that_its_connection_is_gone(
    project: Project, user: User, shop: Connection
) -> None:
    if "parquet" not in {kind for each in connectors.all() for kind in each.kinds}:
        pytest.skip("no connector reads Parquet yet")
    item = {"query": "SELECT * FROM sales;"}
    ran(connection_fetch_start(connection=shop, user=user, item=item))
    connection_delete(connection=shop)
    upload = Upload.objects.get()
    _, job = dataset_import_start(project=project, user=user, upload=upload, name="Sales")
    assert "deleted" in ran(job).error


def test_a_select_that_does_not_work_is_not_lost(
    client: Client, user: User, shop: Connection
) -> None:
    job = ran(connection_fetch_start(connection=shop, user=user, item={"query": "selct 1"}))
    assert "syntax error" in job.error
    assert "syntax error" in client.get(address("connection_fetching", shop)).text


def test_the_api_makes_browses_and_fetches(
    client: Client, project: Project, postgres: Server, shop: Connection
) -> None:
    def send(path: str, body: Any, call: Callable[..., Any] = client.post) -> Any:
        return call(f"/api/v1{path}", body, content_type="application/json")

    kinds = client.get("/api/v1/connection-kinds").json()["items"]
    assert {"postgresql", "http_file"} <= {kind["key"] for kind in kinds}
    body = {
        "kind": "postgresql", "name": "By a script", "settings": postgres.options(),
        "secrets": postgres.secrets,
    }  # fmt: skip
    made = send(f"/projects/{project.pk}/connections", body)
    assert (made.status_code, made.json()["secrets"]) == (201, ["password"])
    path = f"/connections/{made.json()['id']}"
    assert "PostgreSQL" in send(f"{path}/test", {}).json()["said"]
    things = client.get(f"/api/v1{path}/things", {"place": "public", "search": "sal"}).json()
    assert [thing["name"] for thing in things["things"]] == ["sales"]
    fetched = send(f"{path}/fetch", {"item": things["things"][0]["item"]})
    assert fetched.status_code == 202
    moved = send(path, {"settings": postgres.options(host="evil.example.com")}, client.patch)
    assert (moved.status_code, list(moved.json()["error"]["fields"])) == (400, ["secrets.password"])
    assert send(path, {"secrets": {"password": None}}, client.patch).json()["secrets"] == []
    assert client.delete(f"/api/v1{path}").status_code == 204
