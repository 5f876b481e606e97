"""The ML Lab by the REST API: from a use case to who is in which segment."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from datasets.models import Dataset
from mllab.models import Prototype, UseCase
from projects.models import Project
from projects.services.tokens import token_create
from tests.factories import make_member
from tests.factories.datasets import make_version
from tests.factories.mllab import (
    RFM_COLUMNS,
    RFM_INPUTS,
    make_experiment,
    make_prepared,
    make_prototype,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue_server")]
API = "/api/v1"


def api(user: Any, scope: str = "write") -> Client:
    _, secret = token_create(user=user, name="script", scope=scope)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def client(project: Project) -> Client:
    return api(project.membership.user)


@pytest.fixture
def dataset(use_case: UseCase) -> Dataset:
    assert use_case.dataset
    return use_case.dataset


def post(client: Client, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"{API}{path}", body or {}, content_type="application/json")


def get(client: Client, path: str, status: int = 200) -> Any:
    answer = client.get(f"{API}{path}")
    assert answer.status_code == status, answer.content
    return answer.json()


def start(client: Client, use_case: UseCase, **body: Any) -> Any:
    asked = {"features": RFM_INPUTS, "models": [{"algorithm": "kmeans", "params": {"k": 3}}]}
    return post(client, f"/use-cases/{use_case.pk}/experiments", {**asked, **body})


def test_it_lists_algorithms_and_metrics(client: Client) -> None:
    found = {each["key"]: each for each in get(client, "/algorithms")["items"]}
    assert {"kmeans", "gaussian_mixture", "agglomerative", "dbscan"} <= set(found)
    assert found["kmeans"]["schema"]["properties"]["k"]["default"] == 4
    metrics = {each["key"]: each["direction"] for each in get(client, "/metrics")["items"]}
    assert metrics["silhouette"] == "higher"
    assert (metrics["davies_bouldin"], metrics["noise_share"]) == ("lower", "none")


def test_it_makes_changes_and_deletes_a_use_case(
    client: Client, project: Project, dataset: Dataset
) -> None:
    path = f"/projects/{project.pk}/use-cases"
    made = post(client, path, {"name": "Ask", "dataset": str(dataset.pk), "type": "clustering"})
    assert made.status_code == 201, made.content
    assert post(client, path, {"name": "ask", "dataset": str(dataset.pk)}).status_code == 409
    assert post(client, path, {"name": "B", "dataset": str(uuid4())}).status_code == 404
    wrong = post(client, path, {"name": "B", "dataset": str(dataset.pk), "type": "magic"})
    assert wrong.json()["error"]["fields"].keys() == {"type"}
    here = f"/use-cases/{made.json()['id']}"
    change = {"name": "Asked", "rank_by": "davies_bouldin"}
    changed = client.patch(f"{API}{here}", change, content_type="application/json").json()
    assert (changed["name"], changed["rank_by"]) == ("Asked", "davies_bouldin")
    bad = client.patch(f"{API}{here}", {"rank_by": "x"}, content_type="application/json")
    assert (bad.status_code, list(bad.json()["error"]["fields"])) == (400, ["rank_by"])
    assert get(client, path)["count"] == 2
    assert client.delete(f"{API}{here}").status_code == 204
    get(client, here, 404)


def test_it_trains_and_answers_with_everything(
    client: Client, use_case: UseCase, run_all: Callable[[], None]
) -> None:
    answer = start(client, use_case, seed=7)
    assert answer.status_code == 202, answer.content
    body = answer.json()
    assert body["job"]["state"] == "running"
    assert body["experiment"]["seed"] == 7
    assert len(body["experiment"]["prototypes"]) == 1
    run_all()
    assert get(client, f"/jobs/{body['job']['id']}")["state"] == "succeeded"
    experiment = get(client, f"/experiments/{body['experiment']['id']}")
    assert (experiment["rows"], experiment["state"]) == (60, "succeeded")
    assert get(client, f"/use-cases/{use_case.pk}/experiments")["count"] == 1
    board = get(client, f"/use-cases/{use_case.pk}/leaderboard?rank_by=calinski_harabasz")
    row = board["items"][0]
    assert (board["rank_by"], row["rank"], row["state"]) == ("calinski_harabasz", 1, "succeeded")
    assert (row["algorithm"], row["params"]["k"], row["segments"]) == ("kmeans", 3, 3)
    assert row["scores"]["silhouette"].keys() == {"value", "n", "standard_error"}
    here = f"/prototypes/{row['prototype']}"
    assert get(client, here)["scores"] == row["scores"]
    page = get(client, f"{here}/assignments?limit=2&offset=1")
    assert [item["CustomerID"] for item in page["items"]] == ["10001", "10002"]
    assert get(client, f"{here}/profile")
    assert get(client, f"{here}/figures/map").keys() >= {"data", "layout"}
    assert json.dumps(get(client, f"{here}/figures/sizes"), allow_nan=False)
    get(client, f"{here}/figures/nope", 404)
    assert post(client, f"{here}/retrain").status_code == 409
    assert client.delete(f"{API}{here}").status_code == 204
    assert not Prototype.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"features": [{"column": "Nope", "role": "input"}]}, "features.0.column"),
        ({"features": [{"column": "R", "role": "boss"}]}, "features.0.role"),
        ({"models": [{"algorithm": "kmeans", "params": {"k": -1}}]}, "models.0.params.k"),
        ({"models": [{"algorithm": "kmeans", "params": {"kk": 1}}]}, "models.0.params.kk"),
        ({"models": [{"algorithm": "nope"}]}, "models.0.algorithm"),
        ({"models": []}, "models"),
        ({"models": [{"algorithm": "kmeans"}] * 61}, "models"),
        ({"models": "kmeans"}, "models"),
        ({"preprocessing": {"pca": "maybe"}}, "preprocessing.pca"),
        ({"preprocessing": {"default": {"weight": 0}}}, "preprocessing.default.weight"),
        ({"seed": 2**40}, "seed"),
        ({"feature": []}, "feature"),
    ],
)
def test_what_does_not_fit_is_named(
    client: Client, use_case: UseCase, body: dict[str, Any], field: str
) -> None:
    answer = start(client, use_case, **body)
    assert answer.status_code in (400, 422), answer.content
    assert field in answer.json()["error"]["fields"]


def test_without_features_those_proposed_are_taken(
    client: Client, use_case: UseCase, waited_for: None
) -> None:
    proposals = get(client, f"/use-cases/{use_case.pk}/features")["items"]
    roles = {each["column"]: each["role"] for each in proposals}
    assert [name for name, role in roles.items() if role == "input"] == [
        "Recency", "Frequency", "Monetary",
    ]  # fmt: skip
    answer = start(client, use_case, features=[])
    assert answer.status_code == 202, answer.content
    taken = answer.json()["experiment"]["features"]
    assert {each["column"]: each["role"] for each in taken} == roles


def test_two_prototypes_are_compared(client: Client, use_case: UseCase, waited_for: None) -> None:
    experiment = make_prepared(use_case)
    one, two = make_prototype(experiment, k=3), make_prototype(experiment, k=2)
    found = get(client, f"/prototypes/{one.pk}/compare/{two.pk}")
    assert (found["rows"], found["a"], found["b"]) == (60, str(one.pk), str(two.pk))
    assert sum(map(sum, found["table"])) == 60
    assert 0 < found["ari"] < 1


def test_segments_are_compared_with_groups_of_the_table(
    client: Client, use_case: UseCase, waited_for: None
) -> None:
    prototype = make_prototype(make_prepared(use_case), k=3)
    found = get(client, f"/prototypes/{prototype.pk}/groups")
    assert (found["column"], found["rows"]) == ("Group", 60)
    assert {each["name"] for each in found["groups"]} == {"Champions", "At risk", "New"}
    assert sum(map(sum, found["table"])) == 60
    assert "RFM" in found["columns"]
    other = get(client, f"/prototypes/{prototype.pk}/groups?column=R")
    assert [each["rows"] for each in other["groups"]] == [20, 20, 20]
    refused = get(client, f"/prototypes/{prototype.pk}/groups?column=X", 400)
    assert "no column" in refused["error"]["message"]


def test_work_that_cannot_be_done_now_is_a_conflict(
    client: Client, use_case: UseCase, dataset: Dataset
) -> None:
    prototype = make_prototype(make_experiment(use_case))
    for part in ("assignments", "profile", "figures/map"):
        get(client, f"/prototypes/{prototype.pk}/{part}", 409)
    make_version(dataset, RFM_COLUMNS[:1], [("1",)])
    assert start(client, use_case).status_code == 400
    dataset.delete()
    answer = start(client, use_case)
    assert answer.status_code == 409
    assert "was deleted" in answer.json()["error"]["message"]


def test_who_may_not_is_refused(project: Project, use_case: UseCase) -> None:
    viewer = api(make_member(project, "viewer").user)
    editor = api(make_member(project, "editor").user)
    reader = api(project.membership.user, scope="read")
    assert start(viewer, use_case).status_code == 403
    assert start(reader, use_case).status_code == 403
    assert editor.delete(f"{API}/use-cases/{use_case.pk}").status_code == 403
    assert get(viewer, f"/use-cases/{use_case.pk}/leaderboard")["items"] == []
