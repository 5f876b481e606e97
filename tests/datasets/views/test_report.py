"""The report of an import of several files: what was left out of each of them."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.models import Dataset
from projects.models import Project
from tests.datasets.views.test_dataset import body
from tests.factories import make_project
from tests.factories.datasets import make_dataset, make_version

pytestmark = pytest.mark.django_db
FILES, ROWS = 120, 10
CELLS = [(3, "Price", "free", "not a number"), (14, "Price", "dear", "not a number"),
         (20, None, "a,b,c,d", "4 cells instead of 3"), (1_200, "Quantity", "x", "no")]  # fmt: skip


def file(number: int) -> dict[str, Any]:
    told = {"rows": ROWS, "read": ROWS, "rejected": 0, "empty": 0, "left_out": ""}
    return {"name": f"day {number}.csv", **told, "lacks": [], "lacks_count": 0}


@pytest.fixture
def project(client: Client) -> Project:
    made = make_project()
    client.force_login(made.members.get())
    return made


@pytest.fixture
def dataset(project: Project) -> Dataset:
    sums = {"rows_in_file": 1_200, "rows_read": 1_199, "rows_rejected": 1, "rows_empty": 0}
    report = {**sums, "files": [file(number) for number in range(1, FILES + 1)]}
    return make_dataset(project, report=report, rejected=CELLS)


def page(client: Client, dataset: Dataset, **query: Any) -> str:
    url = reverse("dataset_report", args=[dataset.project_id, dataset.pk])
    return html.unescape(client.get(url, query).content.decode())


def texts(shown: str) -> list[str]:
    return re.findall(r'class="sp-rejected-text">([^<]*)<', shown)


def test_what_was_left_out_is_narrowed_to_a_file(client: Client, dataset: Dataset) -> None:
    shown = page(client, dataset)
    assert texts(shown) == ["free", "dear", "a,b,c,d", "x"]
    assert '<option value="2">day 2.csv (2)</option>' in shown
    assert '<a href="?file=2#rejected">2 left out</a>' in shown
    assert shown.index("<bdi>day 120.csv</bdi>") < shown.index("<bdi>day 3.csv</bdi>")
    shown = page(client, dataset, file=2)
    assert texts(shown) == ["dear", "a,b,c,d"]
    assert '<option value="2" selected>' in shown
    assert texts(page(client, dataset, file=2, column="Price")) == ["dear"]
    assert texts(page(client, dataset, file=5)) == []
    assert len(texts(page(client, dataset, file=FILES + 1))) == len(CELLS)
    url = reverse("dataset_rejected", args=[dataset.project_id, dataset.pk])
    lines = body(client.get(url, {"file": 2})).decode("utf-8-sig").splitlines()
    assert lines[1:] == ["day 2.csv,4,Price,dear,not a number",
                         'day 2.csv,10,,"a,b,c,d",4 cells instead of 3']  # fmt: skip


def test_pages_of_files_keep_the_rest_of_the_address(client: Client, dataset: Dataset) -> None:
    make_version(dataset)
    shown = page(client, dataset, version=1, column="Price")
    assert 'href="?version=1&column=Price&files=2#files"' in shown
    last = page(client, dataset, version=1, files=99)
    assert "<bdi>day 119.csv</bdi>" in last
    assert len(texts(last)) == len(CELLS)
    assert '<th scope="col">File</th>' in last
