"""Segmentations by the REST API: their words, their segments, scoring, downloads."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from datasets.models import Dataset
from mllab.models import Segmentation, UseCase
from tests.factories import make_member
from tests.factories.datasets import make_dataset
from tests.factories.mllab import make_prepared, make_prototype, make_segmentation
from tests.mllab.api.test_mllab_api import API, api, get, post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queue_server")]


@pytest.fixture
def found(use_case: UseCase) -> Segmentation:
    return make_segmentation(make_prototype(make_prepared(use_case), k=3))


@pytest.fixture
def here(found: Segmentation) -> str:
    return f"/segmentations/{found.pk}"


@pytest.fixture
def client(found: Segmentation) -> Client:
    return api(found.project.membership.user)


def patch(client: Client, path: str, **body: Any) -> Any:
    return client.patch(f"{API}{path}", body, content_type="application/json")


def body(response: Any) -> bytes:
    async def read() -> bytes:
        return b"".join([block async for block in response.streaming_content])

    return async_to_sync(read)()


def test_it_lists_changes_and_deletes(client: Client, found: Segmentation, here: str) -> None:
    listed = get(client, f"/projects/{found.project_id}/segmentations")
    assert listed["count"] == 1
    assert listed["items"][0] == get(client, here)
    assert (get(client, here)["version"], get(client, here)["segments"]) == (1, 3)
    changed = patch(client, here, name="Who buys", description="For the spring").json()
    assert (changed["name"], changed["description"]) == ("Who buys", "For the spring")
    assert patch(client, here, name=" ").json()["error"]["fields"].keys() == {"name"}
    assert patch(client, here, version=2).status_code == 422
    assert client.delete(f"{API}{here}").status_code == 204
    get(client, here, 404)


def test_a_former_version_is_restored(client: Client, found: Segmentation, here: str) -> None:
    assert found.current
    first = found.current.prototype
    second = make_prototype(first.experiment, k=2)
    found.current = found.versions.create(number=2, prototype=second)
    found.save()
    versions = get(client, f"{here}/versions")["items"]
    assert [(each["number"], each["is_current"]) for each in versions] == [(2, True), (1, False)]
    restored = client.post(f"{API}{here}/versions/1/restore").json()
    assert (restored["version"], restored["prototype"]) == (3, str(first.pk))
    assert client.post(f"{API}{here}/versions/3/restore").status_code == 409
    assert client.post(f"{API}{here}/versions/9/restore").status_code == 404


def test_a_segment_is_read_and_renamed(client: Client, here: str) -> None:
    said = {"name": "Champions", "color": 7, "description": "Often", "action": "Thank them"}
    changed = patch(client, f"{here}/segments/1", **said)
    assert changed.json().items() >= said.items()
    assert get(client, f"{here}/segments/1") == changed.json()
    segments = get(client, f"{here}/segments")
    assert [each["name"] for each in segments["items"]] == ["Segment 1", "Champions", "Segment 3"]
    assert sum(each["size"] for each in segments["items"]) == 60
    assert patch(client, f"{here}/segments/0", name="champions").status_code == 409
    assert patch(client, f"{here}/segments/0", color=13).status_code == 400
    get(client, f"{here}/segments/3", 404)


def test_customers_are_downloaded_with_the_name_of_their_segment(client: Client, here: str) -> None:
    patch(client, f"{here}/segments/1", name="Champions")
    answer: Any = client.get(f"{API}{here}/download?format=csv_raw&segment=1")
    rows = list(csv.DictReader(io.StringIO(body(answer).decode())))
    assert len(rows) == get(client, f"{here}/segments/1")["size"]
    assert {(row["segment"], row["segment_name"]) for row in rows} == {("1", "Champions")}
    assert "Champions" in answer["Content-Disposition"]
    get(client, f"{here}/download?segment=9", 404)


def test_a_dataset_is_scored(
    client: Client, found: Segmentation, here: str, run_all: Callable[[], None]
) -> None:
    source = Dataset.objects.get(name="customers")
    patch(client, f"{here}/segments/0", name="Champions")
    answer = post(client, f"{here}/score", {"dataset": str(source.pk), "output": "scored"})
    assert answer.status_code == 202, answer.content
    run_all()
    assert get(client, f"/jobs/{answer.json()['job']['id']}")["state"] == "succeeded"
    made = get(client, f"/datasets/{answer.json()['output']}/rows?limit=100")
    names = [column["name"] for column in made["columns"]]
    assert names[-3:] == ["segment", "segment_name", "segment_confidence"]
    champions = sum("Champions" in row for row in made["rows"])
    assert champions == get(client, f"{here}/segments/0")["size"]
    assert client.delete(f"{API}{here}").status_code == 409


def test_what_cannot_be_scored_is_said(client: Client, found: Segmentation, here: str) -> None:
    prices = make_dataset(found.project, "prices")
    lacking = post(client, f"{here}/score", {"dataset": str(prices.pk), "output": "scored"})
    assert lacking.status_code in (400, 409)
    assert "Recency" in lacking.json()["error"]["message"]
    taken = {"dataset": str(Dataset.objects.get(name="customers").pk), "output": "prices"}
    assert "output" in post(client, f"{here}/score", taken).json()["error"]["fields"]


def test_a_stranger_is_told_nothing_and_a_viewer_changes_nothing(
    found: Segmentation, here: str
) -> None:
    viewer = api(make_member(found.project, "viewer").user)
    assert get(viewer, here)["id"] == str(found.pk)
    assert patch(viewer, here, name="Mine").status_code == 403
    assert patch(viewer, f"{here}/segments/0", name="Mine").status_code == 403
