"""Stability: Jaccard indices by hand, segments that last and that do not, and what it costs."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mllab.engine import stability as module
from mllab.engine.algorithms.dbscan import Dbscan, DbscanParams
from mllab.engine.algorithms.kmeans import KMeans, KMeansParams
from mllab.engine.stability import Plan, Stability, best_jaccards, plan_of, refitting, stability
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress, Progress

Floats, Labels = NDArray[np.float64], NDArray[np.int64]
PLAN = Plan(4, 90)


def groups(apart: float = 20.0) -> tuple[Floats, Labels]:
    """Two groups of 75 rows, ``apart`` from each other."""
    X = np.random.default_rng(3).normal(size=(150, 2))
    labels = np.repeat([0, 1], 75)
    X[labels == 1] += apart
    return X, labels


def measured(X: Floats, labels: Labels, k: int = 2, plan: Plan = PLAN) -> Stability:
    refit = refitting(KMeans(), KMeansParams(k=k, restarts=2), 42)
    return stability(X, labels, refit, plan, 42, NullProgress())


def test_jaccard_indices_are_those_of_the_most_similar_segment() -> None:
    labels = np.array([0, 0, 0, 1, 1, -1])
    others = np.array([1, 1, 0, 0, -1, 0])
    # Segment 0 shares 2 of 3 rows with 1; segment 1 shares 1 of 4 rows with 0.
    assert best_jaccards(labels, others, 3)[:2] == pytest.approx([2 / 3, 1 / 4])
    assert np.isnan(best_jaccards(labels, others, 3)[2])
    assert best_jaccards(labels, np.full(6, -1), 2) == pytest.approx([0, 0])


def test_groups_far_apart_come_back_whole() -> None:
    found = measured(*groups())
    assert (found.mean, found.segments) == (1.0, [1.0, 1.0])
    assert (found.standard_error, found.resamples, found.rows, found.failed) == (0.0, 4, 90, 0)


def test_a_cut_through_one_cloud_does_not_last() -> None:
    X, _ = groups(0.0)
    labels = np.random.default_rng(0).integers(0, 6, len(X))
    found = measured(X, labels, 6)
    assert found.mean is not None
    assert found.mean < 0.5
    assert found.standard_error is not None
    assert found == measured(X, labels, 6)


def test_noise_is_no_segment_and_one_segment_has_no_stability() -> None:
    X, labels = groups()
    assert measured(X, np.zeros(150, dtype=np.int64)).mean is None
    assert measured(X, np.full(150, -1)).segments == []
    with_noise = np.where(np.arange(150) % 10 == 0, -1, labels)
    found = measured(X, with_noise)
    assert found.mean == pytest.approx(0.9, abs=0.04)


def test_a_resample_that_finds_nothing_dissolves_every_segment() -> None:
    def refit(X: Floats, number: int, progress: Progress) -> Labels:
        if number:
            raise UserError("Found one segment only.")
        return (X[:, 0] > 10).astype(np.int64)

    X, labels = groups()
    found = stability(X, labels, refit, Plan(2, 90), 42, NullProgress())
    assert (found.mean, found.failed) == (0.5, 1)


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is planned where the tests do not ask for less."""
    monkeypatch.setattr(module, "MOST_RESAMPLES", 10)
    monkeypatch.setattr(module, "LEAST_RESAMPLES", 3)


@pytest.mark.usefixtures("usual")
def test_quick_methods_get_ten_resamples_and_slow_ones_fewer_and_smaller() -> None:
    kmeans = KMeans()
    assert plan_of(kmeans, KMeansParams(k=2, restarts=1), 100, 3) == Plan(10, 63)
    slow = KMeansParams(k=100, restarts=50)
    planned = plan_of(kmeans, slow, 1_000_000, 8)
    assert planned == Plan(10, 2_000)
    seconds = kmeans.cost(planned.rows, 8, slow).seconds * planned.resamples
    assert seconds <= kmeans.cost(1_000_000, 8, slow).seconds
    small = plan_of(kmeans, slow, 4_000, 8)
    assert (small.resamples, 500 <= small.rows < 2_000) == (3, True)


@pytest.mark.usefixtures("usual")
def test_methods_of_density_keep_the_share_of_what_they_train_on() -> None:
    assert plan_of(Dbscan(), DbscanParams(), 1_000_000, 3) == Plan(3, 12_640)
