"""*Create Prototypes*: two steps, a draft that keeps everything, errors where they belong."""

import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasets.engine.types import Column
from datasets.models import Dataset
from mllab.models import Experiment, UseCase
from mllab.services.features import PreviewPending
from mllab.views import experiments as view
from mllab.web import features as page
from projects.models import Project
from segplatform.kernel.errors import UserError
from tests.factories import make_project
from tests.factories.datasets import make_dataset

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
COLUMNS = [Column("Recency", "integer"), Column("Monetary", "decimal"), Column("Email", "text")]
ROWS = [(n, f"{n}.5", f"p{n}@example.org") for n in range(1, 30)]
NUMBER = {"missing": 0, "distinct": 29, "min": 1, "max": 29, "skew": 2.4}
HISTOGRAM = {"edges": [0, 1, 2], "counts": [20, 9]}
BASE = {
    f"f-{place}-{name}": value
    for place, (column, role) in enumerate(
        [("Recency", "input"), ("Monetary", "input"), ("Email", "ignored")]
    )
    for name, value in (("column", column), ("role", role))
}
SKETCHES = [
    {
        "column": "Recency",
        "before": {"bins": HISTOGRAM, "skew": 2.4},
        "after": {"bins": {"counts": [14, 15]}, "skew": 0.1},
        "words": "Signed logarithm, then standard scaling",
    }
]


def proposal(column: str, kind: str, role: str, **more: Any) -> dict[str, Any]:
    profile = NUMBER | {"histogram": HISTOGRAM} if kind != "text" else {"distinct": 29}
    return {
        "column": column, "type": kind, "role": role, "reason": f"Why {column}.",
        "is_personal": False, "profile": profile, **more,
    }  # fmt: skip


PROPOSALS = [
    proposal("Recency", "integer", "input"),
    proposal("Monetary", "decimal", "input"),
    proposal("Email", "text", "ignored", is_personal=True),
]


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def customers(project: Project) -> Dataset:
    return make_dataset(project, "customers", COLUMNS, ROWS)


@pytest.fixture
def question(project: Project, customers: Dataset) -> UseCase:
    return UseCase.objects.create(project=project, name="Who buys often", dataset=customers)


@pytest.fixture
def owner(client: Client, project: Project, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(page, "features_propose", lambda **_: PROPOSALS)
    monkeypatch.setattr(page, "sketch_ask", lambda **_: SKETCHES)
    client.force_login(project.members.get())
    return client


def url_of(found: UseCase, step: str = "features") -> str:
    return reverse("experiment_new", args=[found.project_id, found.pk]) + f"?step={step}"


def text_of(response: Any) -> str:
    return html.unescape(response.text)


def with_features(client: Client, found: UseCase) -> Experiment:
    assert client.post(url_of(found), BASE).status_code == 302
    return Experiment.objects.get(use_case=found, started=None)


def test_it_proposes_roles_with_reasons_and_facts(owner: Client, question: UseCase) -> None:
    text = text_of(owner.get(url_of(question)))
    assert "2 inputs · 0 display only · 1 ignored" in text
    assert "Why Recency." in text
    assert "<span>29 distinct</span><span>1 to 29</span>" in text
    assert 'name="f-0-role" value="input" checked' in text
    assert "Personal data" in text
    assert 'name="f-2-confirmed"' in text
    assert text.count("<svg viewBox") == 2


def test_looking_stores_nothing(owner: Client, question: UseCase) -> None:
    owner.get(url_of(question))
    assert not Experiment.objects.exists()


def test_it_waits_for_the_columns_in_a_part_of_the_page(
    owner: Client, question: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pending(**_: Any) -> None:
        raise PreviewPending("in a moment")

    monkeypatch.setattr(page, "features_propose", pending)
    text = text_of(owner.get(url_of(question)))
    assert 'hx-trigger="load' in text
    assert "Next: models" not in text
    monkeypatch.setattr(page, "features_propose", lambda **_: PROPOSALS)
    part = text_of(owner.get(url_of(question), headers=HTMX))
    assert "<html" not in part
    assert "Next: models" in part


def test_columns_that_cannot_be_measured_say_so(
    owner: Client, question: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise UserError("Too large to measure.")

    monkeypatch.setattr(page, "features_propose", broken)
    text = text_of(owner.get(url_of(question)))
    assert "Too large to measure." in text
    assert "Try again" in text


def test_the_draft_keeps_roles_and_settings(owner: Client, question: UseCase) -> None:
    sent = BASE | {"f-0-skew": "log", "f-0-weight": "2", "d-scaling": "robust", "f-1-skew": ""}
    response = owner.post(url_of(question), sent | {"f-1-role": "display"})
    assert response["Location"] == url_of(question, "models")
    draft = Experiment.objects.get()
    roles = {item["column"]: item["role"] for item in draft.features}
    assert roles == {"Recency": "input", "Monetary": "display", "Email": "ignored"}
    assert list(draft.preprocessing["columns"]) == ["Recency"]
    own = draft.preprocessing["columns"]["Recency"]
    assert (own["skew"], own["weight"], own["scaling"]) == ("log", 2.0, "robust")
    text = text_of(owner.get(url_of(question)))
    assert 'name="f-1-role" value="display" checked' in text
    assert '<option value="log" selected>Signed logarithm</option>' in text


def test_a_wrong_setting_is_marked_and_kept(owner: Client, question: UseCase) -> None:
    response = owner.post(url_of(question), BASE | {"f-0-weight": "heavy"})
    assert response.status_code == 422
    text = text_of(response)
    assert 'value="heavy"' in text
    assert "Write a number." in text.split('id="error-f-0-weight"')[1][:600]


def test_something_must_be_trained_on(owner: Client, question: UseCase) -> None:
    sent = BASE | {"f-0-role": "display", "f-1-role": "display"}
    response = owner.post(url_of(question), sent)
    assert response.status_code == 422
    assert "at least one column as an input" in text_of(response)


def test_personal_data_is_confirmed_first(owner: Client, question: UseCase) -> None:
    response = owner.post(url_of(question), BASE | {"f-2-role": "input"})
    assert response.status_code == 422
    assert "looks like personal data" in text_of(response)
    sent = BASE | {"f-2-role": "input", "f-2-confirmed": "on"}
    assert owner.post(url_of(question), sent).status_code == 302


def test_the_sketch_answers_in_its_place_and_keeps_the_draft(
    owner: Client, question: UseCase
) -> None:
    url = reverse("experiment_sketch", args=[question.project_id, question.pk])
    text = text_of(owner.post(url, BASE, headers=HTMX))
    assert 'id="sketch-0" hx-swap-oob="true"' in text
    assert "skew 2.4" in text
    assert "skew 0.1" in text
    assert 'id="settings-1" hx-swap-oob="true"' in text  # the page had no fields for it yet
    assert Experiment.objects.get().features[0] == {
        "column": "Recency", "role": "input", "confirmed": False,
    }  # fmt: skip


def test_what_is_set_while_a_sketch_is_being_made_stays(
    owner: Client, question: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*args: Any) -> dict[str, Any]:
        owner.post(url_of(question), BASE | {"f-0-role": "display"})
        return page.sketch_context(*args)

    monkeypatch.setattr(view, "sketch_context", slow)
    url = reverse("experiment_sketch", args=[question.project_id, question.pk])
    assert owner.post(url, BASE, headers=HTMX).status_code == 200
    assert [each["role"] for each in Experiment.objects.get().features] == [
        "display", "input", "ignored",
    ]  # fmt: skip


def test_a_sketch_of_wrong_settings_leaves_the_draft(owner: Client, question: UseCase) -> None:
    url = reverse("experiment_sketch", args=[question.project_id, question.pk])
    owner.post(url, BASE, headers=HTMX)
    wrong = BASE | {"f-0-role": "display", "f-1-role": "display"}
    owner.post(url, wrong, headers=HTMX)
    assert Experiment.objects.get().features[0]["role"] == "input"


def test_a_page_that_only_opens_stores_nothing(owner: Client, question: UseCase) -> None:
    url = reverse("experiment_sketch", args=[question.project_id, question.pk])
    assert 'id="sketch-0"' in text_of(owner.post(f"{url}?look=1", BASE, headers=HTMX))
    assert not Experiment.objects.exists()
