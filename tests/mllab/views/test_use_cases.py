"""The popup *New use case*, the settings of a use case, and its end."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from datasets.models import Dataset
from mllab.models import UseCase
from projects.models import Project
from tests.factories import make_member, make_project
from tests.factories.datasets import make_dataset

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def customers(project: Project) -> Dataset:
    return make_dataset(project, "RFM customers")


@pytest.fixture
def owner(client: Client, project: Project) -> Client:
    client.force_login(project.members.get())
    return client


@pytest.fixture
def question(project: Project, customers: Dataset) -> UseCase:
    return UseCase.objects.create(project=project, name="Who buys often", dataset=customers)


def new_url(project: Project) -> str:
    return reverse("use_case_new", args=[project.pk])


def test_it_asks_in_the_agreed_order_and_proposes(
    owner: Client, project: Project, customers: Dataset
) -> None:
    make_dataset(project, "later")
    text = html.unescape(owner.get(f"{new_url(project)}?dataset={customers.pk}").text)
    labels = re.findall(r"<label for=\"id_\w+\">([^<]+)</label>", text)
    assert labels == ["Name", "Type", "Dataset"]
    assert 'value="Segments of RFM customers"' in text
    assert f'<option value="{customers.pk}" selected>RFM customers</option>' in text
    assert ">Clustering</option>" in text


def test_it_is_a_popup_for_htmx(owner: Client, project: Project, customers: Dataset) -> None:
    text = owner.get(new_url(project), headers=HTMX).text
    assert "<html" not in text
    assert 'id="sp-dialog-title"' in text
    assert "hx-post=" in text


def test_it_makes_the_use_case_and_goes_on(
    owner: Client, project: Project, customers: Dataset
) -> None:
    sent = {"name": "Who buys often", "type": "clustering", "dataset": str(customers.pk)}
    response = owner.post(new_url(project), sent, headers=HTMX)
    made = project.use_cases.get()
    assert response["HX-Redirect"] == reverse("experiment_new", args=[project.pk, made.pk])
    assert made.dataset == customers


def test_a_taken_name_is_refused_beside_the_field(
    owner: Client, project: Project, question: UseCase
) -> None:
    sent = {"name": question.name, "type": "clustering", "dataset": str(question.dataset_id)}
    response = owner.post(new_url(project), sent)
    assert response.status_code == 422
    assert f'value="{question.name}"' in response.text
    assert "choose another name" in response.text


def test_a_dataset_of_another_project_cannot_be_chosen(
    owner: Client, project: Project, customers: Dataset
) -> None:
    other = make_dataset(make_project(), "secret")
    sent = {"name": "Mine", "type": "clustering", "dataset": str(other.pk)}
    response = owner.post(new_url(project), sent)
    assert response.status_code == 422
    assert "Choose a dataset of this project that has rows." in response.text
    assert not project.use_cases.exists()


def test_without_a_dataset_it_leads_to_an_import(owner: Client, project: Project) -> None:
    text = owner.get(new_url(project)).text
    assert "No dataset has rows yet" in text
    assert reverse("import_start", args=[project.pk]) in text


def test_it_is_renamed(owner: Client, project: Project, question: UseCase) -> None:
    url = reverse("use_case_edit", args=[project.pk, question.pk])
    assert 'value="Who buys often"' in owner.get(url).text
    response = owner.post(url, {"name": "Best customers"}, follow=True)
    assert response.redirect_chain[0][0] == reverse("use_case", args=[project.pk, question.pk])
    question.refresh_from_db()
    assert question.name == "Best customers"
    assert owner.post(url, {"name": " "}).status_code == 422


def test_only_owners_see_its_end(client: Client, project: Project, question: UseCase) -> None:
    client.force_login(make_member(project, "editor").user)
    text = client.get(reverse("use_case_edit", args=[project.pk, question.pk])).text
    assert "Delete use case" not in text


def test_it_is_deleted_once_its_name_was_typed(
    owner: Client, project: Project, question: UseCase
) -> None:
    url = reverse("use_case_delete", args=[project.pk, question.pk])
    refused = owner.post(url, {"confirm_name": "another"})
    assert refused.status_code == 422
    assert "This is not the use case's name." in html.unescape(refused.text)
    assert project.use_cases.exists()
    response = owner.post(url, {"confirm_name": question.name})
    assert response["Location"] == reverse("lab", args=[project.pk])
    assert not project.use_cases.exists()
