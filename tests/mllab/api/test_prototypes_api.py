"""Segments of a prototype by the REST API: named, added to the flow, sent as a file."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from mllab.models import Prototype, Segmentation, UseCase
from projects.models import Project
from projects.services.tokens import token_create
from tests.factories import make_member
from tests.factories.mllab import make_experiment, make_prepared, make_prototype

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1"


def api(user: Any, scope: str = "write") -> Client:
    _, secret = token_create(user=user, name="script", scope=scope)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def client(project: Project) -> Client:
    return api(project.membership.user)


@pytest.fixture
def prototype(use_case: UseCase) -> Prototype:
    return make_prototype(make_prepared(use_case), k=3)


def here(prototype: Prototype, rest: str = "") -> str:
    return f"{API}/prototypes/{prototype.pk}{rest}"


def change(client: Client, prototype: Prototype, label: int, **values: Any) -> Any:
    url = here(prototype, f"/segments/{label}")
    return client.patch(url, values, content_type="application/json")


def text_of(answer: Any) -> str:
    async def collect() -> bytes:
        return b"".join([block async for block in answer.streaming_content])

    return async_to_sync(collect)().decode()


def test_segments_are_listed_and_changed(client: Client, prototype: Prototype) -> None:
    changed = change(client, prototype, 1, name="Loyal", color=9, action="Thank them")
    assert changed.status_code == 200, changed.content
    found = client.get(here(prototype, "/segments")).json()
    assert found["count"] == 3
    assert found["items"][1] == changed.json()
    assert changed.json() == {
        "label": 1, "name": "Loyal", "color": 9, "description": "", "action": "Thank them",
        "size": 20, "share": pytest.approx(1 / 3),
    }  # fmt: skip
    assert change(client, prototype, 1, name="").json()["name"] == "Segment 2"
    assert change(client, prototype, 1, name="Loyal").status_code == 200
    items = client.get(here(prototype, "/assignments?limit=60")).json()["items"]
    assert {item["name"] for item in items if item["segment"] == 1} == {"Loyal"}


@pytest.mark.parametrize(
    ("values", "status", "field"),
    [
        ({"name": "Segment 3"}, 409, "name"),
        ({"name": "x" * 61}, 400, "name"),
        ({"color": 13}, 400, "color"),
        ({"color": "blue"}, 422, "color"),
        ({"colour": 3}, 422, "colour"),
    ],
)
def test_what_does_not_fit_is_named(
    client: Client, prototype: Prototype, values: dict[str, Any], status: int, field: str
) -> None:
    answer = change(client, prototype, 0, **values)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (status, [field])
    assert not prototype.segment_words.exists()


def test_a_prototype_is_added_to_the_flow_and_replaced(
    client: Client, prototype: Prototype, waited_for: None
) -> None:
    url = here(prototype, "/promote")
    made = client.post(url, {}, content_type="application/json")
    assert made.status_code == 200, made.content
    assert made.json()["name"] == "Who buys how"
    assert (made.json()["version"], made.json()["prototype"]) == (1, str(prototype.pk))
    again = client.post(url, {"name": "Who buys how"}, content_type="application/json")
    assert (again.status_code, list(again.json()["error"]["fields"])) == (409, ["name"])
    assert client.delete(here(prototype)).status_code == 409
    other = make_prototype(prototype.experiment, k=2)
    body = {"segmentation": made.json()["id"]}
    newer = client.post(here(other, "/promote"), body, content_type="application/json").json()
    assert (newer["id"], newer["version"], newer["segments"]) == (made.json()["id"], 2, 2)
    assert Segmentation.objects.count() == 1


def test_customers_are_sent_as_a_file(client: Client, prototype: Prototype) -> None:
    change(client, prototype, 2, name="=Lost")
    answer = client.get(here(prototype, "/download?format=csv&segment=2"))
    assert answer.status_code == 200
    rows = text_of(answer).splitlines()
    assert rows[0].endswith("segment,segment_name,segment_confidence")
    assert len(rows) == 21
    assert all(",2,'=Lost," in row for row in rows[1:])
    assert "Lost" in answer.headers["Content-Disposition"]
    for query, status in (("format=pdf", 422), ("segment=3", 404), ("segment=-2", 422)):
        assert client.get(here(prototype, f"/download?{query}")).status_code == status


def test_what_is_not_trained_has_nothing_to_give(client: Client, use_case: UseCase) -> None:
    prototype = make_prototype(make_experiment(use_case))
    for rest in ("/segments", "/download"):
        assert client.get(here(prototype, rest)).status_code == 409
    answer = client.post(here(prototype, "/promote"), {}, content_type="application/json")
    assert answer.status_code == 409


def test_who_may_not_is_refused(project: Project, prototype: Prototype) -> None:
    viewer = api(make_member(project, "viewer").user)
    assert change(viewer, prototype, 0, name="Mine").status_code == 403
    url = here(prototype, "/promote")
    assert viewer.post(url, {}, content_type="application/json").status_code == 403
    assert viewer.get(here(prototype, "/segments")).status_code == 200
    stranger = api(make_member(Project.objects.create(name="Other"), "owner").user)
    assert stranger.get(here(prototype, "/segments")).status_code == 404
