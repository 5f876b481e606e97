"""The dataset's pages: grid, settings, downloads, report."""

import csv
import io
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from datasets.engine.types import Column
from datasets.models import Dataset
from projects.models import Project
from tests.factories import make_job, make_member, make_project
from tests.factories.datasets import make_dataset, make_version

pytestmark = pytest.mark.django_db
HOSTILE = [
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    'it\'s "both"',
    "x" * 200,
    "abc \u202egnp.exe",
    "</script><script>alert(1)</script>",
]
HX = {"HX-Request": "true", "HX-Target": "grid"}


@pytest.fixture
def project() -> Project:
    return make_project(rows_to_display=2)


@pytest.fixture
def dataset(project: Project) -> Dataset:
    return make_dataset(project)


@pytest.fixture
def client(project: Project) -> Client:
    client = Client()
    client.force_login(project.membership.user)
    return client


def url(dataset: Dataset, name: str = "dataset", **query: Any) -> str:
    address = reverse(name, args=[dataset.project_id, dataset.pk])
    return f"{address}?{urlencode(query, doseq=True)}" if query else address


def body(response: Any) -> bytes:
    async def collect() -> bytes:
        return b"".join([block async for block in response.streaming_content])

    assert isinstance(response, StreamingHttpResponse)
    return async_to_sync(collect)()


def test_it_shows_the_sample_and_all_rows_with_both_counts(
    client: Client, dataset: Dataset
) -> None:
    page = client.get(url(dataset)).content.decode()
    assert "<strong>2</strong> of <strong>3 rows</strong>: the first rows" in page
    assert ">A1<" in page
    assert ">C3<" not in page
    page = client.get(url(dataset, rows="all")).content.decode()
    assert '<td>C3</td><td class="sp-num"><span class="sp-grid-null" title="missing">∅' in page
    assert "1,234.50" in page


def test_it_sorts_and_says_so(client: Client, dataset: Dataset) -> None:
    response = client.get(url(dataset, rows="all", sort="-Price"), headers=HX)
    page = response.content.decode()
    assert page.index(">A2<") < page.index(">A1<") < page.index(">C3<")
    assert 'aria-sort="descending"' in page
    assert "<html" not in page
    assert response["HX-Push-Url"] == url(dataset, rows="all", sort="-Price")
    assert "HX-Request" in response["Vary"]


def test_a_filter_sent_without_javascript_becomes_an_address(
    client: Client, dataset: Dataset
) -> None:
    sent = {"rows": "all", "column": "Quantity", "op": "less", "value": "0"}
    response = client.get(url(dataset, **sent))
    wanted = url(dataset, rows="all", filter=['["Quantity","less","0"]'])
    assert response["Location"] == wanted
    page = client.get(wanted).content.decode()
    assert "<strong>1</strong> match" in page
    assert ">A2<" in page
    assert "<td>A1</td>" not in page


def test_a_filter_that_does_not_fit_keeps_what_was_typed(client: Client, dataset: Dataset) -> None:
    sent = {"column": "Quantity", "op": "between", "value": "1", "to": "many"}
    page = client.get(url(dataset, **sent)).content.decode()
    assert "“many” is not a whole number" in page
    assert 'value="many"' in page
    assert 'aria-invalid="true"' in page


@pytest.mark.parametrize("bad", ["[", "{}", '["a"]', "[1,2]", "[" * 5000, '["a","b",["c"]]'])
def test_it_says_that_a_filter_cannot_be_read(client: Client, dataset: Dataset, bad: str) -> None:
    response = client.get(url(dataset, filter=bad))
    assert response.status_code == 400
    assert "cannot be read" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "9" * 40},
        {"page": "999"},
        {"size": "7"},
        {"size": "x"},
        {"column": "nobody"},
        {"sort": ""},
        {"page": "²"},
    ],
)
def test_an_odd_address_opens_the_nearest_page(
    client: Client, dataset: Dataset, query: dict[str, str]
) -> None:
    response = client.get(url(dataset, **query))
    assert response.status_code == 200
    assert b">A1<" in response.content


def test_a_page_past_the_end_is_the_last(client: Client, project: Project) -> None:
    columns = [Column("n", "integer")]
    dataset = make_dataset(project, "many", columns, [(n,) for n in range(1, 61)])
    page = client.get(url(dataset, rows="all", size=25, page=9)).content.decode()
    assert "<strong>51\u201360</strong> of <strong>60</strong>" in page
    assert "Page 3 of 3" in page


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_and_values_are_text(client: Client, project: Project, name: str) -> None:
    dataset = make_dataset(project, name[:120], [Column(name, "text")], [(name,), (None,)])
    filters = json.dumps([name, "equals", name])
    pages = [
        client.get(reverse("dataset_list", args=[project.pk])),
        client.get(url(dataset, sort=name.replace(",", "%2C"), filter=filters, column=name)),
        client.get(url(dataset, "dataset_settings")),
    ]
    for response in pages:
        assert response.status_code == 200
        page = response.content.decode()
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert name != "{{7*7}}" or name in page
    data = client.get(url(dataset, "dataset_download", format="csv_raw"))
    assert list(csv.reader(io.StringIO(body(data).decode())))[1] == [name]
    assert "\r" not in data["Content-Disposition"]
    assert data["X-Content-Type-Options"] == "nosniff"
    assert data["Content-Disposition"].startswith("attachment")


def test_a_download_for_spreadsheets_is_marked_and_safe(client: Client, project: Project) -> None:
    dataset = make_dataset(project, "é", [Column("a", "text")], [("=1+1",)])
    response = client.get(url(dataset, "dataset_download"))
    assert body(response).decode() == "\ufeffa\n'=1+1\n"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%C3%A9.csv"
    assert client.get(url(dataset, "dataset_download", format="exe")).status_code == 400


def test_three_hundred_columns_open(client: Client, project: Project) -> None:
    columns = [Column(f"c{n}", "integer") for n in range(300)]
    dataset = make_dataset(project, "wide", columns, [tuple(range(300))] * 60)
    page = client.get(url(dataset, rows="all", size=500)).content.decode()
    assert page.count('<th scope="col"') == 301


def test_a_dataset_without_rows_says_what_becomes_of_it(client: Client, project: Project) -> None:
    dataset = Dataset.objects.create(project=project, name="new")
    assert b"No rows yet" in client.get(url(dataset)).content
    job = make_job(project, subject=f"dataset:{dataset.pk}", state="running", message="Reading")
    assert b"Reading" in client.get(url(dataset)).content
    type(job).objects.update(state="failed", error="The file is empty.")
    page = client.get(url(dataset)).content.decode()
    assert "The file is empty." in page
    assert "Import dataset" in page
    assert client.get(url(dataset, "dataset_download")).status_code == 409
    assert client.get(url(dataset, "dataset_report")).status_code == 409


def test_it_renames_and_says_what_is_wrong(client: Client, dataset: Dataset) -> None:
    make_dataset(dataset.project, "taken")
    response = client.post(url(dataset, "dataset_settings"), {"name": "taken"})
    assert response.status_code == 422
    assert b"already has a dataset" in response.content
    client.post(url(dataset, "dataset_settings"), {"name": "Sales", "description": "One a line"})
    dataset.refresh_from_db()
    assert (dataset.name, dataset.description) == ("Sales", "One a line")


def test_it_deletes_once_the_name_is_typed(client: Client, dataset: Dataset) -> None:
    response = client.post(url(dataset, "dataset_delete"), {"confirm_name": "order"})
    assert response.status_code == 422
    assert Dataset.objects.exists()
    response = client.post(url(dataset, "dataset_delete"), {"confirm_name": "orders"})
    assert response["Location"] == reverse("dataset_list", args=[dataset.project_id])
    assert not Dataset.objects.exists()


def test_an_editor_renames_but_does_not_delete(dataset: Dataset) -> None:
    editor = Client()
    editor.force_login(make_member(dataset.project, "editor").user)
    assert b"Only an owner" in editor.get(url(dataset, "dataset_settings")).content
    gone = editor.post(url(dataset, "dataset_delete"), {"confirm_name": "orders"})
    assert gone.status_code == 403


def test_the_report_adds_up_and_leads_to_every_cell(client: Client, project: Project) -> None:
    report = {
        "rows_in_file": 200, "rows_read": 3, "rows_rejected": 150, "rows_empty": 47,
        "columns": {"Price": {"unreadable": 12, "wanted": "decimal"}},
        "warnings": ["Look at “Price”."],
    }  # fmt: skip
    rejected = [(n, "Price" if n % 2 else None, f"=n/a {n}", "not a number") for n in range(150)]
    dataset = make_dataset(project, report=report, rejected=rejected)
    page = client.get(url(dataset, "dataset_report")).content.decode()
    words = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "rows read 3 in the file = 200 rejected" in words
    assert "12 of 14 values are not amounts" in page  # two are there, twelve are left out
    assert "=n/a 99" in page
    assert "=n/a 100" not in page
    assert "=n/a 149" in client.get(url(dataset, "dataset_report", page=2)).content.decode()
    sent = list(
        csv.reader(io.StringIO(body(client.get(url(dataset, "dataset_rejected"))).decode()))
    )
    assert len(sent) == 151
    assert sent[2] == ["1", "Price", "'=n/a 1", "not a number"]


def test_what_was_left_out_is_narrowed_down_also_in_an_older_version(
    client: Client, project: Project
) -> None:
    report = {"rows_in_file": 3, "rows_read": 3, "rows_rejected": 0, "rows_empty": 0}
    cells = [(n, "Price" if n % 2 else None, f"N/A {n}", "not a number") for n in range(150)]
    dataset = make_dataset(project, report=report, rejected=cells)
    make_version(dataset, report=report)
    assert "Every cell was read" in client.get(url(dataset, "dataset_report")).content.decode()
    history = client.get(url(dataset, "dataset_history")).content.decode()
    assert "report/?version=1" in history
    page = client.get(url(dataset, "dataset_report", version=1, column="Price")).content.decode()
    assert "This is the report of version 1" in page
    assert "of <strong>75</strong> entries" in page
    found = client.get(url(dataset, "dataset_report", version=1, of="rows", text="n/a 14"))
    assert re.findall(r"N/A \d+", found.content.decode()) == [
        "N/A 14", "N/A 140", "N/A 142", "N/A 144", "N/A 146", "N/A 148"
    ]  # fmt: skip
    none = client.get(url(dataset, "dataset_report", version=1, reason="bored"))
    assert "Nothing that was left out fits this" in none.content.decode()
    sent = body(client.get(url(dataset, "dataset_rejected", version=1, text="n/a 149"))).decode()
    assert sent.splitlines()[1:] == ["149,Price,N/A 149,not a number"]


def test_without_rejected_cells_there_is_nothing_to_download(
    client: Client, dataset: Dataset
) -> None:
    assert client.get(url(dataset, "dataset_rejected")).status_code == 404
