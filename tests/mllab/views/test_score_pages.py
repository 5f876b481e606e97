"""The recipe Score on pages and in the API: menus, its form, its preview, the flow, roles."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.models import Dataset, Recipe
from mllab.models import Segmentation, UseCase
from projects.models import Project, User
from tests.factories import make_member
from tests.factories.datasets import make_dataset
from tests.factories.mllab import customers, make_prepared, make_prototype, make_segmentation

pytestmark = pytest.mark.django_db(transaction=True)
NEW = ("segment", "segment_name", "segment_confidence")


@pytest.fixture
def segmentation(use_case: UseCase) -> Segmentation:
    return make_segmentation(make_prototype(make_prepared(use_case), k=3), "Groups")


@pytest.fixture
def shoppers(project: Project) -> Dataset:
    return customers(project, "shoppers", 30)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return html.unescape(response.content.decode())


def new_url(project: Project, *inputs: Dataset) -> str:
    return reverse("recipe_new", args=[project.pk, "score"]) + "".join(
        f"?input={each.pk}" for each in inputs
    )


def test_a_project_without_a_segmentation_does_not_see_it(
    project: Project, user: User, shoppers: Dataset
) -> None:
    client, url = signed_in(user), new_url(project)
    for page in (
        reverse("flow", args=[project.pk]),
        reverse("dataset", args=[project.pk, shoppers.pk]),
    ):
        assert url not in text_of(client.get(page))
    for address in (url, new_url(project, shoppers)):
        page = text_of(client.get(address))
        assert "No segmentation to score with yet" in page
        assert f'href="{reverse("lab", args=[project.pk])}"' in page


def test_menus_lead_to_it_once_there_is_one(
    project: Project, user: User, shoppers: Dataset, segmentation: Segmentation
) -> None:
    client = signed_in(user)
    flow = text_of(client.get(reverse("flow", args=[project.pk])))
    for dataset in project.datasets.all():
        assert new_url(project, dataset) in flow
    assert f'href="{new_url(project)}"' in flow
    assert "shoppers" in text_of(client.get(new_url(project)))


def test_its_form_proposes_what_fits(
    project: Project, user: User, shoppers: Dataset, segmentation: Segmentation
) -> None:
    page = text_of(signed_in(user).get(new_url(project, shoppers)))
    assert f'<option value="{segmentation.pk}" selected>Groups</option>' in page
    assert 'value="shoppers scored"' in page
    assert 'name="prefix" value="segment"' in page


@pytest.mark.usefixtures("waited_for")
def test_its_preview_marks_the_new_columns_and_names_what_lacks(
    project: Project, user: User, shoppers: Dataset, segmentation: Segmentation
) -> None:
    client, url = signed_in(user), reverse("recipe_preview", args=[project.pk])
    sent = {"kind": "score", "segmentation": str(segmentation.pk), "prefix": "segment"}
    page = text_of(client.post(url, {**sent, "input": str(shoppers.pk)}))
    assert page.count("· new") == len(NEW)
    assert all(f'title="{name}">{name}<' in page for name in NEW)
    assert "Rows per segment" in page
    orders = make_dataset(project)
    page = text_of(client.post(url, {**sent, "input": str(orders.pk)}))
    assert "needs “Recency”, “Frequency” and “Monetary”, which the dataset does not have" in page


def test_it_is_made_run_and_shown_in_the_flow(
    project: Project, user: User, shoppers: Dataset, segmentation: Segmentation,
    run_all: Callable[[], None],
) -> None:  # fmt: skip
    client = signed_in(user)
    sent = {"segmentation": str(segmentation.pk), "prefix": "kind", "output": "scored", "do": "run"}
    assert client.post(new_url(project, shoppers), sent).status_code == 302
    run_all()
    recipe = Recipe.objects.get()
    assert recipe.params == {"segmentation": str(segmentation.pk), "prefix": "kind"}
    page = text_of(client.get(reverse("flow", args=[project.pk])))
    assert "K-Means, 3 segments · Learned from" in page
    assert "3 datasets · 1 recipe · 1 model" in page
    report = reverse("dataset_report", args=[project.pk, recipe.output_id])
    assert "Rows per segment" in text_of(client.get(report))
    assert "selected>Groups" in text_of(client.get(reverse("recipe", args=[project.pk, recipe.pk])))


def test_the_api_makes_it_and_gives_the_model_in_the_flow(
    project: Project, user: User, shoppers: Dataset, segmentation: Segmentation
) -> None:
    client = signed_in(user)
    body = {
        "kind": "score", "inputs": [str(shoppers.pk)], "output": "scored",
        "params": {"segmentation": str(segmentation.pk)},
    }  # fmt: skip
    url = f"/api/v1/projects/{project.pk}/recipes"
    made = client.post(url, body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["params"]["prefix"] == "segment"
    found = client.get(f"/api/v1/projects/{project.pk}/flow").json()
    model = next(node for node in found["nodes"] if node["kind"] == "model")
    assert (model["id"], model["title"], model["family"], model["state"]) == (
        str(segmentation.pk), "Groups", "model", "up_to_date",
    )  # fmt: skip
    arrows = [(edge["source"], edge["target"]) for edge in found["edges"]]
    assert (str(segmentation.pk), made.json()["id"]) in arrows
    assert (str(project.datasets.get(name="customers").pk), str(segmentation.pk)) in arrows
    kinds = {
        kind["key"]: kind["family"] for kind in client.get("/api/v1/recipe-kinds").json()["items"]
    }
    assert kinds["score"] == "model"


def test_viewers_look_and_editors_make(
    project: Project, shoppers: Dataset, segmentation: Segmentation
) -> None:
    viewer, editor = (signed_in(make_member(project, role).user) for role in ("viewer", "editor"))
    assert viewer.get(new_url(project, shoppers)).status_code == 403
    assert editor.get(new_url(project, shoppers)).status_code == 200
    flow = text_of(viewer.get(reverse("flow", args=[project.pk])))
    assert "K-Means, 3 segments" in flow
    assert new_url(project) not in flow
