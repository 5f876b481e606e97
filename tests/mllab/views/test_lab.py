"""The list of use cases: what each shows, found, sorted, and empty in words that lead on."""

import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mllab.models import Experiment, MetricScore, Prototype, UseCase
from mllab.web.lab import score_text, score_word
from projects.models import Project
from tests.factories import make_member, make_project
from tests.factories.datasets import make_dataset

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def owner(client: Client, project: Project) -> Client:
    client.force_login(project.members.get())
    return client


def use_case(project: Project, name: str = "Who buys often", **fields: Any) -> UseCase:
    return UseCase.objects.create(project=project, name=name, **fields)


def scored(found: UseCase, *values: float | None) -> None:
    experiment = Experiment.objects.create(use_case=found, number=1)
    for number, value in enumerate(values, 1):
        made = Prototype.objects.create(experiment=experiment, number=number, algorithm="kmeans")
        MetricScore.objects.create(prototype=made, key="silhouette", value=value, n=100)


def page(client: Client, project: Project, query: str = "") -> str:
    return html.unescape(client.get(reverse("lab", args=[project.pk]) + query).text)


def test_an_empty_lab_leads_to_the_first_use_case(owner: Client, project: Project) -> None:
    text = page(owner, project)
    assert "Ask your first question" in text
    assert text.count("New use case") == 1
    assert reverse("use_case_new", args=[project.pk]) in text


def test_a_viewer_is_offered_no_button(client: Client, project: Project) -> None:
    client.force_login(make_member(project, "viewer").user)
    text = page(client, project)
    assert "No use cases yet" in text
    assert "New use case" not in text


def test_it_shows_dataset_prototypes_and_the_best_silhouette_in_words(
    owner: Client, project: Project
) -> None:
    scored(use_case(project, dataset=make_dataset(project, "RFM customers")), 0.31, None, 0.42)
    text = page(owner, project)
    assert "Who buys often" in text
    assert "RFM customers" in text
    assert "<strong>0.42</strong>" in text
    assert "Fair" in text
    assert '<td class="sp-num">3</td>' in text


def test_a_use_case_outlives_its_dataset(owner: Client, project: Project) -> None:
    use_case(project)
    text = page(owner, project)
    assert "Deleted" in text
    assert "Not trained yet" in text


def test_it_lists_those_of_one_dataset(owner: Client, project: Project) -> None:
    orders, customers = make_dataset(project, "orders"), make_dataset(project, "customers")
    use_case(project, "About orders", dataset=orders)
    use_case(project, "About customers", dataset=customers)
    text = page(owner, project, f"?dataset={orders.pk}")
    assert "About orders" in text
    assert "About customers" not in text
    assert f"{reverse('use_case_new', args=[project.pk])}?dataset={orders.pk}" in text


def test_a_dataset_without_use_cases_leads_to_its_first(owner: Client, project: Project) -> None:
    use_case(project)
    orders = make_dataset(project, "orders")
    text = page(owner, project, f"?dataset={orders.pk}")
    assert "No use case reads <bdi>orders</bdi> yet" in text
    assert f"?dataset={orders.pk}" in text


def test_it_is_searched_and_sorted(owner: Client, project: Project) -> None:
    for name in ("Beta", "Alpha", "Gamma"):
        use_case(project, name)
    text = page(owner, project, "?sort=name")
    assert text.index("Alpha") < text.index("Beta") < text.index("Gamma")
    found = page(owner, project, "?q=alp")
    assert "Alpha" in found
    assert "Beta" not in found
    assert "No use case has this name" in page(owner, project, "?q=nothing")


def test_the_page_of_a_dataset_leads_to_the_lab(owner: Client, project: Project) -> None:
    orders = make_dataset(project)
    text = owner.get(reverse("dataset", args=[project.pk, orders.pk])).text
    assert f"{reverse('lab', args=[project.pk])}?dataset={orders.pk}" in text


@pytest.mark.parametrize(
    ("value", "text", "word"),
    [
        (0.71, "0.71", "strong"),
        (0.5, "0.50", "good"),
        (0.3, "0.30", "fair"),
        (-0.2, "−0.20", "weak"),
        (None, "", ""),
    ],
)
def test_it_says_in_a_word_how_good_a_silhouette_is(
    value: float | None, text: str, word: str
) -> None:
    assert score_text(value) == text
    assert score_word(value)[0] == word
