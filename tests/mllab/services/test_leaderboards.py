"""The leaderboard: order, search, ties of words, and few queries however many rows."""

import pytest
from pytest_django import DjangoAssertNumQueries

from mllab.models import Experiment, MetricScore, Prototype, UseCase
from mllab.services.leaderboards import leaderboard
from tests.factories.mllab import make_experiment, make_prototype

pytestmark = pytest.mark.django_db


def scored(
    experiment: Experiment, silhouette: float | None, sizes: list[int], algorithm: str = "kmeans",
    **params: int,
) -> Prototype:  # fmt: skip
    prototype = make_prototype(experiment, algorithm, trained=False, **params)
    prototype.finished = experiment.started
    prototype.segments, prototype.seconds = len(sizes), float(prototype.number)
    prototype.details = {"sizes": sizes, "noise": 0}
    prototype.save()
    shares = {"largest_share": max(sizes) / 60, "silhouette": silhouette}
    for key, value in shares.items():
        MetricScore.objects.create(prototype=prototype, key=key, value=value, n=60)
    return prototype


@pytest.fixture
def experiment(use_case: UseCase) -> Experiment:
    made = make_experiment(use_case)
    scored(made, 0.4, [30, 20, 10], k=3)
    scored(made, 0.8, [59, 1], "agglomerative", k=2)
    scored(made, None, [60], "dbscan")
    make_prototype(made, "gaussian_mixture", k=5)
    return made


def numbers(use_case: UseCase, **asked: str) -> list[int]:
    return [row.prototype.number for row in leaderboard(use_case=use_case, **asked).rows]


def test_it_ranks_and_warns_of_a_degenerate_leader(
    use_case: UseCase, experiment: Experiment
) -> None:
    board = leaderboard(use_case=use_case)
    assert [row.prototype.number for row in board.rows] == [2, 1, 3, 4]
    assert [row.standing.rank for row in board.rows] == [1, 2, None, None]
    assert (board.rank_by, board.sort, board.is_live) == ("silhouette", "rank", True)
    assert "98.3 % of the rows in one segment" in board.warning
    verdicts = [row.standing.verdict.level for row in board.rows if row.standing.verdict]
    assert verdicts == ["unusable", "good", "unusable"]
    first = board.rows[1]
    assert (first.name, first.params_text) == ("K-Means, 3 segments", "k = 3")


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("silhouette", [1, 2, 3, 4]), ("-silhouette", [2, 1, 3, 4]), ("-number", [4, 3, 2, 1]),
        ("segments", [3, 2, 1, 4]), ("share", [1, 2, 3, 4]), ("-seconds", [3, 2, 1, 4]),
        ("name", [3, 4, 2, 1]), ("state", [4, 1, 2, 3]), ("nonsense", [2, 1, 3, 4]),
    ],
)  # fmt: skip
def test_it_sorts(use_case: UseCase, experiment: Experiment, sort: str, wanted: list[int]) -> None:
    assert numbers(use_case, sort=sort) == wanted


def test_it_searches_in_names_and_parameters(use_case: UseCase, experiment: Experiment) -> None:
    assert numbers(use_case, q="means") == [1]
    assert numbers(use_case, q="K = 5") == [4]
    assert numbers(use_case, q="dbscan #3") == [3]
    assert numbers(use_case, q="nobody") == []


def test_an_unknown_ranking_is_the_use_cases_own(use_case: UseCase, experiment: Experiment) -> None:
    assert leaderboard(use_case=use_case, rank_by="largest_share").rank_by == "silhouette"
    assert leaderboard(use_case=use_case, rank_by="davies_bouldin").rank_by == "davies_bouldin"


def test_it_asks_the_database_as_often_for_many_as_for_one(
    use_case: UseCase, experiment: Experiment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        scored(make_experiment(use_case), 0.5, [40, 20])
    with django_assert_num_queries(4):
        assert len(leaderboard(use_case=use_case).rows) == 14
