"""The tab Charts and its bars by the API."""

import html

import pytest
from django.test import Client

from datasets.engine.types import Column
from datasets.models import Dataset
from projects.models import Project
from tests.factories import make_project
from tests.factories.datasets import make_dataset

pytestmark = pytest.mark.django_db
COLUMNS = [
    Column("CustomerID", "integer"),
    Column("Country", "text"),
    Column("Quantity", "integer"),
]
ROWS = [
    (1, "France", 5),
    (1, "France", 2),
    (2, "Spain", 1),
    (3, "<b>Oz</b>", 4),
    (None, "Spain", 9),
]


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def orders(project: Project) -> Dataset:
    return make_dataset(project, name="orders", columns=COLUMNS, rows=ROWS)


@pytest.fixture
def owner(client: Client, project: Project) -> Client:
    client.force_login(project.members.get())
    return client


def test_it_shows_customers_by_country_at_once(owner: Client, orders: Dataset) -> None:
    answer = owner.get(f"/projects/{orders.project_id}/datasets/{orders.pk}/charts/")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Customers by Country" in text
    assert html.escape("<b>Oz</b>") in text
    assert "<b>Oz</b>" not in text


def test_a_wrong_column_is_named(owner: Client, orders: Dataset) -> None:
    address = f"/projects/{orders.project_id}/datasets/{orders.pk}/charts/?by=Nothing"
    assert "Nothing" in owner.get(address).content.decode()


def test_the_api_counts_different_customers(owner: Client, orders: Dataset) -> None:
    asked = {"by": "Country", "measure": "distinct", "of": "CustomerID"}
    answer = owner.get(f"/api/v1/datasets/{orders.pk}/chart", asked)
    assert answer.status_code == 200
    found = {bar["value"]: (bar["amount"], bar["rows"]) for bar in answer.json()["bars"]}
    assert found == {"France": (1, 2), "Spain": (1, 2), "<b>Oz</b>": (1, 1)}


def test_the_api_asks_for_a_column(owner: Client, orders: Dataset) -> None:
    answer = owner.get(f"/api/v1/datasets/{orders.pk}/chart")
    assert answer.status_code == 400
    assert "column" in answer.json()["error"]["message"]
