"""What every metric must do, on awkward labelings."""

import dataclasses
import json
import math
import warnings

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

from mllab.engine.metrics.base import Metric, Score, ScoreContext, metrics

METRICS = [pytest.param(cls, id=cls.key) for cls in metrics.all()]
EQUAL_TO = {
    "silhouette": silhouette_score,
    "davies_bouldin": davies_bouldin_score,
    "calinski_harabasz": calinski_harabasz_score,
}
Case = tuple[NDArray[np.float64], NDArray[np.int64]]


def drawn(n: int, d: int = 3) -> NDArray[np.float64]:
    return np.random.default_rng(n * 1000 + d).normal(size=(n, d))


def awkward() -> dict[str, Case]:
    square = np.array([[1.0, 1], [-1, -1], [1, -1], [-1, 1]])
    return {
        "plain": (drawn(60), np.arange(60) % 3),
        "one segment": (drawn(20), np.zeros(20, dtype=np.int64)),
        "all noise": (drawn(20), np.full(20, -1)),
        "one row": (drawn(1), np.array([0])),
        "two rows": (drawn(2), np.array([0, 1])),
        "two rows, one segment": (drawn(2), np.array([0, 0])),
        "a segment each": (drawn(9), np.arange(9)),
        "one row and noise": (drawn(9), np.array([0] + [-1] * 8)),
        "two segments of one and noise": (drawn(9), np.array([0, 1] + [-1] * 7)),
        "wide": (drawn(30, 300), np.arange(30) % 2),
        "all equal": (np.full((12, 2), 1 / 3), np.arange(12) % 3),
        "segments are points": (np.repeat(drawn(3), 4, axis=0), np.repeat(np.arange(3), 4)),
        "one centre": (square, np.array([0, 0, 1, 1])),
        "one centre of three": (np.vstack([square, square + 9]), np.repeat([0, 1, 2], [2, 2, 4])),
        "huge": (drawn(30) * 1e12, np.arange(30) % 3),
        "tiny": (drawn(30) * 1e-12, np.arange(30) % 3),
    }


CASES = [pytest.param(name, id=name.replace(" ", "_")) for name in awkward()]


def scored(cls: type[Metric], X: NDArray[np.float64], labels: NDArray[np.int64]) -> Score:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return cls().value(ScoreContext(X, labels))


@pytest.mark.parametrize("cls", METRICS)
def test_it_says_what_it_is(cls: type[Metric]) -> None:
    assert cls.label
    assert cls.short
    assert len(cls.short) <= 12
    assert cls.blurb.count(".") >= 2
    assert cls.blurb.endswith(".")
    assert cls.format in ("number", "large", "share")
    assert cls.higher_is_better in (True, False, None)
    assert cls.source or cls.higher_is_better is None


@pytest.mark.parametrize("cls", METRICS)
@pytest.mark.parametrize("name", CASES)
def test_a_score_is_a_finite_number_or_none(cls: type[Metric], name: str) -> None:
    X, labels = awkward()[name]
    score = scored(cls, X, labels)
    assert score.value is None or math.isfinite(score.value)
    assert type(score.value) in (float, type(None))
    assert type(score.n) is int
    assert 0 <= score.n <= len(labels)
    json.dumps(dataclasses.asdict(score), allow_nan=False)
    if cls.format == "share" and score.value is not None:
        assert 0 <= score.value <= 1


@pytest.mark.parametrize("cls", METRICS)
@pytest.mark.parametrize("name", CASES)
def test_the_rows_and_labels_are_left_as_they_are(cls: type[Metric], name: str) -> None:
    X, labels = awkward()[name]
    X.flags.writeable = labels.flags.writeable = False
    scored(cls, X, labels)


@pytest.mark.parametrize("cls", METRICS)
def test_numbers_of_segments_do_not_matter(cls: type[Metric]) -> None:
    X, labels = awkward()["plain"]
    one, other = scored(cls, X, labels), scored(cls, X, np.array([5, 0, 9])[labels])
    assert one.value == pytest.approx(other.value)


@pytest.mark.parametrize("key", EQUAL_TO)
@pytest.mark.parametrize("seed", range(10))
def test_it_equals_scikit_learn_without_the_noise(key: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, labels = rng.normal(size=(80, 4)) * rng.uniform(0.1, 10, 4), rng.integers(-1, 5, 80)
    inside = labels >= 0
    score = scored(metrics.get(key), X, labels)
    assert score.value == pytest.approx(EQUAL_TO[key](X[inside], labels[inside]), abs=1e-6)
    assert score.n == inside.sum()


@pytest.mark.parametrize("key", EQUAL_TO)
@pytest.mark.parametrize("name", ["one segment", "all noise", "one row and noise"])
def test_without_two_segments_there_is_no_score(key: str, name: str) -> None:
    assert scored(metrics.get(key), *awkward()[name]).value is None


@pytest.mark.parametrize("name", ["one centre", "one centre of three", "all equal"])
def test_davies_bouldin_of_coinciding_centres_is_not_defined(name: str) -> None:
    assert scored(metrics.get("davies_bouldin"), *awkward()[name]).value is None


def test_segments_of_equal_rows() -> None:
    X, labels = awkward()["segments are points"]
    assert scored(metrics.get("silhouette"), X, labels).value == pytest.approx(1)
    assert scored(metrics.get("davies_bouldin"), X, labels).value == pytest.approx(0, abs=1e-9)
    assert scored(metrics.get("calinski_harabasz"), X, labels).value is None


def test_shares_are_of_all_rows() -> None:
    labels = np.array([0] * 5 + [1] * 3 + [-1] * 2)
    values = {
        key: scored(metrics.get(key), drawn(10), labels).value
        for key in ("smallest_share", "largest_share", "noise_share")
    }
    assert values == {"smallest_share": 0.3, "largest_share": 0.5, "noise_share": 0.2}


def test_an_estimate_comes_with_its_error() -> None:
    X, labels = awkward()["plain"]
    score = metrics.get("silhouette")().value(ScoreContext(X, labels, np.arange(0, 60, 3)))
    assert score.n == 20
    assert score.standard_error is not None
