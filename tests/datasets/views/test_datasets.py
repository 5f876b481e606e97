"""The list of datasets of a project."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from projects.models import Project
from tests.factories import make_job, make_member, make_project
from tests.factories.datasets import make_dataset

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(name="Retail")


@pytest.fixture
def client(project: Project) -> Client:
    client = Client()
    client.force_login(project.membership.user)
    return client


def test_an_empty_project_offers_to_import(client: Client, project: Project) -> None:
    address = reverse("dataset_list", args=[project.pk])
    page = client.get(address).content.decode()
    assert "data-upload=" in page
    assert reverse("import_start", args=[project.pk]) in page
    viewer = Client()
    viewer.force_login(make_member(project, "viewer").user)
    page = viewer.get(address).content.decode()
    assert "No datasets yet" in page
    assert reverse("import_start", args=[project.pk]) not in page


def test_it_lists_searches_and_sorts(client: Client, project: Project) -> None:
    make_dataset(project, "orders")
    make_dataset(project, "customers", rows=[("A1", 1, "1")])
    address = reverse("dataset_list", args=[project.pk])
    page = client.get(address).content.decode()
    assert page.index("customers") < page.index("orders")
    page = client.get(address, {"sort": "rows"}).content.decode()
    assert page.index(">orders") < page.index(">customers")
    page = client.get(address, {"q": "ord"}).content.decode()
    assert ">customers" not in page
    assert "No dataset has this name" in client.get(address, {"q": "zzz"}).content.decode()


def test_it_shows_the_work_on_each_in_a_steady_number_of_queries(
    client: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    for n in range(20):
        dataset = make_dataset(project, f"d{n}")
        make_job(project, subject=f"dataset:{dataset.pk}", state="running", message=f"Step {n}.")
    with django_assert_max_num_queries(14):
        page = client.get(reverse("dataset_list", args=[project.pk])).content.decode()
    assert page.count("Step ") == 20
