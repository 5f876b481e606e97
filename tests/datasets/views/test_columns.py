"""The tab Columns: pending, measured, searched, sorted, opened."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.engine.types import Column
from datasets.models import Dataset
from datasets.services import profiles
from datasets.web.column_facts import bars, share, value_words
from projects.models import Job, Project
from tests.datasets.services.test_profiles import context
from tests.factories import make_project
from tests.factories.datasets import make_dataset

pytestmark = pytest.mark.django_db
COLUMNS = [
    Column("Quantity", "integer"),
    Column("Empty", "text"),
    Column("Price", "decimal"),
    Column("When", "datetime"),
    Column("<b>Land", "text"),
    Column("CustomerID", "integer"),
]
ROWS = [
    (1, None, "1.5", "2011-01-02 08:26:00", "<i>FR", 15098),
    (3, None, "1234.5", "2011-02-02 10:00:00", "<i>FR", 15099),
    (-2, None, None, "2011-03-02 00:00:00", "UK", 15098),
]


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def dataset(project: Project) -> Dataset:
    dataset = make_dataset(project, columns=COLUMNS, rows=ROWS)
    profiles.profile_run(ctx=context(dataset))
    return dataset


@pytest.fixture
def client(project: Project) -> Client:
    client = Client()
    client.force_login(project.membership.user)
    return client


def page_of(client: Client, dataset: Dataset, **query: Any) -> str:
    url = reverse("dataset_columns", args=[dataset.project_id, dataset.pk])
    response = client.get(url, query)
    assert response.status_code == 200
    return str(response.content.decode())


def order_of(page: str) -> list[str]:
    names = ["Quantity", "Empty", "Price", "When", "&lt;b&gt;Land", "CustomerID"]
    return sorted((name for name in names if f'title="{name}"' in page), key=page.index)


def test_it_shows_every_column(client: Client, dataset: Dataset) -> None:
    page = page_of(client, dataset)
    assert "2011-01-02 08:26" in page
    assert "15098" in page
    assert "15,098<" not in page
    assert "33.3 %" in page
    assert page.count("<path d=") >= 5


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("-missing", "Empty", "CustomerID"),
        ("max", "Quantity", "&lt;b&gt;Land"),
        ("-mean", "CustomerID", "&lt;b&gt;Land"),
        ("name", "&lt;b&gt;Land", "When"),
        ("nonsense", "Quantity", "CustomerID"),
    ],
)
def test_it_sorts_by_any_measure(
    client: Client, dataset: Dataset, sort: str, first: str, last: str
) -> None:
    found = order_of(page_of(client, dataset, sort=sort))
    assert (found[0], found[-1]) == (first, last)


def test_it_searches_names_and_types(client: Client, dataset: Dataset) -> None:
    assert order_of(page_of(client, dataset, q="pri")) == ["Price"]
    assert order_of(page_of(client, dataset, q="integer")) == ["Quantity", "CustomerID"]
    assert "No column matches" in page_of(client, dataset, q="zzz")


def test_it_opens_a_column(client: Client, dataset: Dataset) -> None:
    page = page_of(client, dataset, open="<b>Land")
    assert "<bdi>&lt;i&gt;FR</bdi>" in page
    assert "66.7 %" in page
    assert "<i>FR" not in page
    page = page_of(client, dataset, open="Price")
    assert "50 % (median)" in page
    assert "618" in page
    assert 'aria-expanded="true"' in page
    assert "Rows with a value" in page_of(client, dataset, open="Empty")


def test_a_wide_table_comes_in_pages(client: Client, project: Project) -> None:
    columns = [Column(f"c{place}", "integer") for place in range(120)]
    wide = make_dataset(project, "wide", columns=columns, rows=[tuple(range(120))])
    profiles.profile_run(ctx=context(wide))
    page = page_of(client, wide)
    assert "100</strong> of <strong>120</strong>" in page
    assert 'title="c119"' in page_of(client, wide, page="9")


def test_it_waits_and_says_what_went_wrong(
    client: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = make_dataset(project, "fresh")
    monkeypatch.setattr(profiles, "job_wait", lambda job, seconds: job)
    page = page_of(client, fresh)
    assert 'hx-trigger="load delay:300ms"' in page

    def failed(job: Job, seconds: float) -> Job:
        job.state, job.error = Job.State.FAILED, "Too wide."
        return job

    monkeypatch.setattr(profiles, "job_wait", failed)
    assert "Too wide." in page_of(client, fresh)


def test_numbers_and_bars_as_people_read_them() -> None:
    assert (share(1, 10_000), share(0, 3), share(1, 2)) == ("under 0.1 %", "0 %", "50 %")
    assert value_words("x" * 200, str) == "x" * 59 + "…"
    assert (bars([]), bars([0, 0])) == ("", "")
    assert bars([2, 0, 1]).count("M") == 2
