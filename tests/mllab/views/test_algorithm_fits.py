"""What does not fit is refused with what to choose instead: on the card, by form and API."""

from typing import Any

import pytest
from django.test import Client

from mllab.models import UseCase
from mllab.services.algorithms import Size, algorithm_refusal
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
RFM = ["Recency", "Frequency", "Monetary"]


def test_what_takes_too_much_memory_names_what_fits(settings: Any) -> None:
    settings.TRAIN_MEMORY_BYTES = 200 * 2**20
    size = Size(20_000, 3, RFM)
    assert algorithm_refusal(algorithm="kmedoids", params={}, size=size) == (
        "K-Medoids would take about 0.3 GB of memory here, and a model may take 0.2 GB: choose "
        "K-Means instead."
    )
    assert algorithm_refusal(algorithm="kmeans", params={}, size=size) == ""
    settings.TRAIN_MEMORY_BYTES = 1
    assert "choose fewer inputs" in algorithm_refusal(algorithm="kmeans", params={}, size=size)


def test_card_form_and_api_refuse_alike(owner: Client, question: UseCase, settings: Any) -> None:
    with_features(owner, question)  # Recency and Monetary
    lacking = "It lacks an input for frequency: the recipe RFM makes both."
    page = text_of(owner.get(url_of(question, "models")))
    card = page.split('id="refusal-rfm_grid"')[1]
    assert lacking in card[:900]
    assert 'value="rfm_grid" checked' not in page
    sent = {"model": "rfm_grid", "seed": "42", "do": "train"}
    response = owner.post(url_of(question, "models"), sent)
    assert response.status_code == 422
    assert f"RFM grid: {lacking}" in text_of(response)
    settings.TRAIN_MEMORY_BYTES = 1
    answer = owner.post(
        f"/api/v1/use-cases/{question.pk}/experiments",
        {"features": [{"column": "Recency", "role": "input"}], "models": [{"algorithm": "kmeans"}]},
        content_type="application/json",
    )
    assert answer.status_code == 400
    assert "K-Means would take about" in str(answer.json())


def test_parameters_that_do_not_fit_are_told_first() -> None:
    with pytest.raises(UserError, match="k: "):
        algorithm_refusal(algorithm="kmeans", params={"k": 0}, size=Size(10, 1, ["a"]))


def test_the_cards_stand_in_groups_with_their_explanation(owner: Client, question: UseCase) -> None:
    with_features(owner, question)
    page = text_of(owner.get(url_of(question, "models")))
    first = page.split('id="models-centres"')[0]
    assert "Recommended for a start" in first
    assert "kmeans" in first
    assert "kmedoids" not in first
    assert page.count("How it works") == 16
    assert "Source: Schubert and Lenssen, 2022." in page
