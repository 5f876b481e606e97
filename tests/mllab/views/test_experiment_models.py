"""Step *Models*: toggles, parameters, costs; and *Train*."""

from typing import Any

import pytest
from django.test import Client

from mllab.models import Experiment, UseCase
from mllab.views import experiments as view
from segplatform.kernel.errors import UserError
from tests.mllab.views.test_experiments import (
    customers,
    owner,
    project,
    question,
    text_of,
    url_of,
    with_features,
)

__all__ = ["customers", "owner", "project", "question"]

pytestmark = pytest.mark.django_db
CUSTOM = {"model": "kmeans", "m-kmeans-mode": "custom", "seed": "7"}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Experiment]:
    found: list[Experiment] = []
    monkeypatch.setattr(view, "experiment_start", lambda *, draft, user: found.append(draft))
    return found


def test_features_come_first(owner: Client, question: UseCase) -> None:
    assert owner.get(url_of(question, "models"))["Location"] == url_of(question)


def test_at_first_all_that_are_quick_are_on(owner: Client, question: UseCase) -> None:
    with_features(owner, question)
    text = text_of(owner.get(url_of(question, "models")))
    assert 'value="kmeans" checked' in text
    assert "under 1 s" in text
    assert "<strong>2 inputs</strong>: <bdi>Recency, Monetary</bdi>" in text
    assert 'name="seed" value="42"' in text


def test_train_stores_the_draft_and_opens_the_leaderboard(
    owner: Client, question: UseCase, started: list[Experiment]
) -> None:
    with_features(owner, question)
    response = owner.post(url_of(question, "models"), CUSTOM | {"m-kmeans-k": "6", "do": "train"})
    assert response["Location"] == f"/projects/{question.project_id}/lab/{question.pk}/"
    assert started[0].seed == 7
    assert [item["algorithm"] for item in started[0].algorithms] == ["kmeans"]
    assert started[0].algorithms[0]["params"]["k"] == 6


def test_default_parameters_ignore_what_was_typed(
    owner: Client, question: UseCase, started: list[Experiment]
) -> None:
    with_features(owner, question)
    sent = CUSTOM | {"m-kmeans-mode": "default", "m-kmeans-k": "99999"}
    assert owner.post(url_of(question, "models"), sent).status_code == 302
    assert started[0].algorithms[0]["params"]["k"] == 4


def refused(client: Client, found: UseCase, sent: dict[str, Any]) -> str:
    with_features(client, found)
    response = client.post(url_of(found, "models"), sent)
    assert response.status_code == 422
    return text_of(response)


def test_without_an_algorithm_nothing_starts(owner: Client, question: UseCase) -> None:
    text = refused(owner, question, {"seed": "42"})
    assert "Nothing was started" in text
    assert "Turn at least one algorithm on." in text


def test_a_wrong_parameter_is_marked_and_kept(owner: Client, question: UseCase) -> None:
    text = refused(owner, question, CUSTOM | {"m-kmeans-k": "many"})
    assert 'value="many"' in text
    assert "Write a whole number." in text.split('id="error-m-kmeans-k"')[1][:600]
    assert "Known once the parameters fit" in text


def test_a_wrong_seed_is_marked(owner: Client, question: UseCase) -> None:
    text = refused(owner, question, CUSTOM | {"seed": "lucky"})
    assert 'value="lucky"' in text
    assert 'id="seed-error"' in text


def test_what_the_start_refuses_is_said(
    owner: Client, question: UseCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise UserError("The column Recency is gone.")

    monkeypatch.setattr(view, "experiment_start", refuse)
    assert "The column Recency is gone." in refused(owner, question, CUSTOM)


def test_back_keeps_the_models(owner: Client, question: UseCase) -> None:
    draft = with_features(owner, question)
    sent = CUSTOM | {"m-kmeans-k": "9", "do": "back"}
    assert owner.post(url_of(question, "models"), sent)["Location"] == url_of(question)
    draft.refresh_from_db()
    assert draft.algorithms[0]["params"]["k"] == 9
    text = text_of(owner.get(url_of(question, "models")))
    assert 'name="m-kmeans-mode" value="custom" checked' in text
    assert 'value="dbscan" checked' not in text


def test_an_old_experiment_is_opened_again(owner: Client, question: UseCase) -> None:
    draft = with_features(owner, question)
    old = Experiment.objects.create(
        use_case=question, number=1, started=draft.created, seed=99,
        features=[{"column": "Monetary", "role": "input", "confirmed": False}],
        algorithms=[{"algorithm": "kmeans", "params": {"k": 3}}],
    )  # fmt: skip
    address = url_of(question) + f"&from={old.pk}"
    assert owner.get(address).status_code == 200
    draft.refresh_from_db()
    assert draft.seed != 99  # looking changes nothing
    response = owner.post(address)
    assert response["Location"] == url_of(question)
    draft.refresh_from_db()
    assert (draft.seed, draft.features) == (99, old.features)


def test_a_deleted_dataset_is_said(owner: Client, question: UseCase) -> None:
    UseCase.objects.filter(pk=question.pk).update(dataset=None)
    assert "was deleted" in text_of(owner.get(url_of(question)))
