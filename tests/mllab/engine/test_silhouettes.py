"""Silhouettes equal scikit-learn's on the same rows; noise, single rows and equal points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import silhouette_samples

from mllab.engine import silhouette_tiles as tiles
from mllab.engine import silhouettes as module
from mllab.engine.silhouettes import silhouettes

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def points(seed: int, n: int, d: int = 3) -> Floats:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) + 100 * rng.integers(0, 2, size=(n, 1))


def by_hand(X: Floats, labels: Labels) -> Floats:
    """Follow the definition word by word."""
    found = []
    for i, own in enumerate(labels):
        distances = np.sqrt(((X - X[i]) ** 2).sum(axis=1))
        others = [k for k in np.unique(labels) if k not in (own, -1)]
        same = (labels == own) & (np.arange(len(X)) != i)
        if own == -1:
            continue
        a = distances[same].mean() if same.any() else 0.0
        b = min(distances[labels == k].mean() for k in others)
        found.append((b - a) / max(a, b) if same.any() and max(a, b) > 0 else 0.0)
    return np.array(found)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(3, 60),
    k=st.integers(2, 8),
    duplicates=st.booleans(),
    noise=st.floats(0, 0.6),
)
def test_any_labeling_equals_scikit_learn(
    seed: int, n: int, k: int, duplicates: bool, noise: float
) -> None:
    rng = np.random.default_rng(seed)
    X = points(seed, n)
    X = X[rng.integers(0, n // 2 + 1, n)] if duplicates else X
    labelings = [np.where(rng.random(n) < noise, -1, rng.integers(0, k, n)) for _ in range(3)]
    for labels, found in zip(labelings, silhouettes(X, labelings), strict=True):
        inside = labels >= 0
        count = len(np.unique(labels[inside]))
        assert found.n == inside.sum()
        if count < 2:
            assert found.mean is None
            continue
        np.testing.assert_array_equal(found.rows, np.flatnonzero(inside))
        np.testing.assert_allclose(found.values, by_hand(X, labels), atol=1e-6)
        if count < found.n and not duplicates:
            expected = silhouette_samples(X[inside], labels[inside])
            np.testing.assert_allclose(found.values, expected, atol=1e-6)
        assert found.mean == pytest.approx(found.values.mean(), abs=1e-12)
        assert found.standard_error is None


@pytest.mark.parametrize("products", [16, 0])
def test_tiles_do_not_change_the_answer(products: int, monkeypatch: pytest.MonkeyPatch) -> None:
    X = points(1, 500)
    labelings = [np.arange(500) % 3, np.arange(500) // 7 % 5 - 1]
    whole = [found.values for found in silhouettes(X, labelings)]
    monkeypatch.setattr(tiles, "TILE", (7, 33))
    monkeypatch.setattr(tiles, "MOST_PRODUCTS", products)
    for found, values in zip(silhouettes(X, labelings), whole, strict=True):
        np.testing.assert_allclose(found.values, values, atol=1e-12)


def test_estimates_in_single_precision_are_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    X, labels = points(11, 3_000), np.random.default_rng(5).integers(-1, 4, 3_000)
    X[:200] = X[0]  # equal rows
    query = np.arange(0, 3_000, 20)
    double = silhouettes(X, [labels], query)[0].values
    monkeypatch.setattr(module, "SINGLE_ROWS", 1)
    single = silhouettes(X, [labels], query)[0].values
    assert 0 < np.abs(single - double).max() < 1e-4


def test_where_single_precision_is_too_coarse_double_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(12)
    labels = np.arange(400) % 4
    X = random.normal(size=(400, 2), scale=1e-4) + labels[:, None] * 1e-3
    X[labels > 1] += 1e3  # two segments here and two there, near to each other
    query = np.arange(0, 400, 9)
    double = silhouettes(X, [labels], query)[0].values
    monkeypatch.setattr(module, "SINGLE_ROWS", 1)
    np.testing.assert_array_equal(silhouettes(X, [labels], query)[0].values, double)


def test_far_from_zero_rows_are_as_precise() -> None:
    X = np.random.default_rng(2).normal(size=(200, 2))
    labels = (X[:, 0] > 0).astype(np.int64)
    near, far = silhouettes(X, [labels])[0], silhouettes(X + 1e6, [labels])[0]
    np.testing.assert_allclose(far.values, near.values, atol=1e-6)


def test_single_rows_have_zero() -> None:
    found = silhouettes(np.array([[0.0], [0.1], [5.0]]), [np.array([0, 0, 1])])[0]
    assert found.values[2] == 0
    assert found.values[0] == pytest.approx((5 - 0.1) / 5)


def test_every_row_its_own_segment_is_zero() -> None:
    found = silhouettes(points(3, 9), [np.arange(9)])[0]
    assert found.mean == 0
    assert not found.values.any()


def test_equal_points_in_two_segments_are_no_nearer_to_either() -> None:
    X = np.repeat([[0.1, 1 / 3, 7.7]], 40, axis=0)
    X[:2] += 3  # so that centring leaves the others off zero
    found = silhouettes(X, [np.arange(40) % 2])[0]
    assert not found.values[2:].any() or np.abs(found.values[2:]).max() < 0.1
    np.testing.assert_allclose(found.values, by_hand(X, np.arange(40) % 2), atol=1e-6)


@pytest.mark.parametrize("labels", [[0, 0, 0], [-1, -1, -1], [-1, 0, 0]])
def test_without_two_segments_there_is_none(labels: list[int]) -> None:
    found = silhouettes(points(4, 3), [np.array(labels)])[0]
    assert found.mean is None
    assert found.standard_error is None
    assert len(found.values) == 0
    assert found.n == sum(label >= 0 for label in labels)


def test_asked_rows_are_compared_with_all_rows() -> None:
    X, labels = points(5, 300), np.random.default_rng(5).integers(-1, 4, 300)
    query = np.sort(np.random.default_rng(6).choice(300, 50, replace=False))
    every, some = silhouettes(X, [labels])[0], silhouettes(X, [labels], query)[0]
    np.testing.assert_array_equal(some.rows, query[labels[query] >= 0])
    np.testing.assert_allclose(
        some.values, every.values[np.isin(every.rows, some.rows)], atol=1e-12
    )
    assert some.n == len(some.rows)


def test_the_standard_error_is_that_of_repeated_samples() -> None:
    X = points(7, 400)
    labels = np.random.default_rng(7).integers(0, 3, 400)
    rng = np.random.default_rng(8)
    means, errors = [], []
    for _ in range(300):
        found = silhouettes(X, [labels], np.sort(rng.choice(400, 100, replace=False)))[0]
        assert found.mean is not None
        assert found.standard_error is not None
        means.append(found.mean)
        errors.append(found.standard_error)
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.15)


def test_asking_for_noise_only_gives_none() -> None:
    labels = np.array([-1, 0, 0, 1, 1])
    found = silhouettes(points(9, 5), [labels], np.array([0]))[0]
    assert found.mean is None
    assert found.n == 0


def test_one_asked_row_has_no_error() -> None:
    found = silhouettes(points(9, 5), [np.array([0, 0, 0, 1, 1])], np.array([3]))[0]
    assert found.mean is not None
    assert found.standard_error is None
