"""The tab Later value and its calls: what a result says, what a mistake leaves standing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from datasets.engine.types import Column
from mllab.engine.value_figure import value_figure
from mllab.models import Prototype, UseCase, ValueCheck
from mllab.services.value_settings import Asked
from mllab.web.value_words import verdict_of
from projects.models import User
from projects.services.tokens import token_create
from tests.factories.datasets import make_dataset
from tests.factories.mllab import make_prepared, make_prototype

pytestmark = pytest.mark.django_db
ASKED = Asked(
    orders="5a3c5c38-7d1d-4a0c-9a5c-2f3b1d6f0c11", version="", customer="CustomerID", date="Day",
    amount="Worth", invoice="", key="CustomerID", day="2011-09-11", horizon=90, as_of=True,
    leak="none", note="", known_until="2011-12-09", first="2010-12-01", last="2011-11-09",
).__dict__  # fmt: skip


def numbers(customers: int, spend: float, share: float) -> dict[str, Any]:
    return {
        "customers": customers, "active": customers, "active_share": 1.0, "spend": spend,
        "mean": spend / customers, "median": 1.0, "orders": customers, "orders_each": 1.0,
        "low": 0.5 * spend / customers, "high": 2 * spend / customers, "method": "bca",
        "share": share, "spend_share": spend / 1000, "index": 100.0,
    }  # fmt: skip


def result(**more: Any) -> dict[str, Any]:
    segments = [{"label": 0, **numbers(15, 610, 0.25)}, {"label": 1, **numbers(45, 390, 0.75)}]
    found = {
        "segments": segments, "everyone": numbers(60, 1000, 1.0), "matched": 50,
        "explained": {"share": 0.2, "h": 11.8, "p": 0.0006, "groups": 2}, "without_segment": 0,
        "newcomers": 5, "newcomers_spend": 100.0, "covered": 60, "as_of": True, "leak": "none",
        "note": "", "dataset": "orders", "version": 2, "has_orders": False,
    }  # fmt: skip
    return found | {"figure": value_figure(segments, found["everyone"])} | more


@pytest.fixture
def prototype(client: Client, use_case: UseCase, user: User) -> Prototype:
    client.force_login(user)
    return make_prototype(make_prepared(use_case), k=2)


def url_of(prototype: Prototype, name: str = "prototype_value") -> str:
    use_case = prototype.experiment.use_case
    return reverse(name, args=[use_case.project_id, use_case.pk, prototype.pk])


def test_a_mistake_keeps_what_was_typed(client: Client, prototype: Prototype) -> None:
    assert "No transactions to measure by" in client.get(url_of(prototype)).text
    columns = [Column("CustomerID", "text"), Column("Day", "date"), Column("Worth", "decimal")]
    project = prototype.experiment.use_case.project
    make_dataset(project, name="<b>orders", columns=columns, rows=[("10000", "2011-01-05", "5")])
    page = client.get(url_of(prototype)).text
    assert "&lt;b&gt;orders" in page
    assert "was imported, so nothing here tells" in page
    assert page.count(">Choose…<") == 1
    sent = {"day": "2012-03-04", "horizon": "31"}
    asked = client.post(url_of(prototype, "prototype_value_run"), sent)
    assert "Say which column of “&lt;b&gt;orders” is the amount." in asked.text
    sent["amount"] = "Worth"
    answer = client.post(url_of(prototype, "prototype_value_run"), sent)
    assert answer.status_code == 422
    assert "ends on 2011-01-05, so nothing was bought from 2012-03-04 on" in answer.text
    assert 'value="2012-03-04"' in answer.text
    assert 'value="31"' in answer.text


def test_a_result_in_words_on_pages_and_by_the_api(
    client: Client, prototype: Prototype, user: User
) -> None:
    prototype.segment_words.create(label=0, name="Loyal")
    _, secret = token_create(user=user, name="script", scope="read")
    script = Client(headers={"Authorization": f"Bearer {secret}"})
    address = f"/api/v1/prototypes/{prototype.pk}/value-check"
    assert script.get(address).status_code == 404
    board = [prototype.experiment.use_case.project_id, prototype.experiment.use_case_id]
    assert "later value" not in client.get(reverse("use_case", args=board)).text
    ValueCheck.objects.create(
        prototype=prototype, asked=ASKED, result=result(), share=0.2, created=timezone.now()
    )
    said = (
        "“Loyal” is 25 % of the customers and brought 61 % of what they spent in the 60 days "
        "from 11 September 2011."
    )
    page = client.get(url_of(prototype)).text
    assert said in page
    assert "Only 60 of 90 days are in the data" in page
    assert "10 of 60 customers are nowhere in the transactions" in page
    assert "5 more customers bought in these days for 100, 9.1 % of all" in page
    assert said in client.get(url_of(prototype, "prototype")).text
    assert said in client.get(reverse("use_case_report", args=board)).text
    assert "later value ε² 0.20" in client.get(reverse("use_case", args=board)).text
    found = script.get(address).json()
    assert (found["headline"], found["segments"][0]["name"]) == (said, "Loyal")
    assert found["settings"]["as_of"] is True


@pytest.mark.parametrize(
    ("more", "level", "title"),
    [
        ({}, "ok", "differs clearly"),
        ({"explained": {"share": 0.03, "h": 9.0, "p": 0.01, "groups": 2}}, "warn", "little"),
        ({"explained": {"share": 0.1, "h": 2.0, "p": 0.3, "groups": 2}}, "warn", "by chance"),
        ({"explained": {"share": 0.001, "h": 9.0, "p": 0.01, "groups": 2}}, "bad", "the same"),
        ({"leak": "unknown"}, "warn", "differs clearly"),
        ({"explained": {"share": None, "h": None, "p": None, "groups": 1}}, "bad", "Nobody"),
    ],
)
def test_the_verdict_follows_the_share_explained(
    more: dict[str, Any], level: str, title: str
) -> None:
    verdict = verdict_of(result(**more), ASKED, str)
    assert verdict.level == level
    assert title in verdict.title
