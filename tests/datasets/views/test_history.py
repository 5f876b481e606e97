"""The tab History, restore by page and by API, and downloads of old versions."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.engine.types import Column
from datasets.models import Dataset
from datasets.services.datasets import job_subject
from projects.models import Project
from tests.datasets.api.test_datasets_api import api
from tests.datasets.views.test_dataset import body
from tests.factories import make_job, make_member, make_project
from tests.factories.datasets import COLUMNS, ROWS, make_dataset, make_version
from tests.factories.recipes import make_recipe, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def dataset(project: Project) -> Dataset:
    dataset = make_dataset(project)
    dataset.versions.update(origin={"source": "<b>orders.csv"})
    make_version(dataset, [*COLUMNS[:2], Column("Land", "text")], [("B1", 1, "FR")])
    return dataset


def signed_in(project: Project, role: str = "owner") -> Client:
    client = Client()
    member = project.membership if role == "owner" else make_member(project, role)
    client.force_login(member.user)
    return client


def url(dataset: Dataset, name: str = "dataset_history", *more: Any) -> str:
    return reverse(name, args=[dataset.project_id, dataset.pk, *more])


def test_it_lists_what_made_each_version_and_what_changed(
    project: Project, dataset: Dataset
) -> None:
    page = signed_in(project).get(url(dataset)).content.decode()
    assert page.index("Version 2") < page.index("Version 1")
    assert "Import of &lt;b&gt;orders.csv" in page
    assert "<strong>1 row</strong>" in page
    assert "(−2)" in page
    assert "Added: <bdi>Land</bdi>" in page
    assert "Removed: <bdi>Price</bdi>" in page


def test_a_viewer_sees_and_downloads_but_does_not_restore(
    project: Project, dataset: Dataset
) -> None:
    client = signed_in(project, "viewer")
    page = client.get(url(dataset)).content.decode()
    assert "Restore" not in page
    address = url(dataset, "dataset_download")
    assert body(client.get(f"{address}?format=csv_raw&version=1")).count(b"\n") == 4
    assert client.get(f"{address}?version=9").status_code == 404
    assert client.post(url(dataset, "version_restore", 1)).status_code == 403


def test_an_editor_restores(project: Project, dataset: Dataset) -> None:
    client = signed_in(project, "editor")
    response = client.post(url(dataset, "version_restore", 1), follow=True)
    page = response.content.decode()
    assert "Version 1 is current again, as version 3." in page
    assert "Restored from version 1" in page
    make_job(project, subject=job_subject(dataset=dataset))
    page = client.post(url(dataset, "version_restore", 2), follow=True).content.decode()
    assert "is being filled right now" in page
    assert dataset.versions.count() == 3


def test_a_recipe_is_named(project: Project, dataset: Dataset) -> None:
    recipe = make_recipe(project, [dataset])
    for _ in range(2):
        make_run(recipe)
    client = signed_in(project)
    page = client.get(url(recipe.output)).content.decode()
    assert reverse("recipe", args=[project.pk, recipe.pk]) in page
    assert "same number of rows" in page
    client.post(url(recipe.output, "version_restore", 1))
    page = client.get(url(recipe.output)).content.decode()
    assert "Version 1 was restored; the next run of the recipe replaces it." in page


def test_a_long_history_comes_in_pages(project: Project) -> None:
    dataset = make_dataset(project, rows=ROWS)
    first = dataset.versions.get()
    for number in range(2, 53):
        first.pk, first.number, first._state.adding = None, number, True
        first.save()
    client = signed_in(project)
    assert "50</strong> of <strong>52</strong>" in client.get(url(dataset)).content.decode()
    page = client.get(url(dataset) + "?page=2").content.decode()
    assert "Version 1<" in page
    assert "Version 3<" not in page


def test_the_api_restores(project: Project, dataset: Dataset) -> None:
    client = api(project.membership.user, "write")
    address = f"/api/v1/datasets/{dataset.pk}/versions"
    answer = client.post(f"{address}/1/restore")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["number"], made["rows"], made["current"]) == (3, 3, True)
    assert client.post(f"{address}/3/restore").status_code == 409
    assert client.post(f"{address}/9/restore").status_code == 404
