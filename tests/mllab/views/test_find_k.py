"""*Find k*: from the draft to a proposal, and back into the draft."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mllab.models import Experiment, UseCase
from mllab.services.use_cases import use_case_delete
from projects.models import Job, User
from tests.factories.mllab import RFM_INPUTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(client: Client, use_case: UseCase, user: User) -> Experiment:
    client.force_login(user)
    return Experiment.objects.create(use_case=use_case, created_by=user, features=RFM_INPUTS)


def url_of(use_case: UseCase, query: str = "") -> str:
    return reverse("find_k", args=[use_case.project_id, use_case.pk]) + query


def models_url(use_case: UseCase) -> str:
    return reverse("experiment_new", args=[use_case.project_id, use_case.pk]) + "?step=models"


def test_from_the_models_to_a_proposal_that_the_draft_takes_over(
    client: Client, draft: Experiment, run_all: Callable[[], None]
) -> None:
    found = draft.use_case
    on = {"model": ["kmeans", "dbscan"], "seed": "42", "do": "find_k"}
    response = client.post(models_url(found), on)
    assert response["Location"] == url_of(found, "?lowest=2&highest=10")
    assert "Waiting for its turn" in client.get(response["Location"]).text
    run_all()
    text = client.get(response["Location"]).text
    assert "3 segments are proposed" in text
    assert "stand apart" in text
    assert "Looked at all 60 rows." in text
    assert "For K-Means." in text
    assert text.count("data-figure=") == 3
    response = client.post(url_of(found), {"do": "use", "k": "3"})
    assert response["Location"] == models_url(found)
    draft.refresh_from_db()
    params = {each["algorithm"]: each["params"] for each in draft.algorithms}
    assert params["kmeans"]["k"] == 3
    assert "k" not in params["dbscan"]


def test_the_same_again_is_not_swept_again_and_other_settings_are(
    client: Client, draft: Experiment, run_all: Callable[[], None]
) -> None:
    few = {"do": "start", "lowest": "2", "highest": "4"}
    client.post(url_of(draft.use_case), few)
    run_all()
    assert "3 segments" in client.get(client.post(url_of(draft.use_case), few)["Location"]).text
    assert Job.objects.filter(name="mllab.find_k").count() == 1
    Experiment.objects.filter(pk=draft.pk).update(features=RFM_INPUTS[:2])
    text = client.get(url_of(draft.use_case, "?lowest=2&highest=4")).text
    assert "are proposed" not in text
    assert re.search(r'id="highest"[^>]* value="4"', text)


def test_a_stopped_sweep_says_so_and_can_be_tried_again(client: Client, draft: Experiment) -> None:
    client.post(url_of(draft.use_case), {"do": "start"})
    Job.objects.update(state=Job.State.FAILED, error="Ask for at most 3 segments.")
    text = client.get(url_of(draft.use_case)).text
    assert "There is no result" in text
    assert "Ask for at most 3 segments." in text
    client.post(url_of(draft.use_case), {"do": "start"})
    assert Job.objects.filter(state=Job.State.QUEUED).count() == 1


def test_a_sweep_ends_with_its_use_case(client: Client, draft: Experiment) -> None:
    client.post(url_of(draft.use_case), {"do": "start"})
    use_case_delete(use_case=draft.use_case)
    assert Job.objects.get().state == Job.State.CANCELLED


@pytest.mark.parametrize(
    "sent", [{"lowest": "9", "highest": "3"}, {"highest": "31"}, {"lowest": "x"}, {"do": "use"},
             {"do": "use", "k": "101"}],
)  # fmt: skip
def test_what_is_no_number_is_told(client: Client, draft: Experiment, sent: dict[str, str]) -> None:
    response = client.post(url_of(draft.use_case), {"do": "start"} | sent)
    assert response.status_code == 422
    assert "That did not work" in response.text
    assert not Job.objects.exists()


def test_features_come_first(client: Client, use_case: UseCase, user: User) -> None:
    client.force_login(user)
    assert "step=features" in client.get(url_of(use_case))["Location"]


def test_a_script_finds_it_too(
    client: Client, draft: Experiment, run_all: Callable[[], None]
) -> None:
    def ask(**body: Any) -> Any:
        url = f"/api/v1/use-cases/{draft.use_case_id}/find-k"
        return client.post(url, body, content_type="application/json")

    body = {"features": RFM_INPUTS, "lowest": 2, "highest": 5}
    assert ask(**body).status_code == 202
    run_all()
    job = ask(**body).json()["job"]
    assert job["state"] == "succeeded"
    assert job["result"]["proposal"]["k"] == 3
    assert [each["k"] for each in job["result"]["candidates"]] == [2, 3, 4, 5]
    assert ask(lowest=5, highest=2).status_code == 400
