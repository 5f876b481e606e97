"""The tabs Dendrogram and k-distance: what is drawn, and a new prototype that is cut elsewhere."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from mllab.models import Experiment, Prototype, UseCase
from mllab.web.cut import axis_to
from projects.models import User
from tests.factories.mllab import make_prepared, make_prototype

pytestmark = pytest.mark.django_db


def url_of(prototype: Prototype, name: str = "prototype_cut") -> str:
    use_case = prototype.experiment.use_case
    return reverse(name, args=[use_case.project_id, use_case.pk, prototype.pk])


@pytest.fixture
def tree(client: Client, use_case: UseCase, user: User) -> Prototype:
    client.force_login(user)
    return make_prototype(make_prepared(use_case, seed=7), "agglomerative", k=3, linkage="average")


def test_a_tree_is_drawn_with_its_table(client: Client, tree: Prototype) -> None:
    text = client.get(url_of(tree)).text
    assert text.count("data-node=") == 30
    assert 'role="slider"' in text
    assert "33.3 %, 33.3 %, 33.3 %" in text
    found = re.search(r'<script id="cut-data"[^>]*>(.*?)</script>', text)
    assert found
    assert json.loads(found[1])["k"] == 3
    assert ">Dendrogram</a>" in client.get(url_of(tree, "prototype")).text


def test_a_new_prototype_is_trained_with_all_else_the_same(client: Client, tree: Prototype) -> None:
    response = client.post(url_of(tree, "prototype_vary"), {"k": "5"})
    assert (
        response["Location"] == f"/projects/{tree.experiment.use_case.project_id}/lab/"
        f"{tree.experiment.use_case_id}/"
    )
    made = Experiment.objects.get(number=2)
    assert (made.seed, made.features[0]["column"]) == (7, "Recency")
    assert made.algorithms == [
        {"algorithm": "agglomerative", "params": {"k": 5, "linkage": "average"}}
    ]
    assert Prototype.objects.count() == 2


@pytest.mark.parametrize("sent", [{"k": "3"}, {"k": "many"}, {"k": "101"}, {"eps": "far"}])
def test_what_changes_nothing_or_does_not_fit_is_told(
    client: Client, tree: Prototype, sent: dict[str, str]
) -> None:
    response = client.post(url_of(tree, "prototype_vary"), sent)
    assert response["Location"] == url_of(tree)
    assert "sp-notice-bad" in client.get(url_of(tree)).text
    assert Experiment.objects.count() == 1


def test_a_curve_is_drawn_and_trained_anew(client: Client, tree: Prototype) -> None:
    found = make_prototype(tree.experiment, "dbscan", eps=0.6)
    text = client.get(url_of(found)).text
    assert "<polyline points=" in text
    assert "The dashed line is the reach of this prototype, 0.6." in text
    assert ">k-distance</a>" in text
    client.post(url_of(found, "prototype_vary"), {"eps": "0.75"})
    made = Experiment.objects.get(number=2)
    assert made.algorithms[0]["params"]["eps"] == 0.75


def test_others_have_nothing_to_cut(client: Client, tree: Prototype) -> None:
    found = make_prototype(tree.experiment, "kmeans", k=2)
    assert "Nothing to cut here" in client.get(url_of(found)).text
    assert url_of(found) not in client.get(url_of(found, "prototype")).text


def test_axes_have_round_ends() -> None:
    assert axis_to(112.3).ticks == ["150", "100", "50", "0"]
    assert axis_to(0.38).ticks == ["0.4", "0.3", "0.2", "0.1", "0"]
    assert axis_to(0.0).top == 1
