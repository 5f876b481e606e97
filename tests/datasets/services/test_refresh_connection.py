"""New rows from the connection that a dataset came from: the same thing, read again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from datasets.engine.remote.fetch_answer import Brought
from datasets.models import Dataset, DatasetImport
from datasets.services.refresh_connection import refresh_connection_start
from datasets.services.refresh_decided import Decided, SchemaDiffers
from datasets.services.versions import version_restore
from projects.jobs.runner import run_job
from projects.models import AuditEntry, Job, Project
from segplatform.kernel.errors import UserError
from tests.factories import make_project
from tests.factories.connections import make_connection
from tests.factories.datasets import make_dataset

ITEM = {"path": "/orders.csv"}


class Source:
    """What the connection gives at the moment; ``asked`` is for what it was asked."""

    def __init__(self) -> None:
        self.rows = "Invoice,Quantity,Price\nB1,7,1.25\n"
        self.asked: list[Any] = []

    def fetch(self, *, connection: Any, item: Any, target: Path, progress: Any,
              head: int | None = None) -> Brought:  # fmt: skip
        self.asked.append((connection.name, item, head))
        target.write_text(self.rows)
        return Brought(name="orders.csv", title="orders", whole=True, warnings=["It was slow."])


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Source:
    made = Source()
    monkeypatch.setattr("datasets.services.connection_jobs.connection_fetch", made.fetch)
    return made


@pytest.fixture
def project(db: None) -> Project:
    return make_project()


@pytest.fixture
def dataset(project: Project) -> Dataset:
    """Give a dataset of three rows that came from a connection."""
    made = make_dataset(project)
    DatasetImport.objects.create(
        dataset=made, source_name="orders.csv", connection=make_connection(project), item=ITEM,
        options={"delimiter": ","},
    )  # fmt: skip
    return made


def again(dataset: Dataset, mode: Any, accept: Mapping[str, str] | None = None, **told: Any) -> Job:
    user = dataset.project.members.get()
    decided = Decided(accept or {}, **told)
    job = refresh_connection_start(dataset=dataset, user=user, mode=mode, decided=decided)
    run_job(str(job.pk))
    job.refresh_from_db()
    dataset.refresh_from_db()
    return job


def rows(dataset: Dataset) -> tuple[int, int]:
    assert dataset.current is not None
    return dataset.current.number, dataset.current.rows


def test_the_same_thing_is_read_again(dataset: Dataset, source: Source) -> None:
    job = again(dataset, "refresh")
    assert (job.state, job.error) == ("succeeded", "")
    assert rows(dataset) == (2, 1)
    assert dataset.current is not None
    assert "It was slow." in dataset.current.report["warnings"]
    again(dataset, "append")
    assert rows(dataset) == (3, 2)
    assert [item for _, item, head in source.asked if head is None] == [ITEM, ITEM]


def test_what_differs_is_asked_before_it_is_read_again(dataset: Dataset, source: Source) -> None:
    source.rows = "Invoice,Quantity\nB1,7\n"
    assert "“Price” is not in orders.csv." in again(dataset, "refresh").error
    with pytest.raises(SchemaDiffers) as stopped:
        again(dataset, "refresh")
    assert [each["column"] for each in stopped.value.differences] == ["Price"]
    assert again(dataset, "refresh", {"Price": "drop"}).state == "succeeded"
    assert rows(dataset) == (2, 1)


def test_a_source_that_was_mended_is_read_anew(
    client: Client, dataset: Dataset, source: Source
) -> None:
    before, source.rows = source.rows, "Invoice,Quantity\nB1,7\n"
    assert again(dataset, "refresh").state == "failed"
    client.force_login(dataset.project.members.get())
    path = f"/projects/{dataset.project_id}/datasets/{dataset.pk}/refresh/"
    assert "Read it anew" in client.get(path).content.decode()
    assert again(dataset, "refresh", again=True).state == "failed"  # as it was
    source.rows = before
    assert client.post(path, {"connection": "yes", "again": "yes"}).status_code == 302
    run_job(str(Job.objects.latest("created").pk))
    dataset.refresh_from_db()
    assert rows(dataset) == (2, 1)


def test_a_column_with_a_new_name_stays_the_same_column(
    client: Client, dataset: Dataset, source: Source
) -> None:
    source.rows = "Invoice,Quantity,Amount\nB1,7,1.25\n"
    assert again(dataset, "refresh").state == "failed"
    assert "“Amount” (an amount) is new" in again(dataset, "append").error
    assert again(dataset, "append", same={"Price": "Amount"}).state == "succeeded"
    version_restore(dataset=dataset, number=1, user=dataset.project.members.get())
    dataset.refresh_from_db()
    assert again(dataset, "refresh", same={"Price": ""}).state == "failed"
    with pytest.raises(SchemaDiffers) as stopped:
        again(dataset, "refresh", same={"Price": "Other"})
    assert stopped.value.differences[0]["candidates"] == ["Amount"]
    assert again(dataset, "refresh", same={"Price": "Amount"}).state == "succeeded"
    assert again(dataset, "append").state == "succeeded"
    assert rows(dataset) == (5, 2)
    client.force_login(dataset.project.members.get())
    page = client.get(f"/projects/{dataset.project_id}/datasets/{dataset.pk}/append/")
    assert "“Price” is called “Amount” in orders.csv." in page.content.decode()
    version_restore(dataset=dataset, number=4, user=dataset.project.members.get())
    dataset.refresh_from_db()
    assert again(dataset, "append").state == "succeeded"
    assert "is not in orders.csv" in again(dataset, "append", same={"Price": ""}).error


def test_only_newer_rows_are_asked_for(client: Client, dataset: Dataset, source: Source) -> None:
    table = {"schema": "public", "table": "orders"}
    dataset.imports.update(item=table, options={"renamed": {"Qty": "Quantity"}})
    client.force_login(dataset.project.members.get())
    path = f"/projects/{dataset.project_id}/datasets/{dataset.pk}/"
    page = client.get(f"{path}append/").content.decode()
    assert '<option value="Quantity">Quantity after 3</option>' in page
    source.rows = "Invoice,Qty,Price\nB1,7,1.25\n"
    assert client.post(f"{path}append/", {"connection": "yes", "newer": "Price"}).status_code == 400
    client.post(f"{path}append/", {"connection": "yes", "newer": "Quantity"})
    run_job(str(Job.objects.latest("created").pk))
    asked = {**table, "query": "", "newer_column": "Qty", "newer_than": "3"}
    assert source.asked[-1][1] == asked
    dataset.refresh_from_db()
    assert rows(dataset) == (2, 4)
    assert "those with Quantity after 3" in client.get(f"{path}history/").content.decode()
    assert '"Quantity" selected>' in client.get(f"{path}append/").content.decode()
    assert AuditEntry.objects.get(action="dataset.append").detail["newer"] == "Quantity"
    # Nothing newer: no version, and the page says so.
    source.rows = "Invoice,Qty,Price\n"
    job = again(dataset, "append", newer="Quantity")
    assert (job.state, rows(dataset)) == ("succeeded", (2, 4))
    assert source.asked[-1][1]["newer_than"] == "7"
    said = "orders.csv has no rows with Quantity after 7."
    assert said in job.result["nothing"]
    assert said in client.get(path).content.decode()
    # All of it again: what was asked for last does not stay with the source.
    again(dataset, "refresh")
    assert source.asked[-1][1] == table
    with pytest.raises(UserError, match="added from a connection"):
        again(dataset, "refresh", newer="Quantity")


def test_two_clicks_are_one_job(dataset: Dataset, source: Source) -> None:
    user = dataset.project.members.get()
    jobs = {
        refresh_connection_start(dataset=dataset, user=user, mode="refresh", decided=Decided()).pk
        for _ in range(2)
    }
    assert len(jobs) == 1


def test_a_file_is_no_connection(project: Project) -> None:
    with pytest.raises(UserError, match="choose a file with the new rows"):
        again(make_dataset(project, "other"), "refresh")


def test_the_page_reads_again_and_asks(
    client: Client, project: Project, dataset: Dataset, source: Source
) -> None:
    client.force_login(project.members.get())
    path = f"/projects/{project.pk}/datasets/{dataset.pk}/"
    assert "read all of" in client.get(path).content.decode()
    assert "All of its rows come behind" in client.get(f"{path}append/").content.decode()
    source.rows = "Invoice,Quantity\nB1,7\n"
    assert client.post(f"{path}refresh/", {"connection": "yes"}).status_code == 302
    run_job(str(Job.objects.latest("created").pk))
    page = client.get(path).content.decode()
    assert "The rows were not replaced" in page
    assert f'href="{path}refresh/"' in page
    assert "“Price” is not in orders.csv." in client.get(f"{path}refresh/").content.decode()
    assert client.post(f"{path}refresh/", {"connection": "yes"}).status_code == 409
    decided = {"connection": "yes", "differs-0": "Price", "accept-0": "empty"}
    assert client.post(f"{path}refresh/", decided).status_code == 302
    run_job(str(Job.objects.latest("created").pk))
    dataset.refresh_from_db()
    assert rows(dataset) == (2, 1)
