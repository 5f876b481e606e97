"""Datasets by the REST API."""

import io
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from datasets.engine.types import Column
from datasets.models import Dataset
from projects.models import Project
from projects.services.tokens import token_create
from tests.datasets.views.test_dataset import body
from tests.factories import make_job, make_member, make_project
from tests.factories.datasets import make_dataset, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(rows_to_display=2)


@pytest.fixture
def dataset(project: Project) -> Dataset:
    return make_dataset(project, report={"rows_read": 3})


def api(user: Any, scope: str = "write") -> Client:
    _, secret = token_create(user=user, name="script", scope=scope)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def client(project: Project) -> Client:
    return api(project.membership.user)


def test_it_lists_datasets(client: Client, project: Project, dataset: Dataset) -> None:
    answer = client.get(f"/api/v1/projects/{project.pk}/datasets").json()
    assert answer["count"] == 1
    item = answer["items"][0]
    assert item["id"] == str(dataset.pk)
    assert (item["rows"], item["version"], item["state"]) == (3, 1, "succeeded")
    assert item["columns"][1] == {"name": "Quantity", "type": "integer", "missing": 1}
    assert item["report"] == {"rows_read": 3}
    assert client.get(f"/api/v1/datasets/{dataset.pk}").json() == item


def test_it_says_how_the_work_is(client: Client, project: Project) -> None:
    dataset = Dataset.objects.create(project=project, name="new")
    address = f"/api/v1/datasets/{dataset.pk}"
    assert client.get(address).json()["state"] == "empty"
    job = make_job(project, subject=f"dataset:{dataset.pk}")
    assert client.get(address).json()["state"] == "queued"
    type(job).objects.update(state="failed")
    assert client.get(address).json()["state"] == "failed"
    assert client.get(f"{address}/rows").status_code == 409


def test_it_gives_rows_as_json_values(client: Client, dataset: Dataset) -> None:
    answer = client.get(f"/api/v1/datasets/{dataset.pk}/rows", {"sort": "-Price"}).json()
    assert answer == {
        "columns": [
            {"name": "Invoice", "type": "text"},
            {"name": "Quantity", "type": "integer"},
            {"name": "Price", "type": "decimal"},
        ],
        "rows": [["A2", -1, 1234.5], ["A1", 3, 2.5], ["C3", None, None]],
        "count": 3,
    }
    query = {"limit": 1, "offset": 1, "sample": "true"}
    answer = client.get(f"/api/v1/datasets/{dataset.pk}/rows", query).json()
    assert (answer["rows"], answer["count"]) == ([["A2", -1, 1234.5]], 2)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"limit": 10_001}, 422),
        ({"limit": -1}, 422),
        ({"sort": "nobody"}, 400),
        ({"limit": 0}, 200),
    ],
)
def test_it_answers_odd_queries(
    client: Client, dataset: Dataset, query: dict[str, Any], status: int
) -> None:
    response = client.get(f"/api/v1/datasets/{dataset.pk}/rows", query)
    assert response.status_code == status
    if status != 200:
        assert response.json()["error"]["message"]


def test_infinite_numbers_are_valid_json(client: Client, project: Project) -> None:
    dataset = make_dataset(project, "odd", [Column("f", "float")], [("inf",), ("nan",), (1.5,)])
    response = client.get(f"/api/v1/datasets/{dataset.pk}/rows")
    assert response.json()["rows"] == [["inf"], ["nan"], [1.5]]


def test_it_changes_and_deletes(client: Client, project: Project, dataset: Dataset) -> None:
    address = f"/api/v1/datasets/{dataset.pk}"
    make_dataset(project, "taken")
    answer = client.patch(address, {"name": "Sales"}, content_type="application/json")
    assert (answer.status_code, answer.json()["name"]) == (200, "Sales")
    answer = client.patch(address, {"name": "taken"}, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_roles_and_scopes_hold(project: Project, dataset: Dataset) -> None:
    address = f"/api/v1/datasets/{dataset.pk}"
    read = api(project.membership.user, "read")
    viewer, editor = (api(make_member(project, role).user) for role in ("viewer", "editor"))
    stranger = api(make_project().membership.user)
    assert read.get(address).status_code == 200
    for client, status in ((read, 403), (viewer, 403), (editor, 403), (stranger, 404)):
        assert client.delete(address).status_code == status
    for path in ("", "/rows", "/versions", "/download"):
        assert stranger.get(address + path).status_code == 404
        assert Client().get(address + path).status_code == 401


def test_it_lists_versions(client: Client, dataset: Dataset) -> None:
    make_version(dataset)
    answer = client.get(f"/api/v1/datasets/{dataset.pk}/versions").json()
    assert [(item["number"], item["current"]) for item in answer["items"]] == [
        (2, True),
        (1, False),
    ]


def test_it_downloads(client: Client, dataset: Dataset) -> None:
    address = f"/api/v1/datasets/{dataset.pk}/download"
    assert body(client.get(address)).startswith(b"Invoice,Quantity,Price\nA1,3,2.5000\n")
    table = pq.read_table(io.BytesIO(body(client.get(address, {"format": "parquet"}))))
    assert table.column_names == ["Invoice", "Quantity", "Price"]
    assert body(client.get(address, {"format": "xlsx"})).startswith(b"PK")
    assert client.get(address, {"format": "exe"}).status_code == 422


REFUSED = {"file": None, "reason": "not a number"}


def test_it_lists_what_was_left_out(client: Client, project: Project) -> None:
    rejected = [(n, "Price" if n % 2 else None, f"=n/a {n}", "not a number") for n in range(5)]
    dataset = make_dataset(project, "damaged", rejected=rejected)
    page = client.get(f"/api/v1/datasets/{dataset.pk}/rejected?limit=2&offset=1").json()
    assert page["count"] == 5
    assert page["items"] == [
        {**REFUSED, "row": 1, "column": "Price", "text": "=n/a 1"},
        {**REFUSED, "row": 2, "column": None, "text": "=n/a 2"},
    ]
    whole = make_dataset(project, "whole")
    none = client.get(f"/api/v1/datasets/{whole.pk}/rejected").json()
    assert none == {"items": [], "count": 0}
