"""The list of steps: each press is one request, with htmx or without, and can be taken back."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.models import Dataset
from projects.models import Project
from tests.factories import make_project
from tests.factories.datasets import make_dataset

pytestmark = pytest.mark.django_db
STEPS = {
    "steps-0-kind": "formula",
    "steps-0-column": "Total",
    "steps-0-expression": "Quantity * Price",
    "steps-4-kind": "drop_missing",
    "steps-4-columns": ["Invoice", "Price"],
    "steps-4-disabled": "on",
}


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def orders(project: Project) -> Dataset:
    return make_dataset(project)


@pytest.fixture
def press(client: Client, project: Project, orders: Dataset) -> Any:
    client.force_login(project.members.get())
    url = reverse("recipe_new", args=[project.pk, "prepare"]) + f"?input={orders.pk}"

    def pressed(do: str, sent: dict[str, Any] | None = None, **more: Any) -> Any:
        body = {**(STEPS if sent is None else sent), "do": do, **more}
        return client.post(url, body, headers={"HX-Request": "true"})

    return pressed


def kinds(response: Any) -> list[str]:
    return re.findall(r'name="steps-\d+-kind" value="(\w+)"', response.content.decode())


def history(response: Any) -> str:
    found = re.search(r'name="history" value="([^"]*)"', response.content.decode())
    assert found
    return html.unescape(found[1])


@pytest.mark.parametrize(
    ("do", "after"),
    [
        ("add:filter", ["formula", "drop_missing", "filter"]),
        ("up:1", ["drop_missing", "formula"]),
        ("down:0", ["drop_missing", "formula"]),
        ("remove:0", ["drop_missing"]),
        ("up:0", ["formula", "drop_missing"]),
        ("down:1", ["formula", "drop_missing"]),
        ("remove:9", ["formula", "drop_missing"]),
        ("up:x", ["formula", "drop_missing"]),
        ("sideways:1", ["formula", "drop_missing"]),
    ],
)
def test_a_press_changes_the_list(press: Any, do: str, after: list[str]) -> None:
    response = press(do)
    assert kinds(response) == after
    assert b"<html" not in response.content
    changed = after != ["formula", "drop_missing"]
    assert len(json.loads(history(response))) == changed


def test_undo_brings_a_removed_step_back_with_its_values(press: Any) -> None:
    removed = press("remove:1")
    assert json.loads(removed["HX-Trigger"])["sp:announce"]["message"].startswith("Step 2 removed")
    response = press("undo", {"steps-0-kind": "formula"}, history=history(removed))
    text = response.content.decode()
    assert kinds(response) == ["formula", "drop_missing"]
    assert 'value="Invoice" checked' in text
    assert 'value="Quantity" checked' not in text
    assert 'name="steps-1-disabled" checked' in text
    assert history(response) == "[]"


@pytest.mark.parametrize("damaged", ["", "{", "7", '[["x"]]', '[[["steps-0-kind", "nothing"]]]'])
def test_a_damaged_history_breaks_nothing(press: Any, damaged: str) -> None:
    assert press("undo", history=damaged).status_code == 200


def test_without_javascript_a_select_adds_a_step(
    client: Client, project: Project, orders: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(project.members.get())
    monkeypatch.setattr("datasets.services.previews.job_wait", lambda job, seconds: job)
    url = reverse("recipe_new", args=[project.pk, "prepare"])
    body = {**STEPS, "do": "add", "add-kind": "filter", "input": str(orders.pk), "output": "Mine"}
    response = client.post(url, body)
    assert kinds(response) == ["formula", "drop_missing", "filter"]
    assert b"<html" in response.content
    assert b'value="Mine"' in response.content


def test_a_later_step_may_use_what_an_earlier_one_makes(press: Any) -> None:
    text = press("add:drop_missing").content.decode()
    later = text[text.index('name="steps-2-kind"') :]
    assert 'name="steps-2-columns" value="Total"' in later
    assert 'name="steps-1-columns" value="Total"' in text
    alone = press("up:1").content.decode()
    assert 'name="steps-0-columns" value="Total"' not in alone
