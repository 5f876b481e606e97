"""The leaderboard's page: heads, rows in each state, what asks again."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mllab.models import Experiment, MetricScore, Prototype, UseCase
from projects.models import Job, Project
from tests.factories import make_job, make_member, make_project
from tests.factories.datasets import make_dataset

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true", "HX-Target": "leaderboard"}


@pytest.fixture
def project() -> Project:
    return make_project(name="Retail")


@pytest.fixture
def use_case(project: Project) -> UseCase:
    return UseCase.objects.create(
        project=project, name="Who buys", dataset=make_dataset(project, "customers"),
        experiments_made=1, prototypes_made=3,
    )  # fmt: skip


@pytest.fixture
def experiment(use_case: UseCase) -> Experiment:
    return Experiment.objects.create(use_case=use_case, number=1, rows=100, started=timezone.now())


def trained(experiment: Experiment, number: int, silhouette: float, se: float | None = None) -> Any:
    found = Prototype.objects.create(
        experiment=experiment, number=number, algorithm="kmeans", params={"k": 2}, segments=2,
        seconds=0.5, finished=timezone.now(), details={"sizes": [60, 40], "noise": 0},
    )  # fmt: skip
    for key, value in (("silhouette", silhouette), ("largest_share", 0.6)):
        MetricScore.objects.create(prototype=found, key=key, value=value, n=100, standard_error=se)
    return found


def waiting(experiment: Experiment, number: int, **job: Any) -> Prototype:
    work = make_job(experiment.use_case.project, **job)
    return Prototype.objects.create(
        experiment=experiment, number=number, algorithm="kmeans", params={"k": 3}, job=work
    )


def shown(use_case: UseCase, query: str = "", user: Any = None, **headers: Any) -> str:
    client = Client()
    client.force_login(user or use_case.project.memberships.get(role="owner").user)
    url = reverse("use_case", args=[use_case.project_id, use_case.pk])
    response = client.get(f"{url}{query}", headers=headers.get("headers"))
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_one_leads_to_the_first_prototypes(use_case: UseCase) -> None:
    UseCase.objects.update(prototypes_made=0)
    page = shown(use_case)
    assert "No prototypes yet" in page
    assert reverse("experiment_new", args=[use_case.project_id, use_case.pk]) in page


def test_a_viewer_sees_no_button_that_changes_something(use_case: UseCase) -> None:
    viewer = make_member(use_case.project, "viewer").user
    page = shown(use_case, user=viewer)
    assert "No prototypes yet" in page
    assert "Create Prototypes" not in page
    assert "More actions" not in page


def test_it_ranks_with_words_beside_colours(experiment: Experiment) -> None:
    trained(experiment, 1, 0.2)
    best = trained(experiment, 2, 0.6)
    page = shown(experiment.use_case)
    assert f'name="p" value="{best.pk}"' in page
    assert "best, rank </span>1" in page
    assert "worst, rank </span>2" in page
    assert page.index("#2 · experiment 1") < page.index("#1 · experiment 1")


def test_an_estimate_shows_its_error_and_rows_and_a_tie_its_mark(experiment: Experiment) -> None:
    trained(experiment, 1, 0.41, se=0.02)
    trained(experiment, 2, 0.42, se=0.02)
    page = shown(experiment.use_case)
    assert "± 0.020" in page
    assert "estimated from 100 random rows" in page
    assert ", tie</span>" in page


def test_heads_sort_and_keep_what_was_asked(experiment: Experiment) -> None:
    trained(experiment, 1, 0.4)
    page = shown(experiment.use_case, "?rank_by=silhouette&q=means&sort=-silhouette")
    assert 'aria-sort="descending"' in page
    assert 'href="?rank_by=silhouette&amp;sort=silhouette&amp;q=means"' in page
    assert 'href="?rank_by=silhouette&amp;sort=davies_bouldin&amp;q=means"' in page


def test_it_says_when_nothing_matches(experiment: Experiment) -> None:
    trained(experiment, 1, 0.4)
    assert "No prototype matches" in shown(experiment.use_case, "?q=zzz")


def test_while_something_runs_the_part_asks_again_and_can_be_cancelled(
    experiment: Experiment,
) -> None:
    item = waiting(experiment, 1, state=Job.State.RUNNING, progress=0.4, message="Restart 4 of 10")
    page = shown(experiment.use_case, headers=HX)
    assert 'hx-trigger="every 1500ms"' in page
    assert "<html" not in page
    assert 'value="40"' in page
    assert reverse("job_cancel", args=[experiment.use_case.project_id, item.job_id]) in page


def test_a_finished_part_asks_no_more(experiment: Experiment) -> None:
    trained(experiment, 1, 0.4)
    assert "hx-trigger" not in shown(experiment.use_case, headers=HX)


def test_a_failed_row_says_why_and_trains_again(experiment: Experiment) -> None:
    item = waiting(experiment, 1, state=Job.State.FAILED, error="Found one segment only.")
    page = shown(experiment.use_case, headers=HX)
    assert "Found one segment only." in page
    assert reverse(
        "prototype_retrain", args=[experiment.use_case.project_id, experiment.use_case_id, item.pk]
    ) in page  # fmt: skip
    assert "hx-trigger" not in page


def test_the_number_of_queries_does_not_grow(experiment: Experiment) -> None:
    counts = []
    shown(experiment.use_case)  # what a process asks once
    for number in range(1, 9):
        trained(experiment, number, number / 10)
        with CaptureQueriesContext(connection) as queries:
            shown(experiment.use_case)
        counts.append(len(queries))
    assert counts[-1] == counts[0]
