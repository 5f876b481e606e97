"""Distances on disk: the same silhouettes as without them, and as scikit-learn's."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import silhouette_samples, silhouette_score

from mllab.engine import distances as module
from mllab.engine.distances import FILE, distances_of, distances_remove, distances_write
from mllab.engine.silhouettes import silhouettes
from segplatform.kernel.progress import NullProgress

Floats, Labels = NDArray[np.float64], NDArray[np.int64]


def write(folder: Path, X: Floats, query: Labels | None = None, most: int = 2**30) -> bool:
    np.save(folder / "matrix.npy", X)
    if query is not None:
        np.save(folder / "query.npy", query)
    return distances_write(folder, most, NullProgress())


@pytest.fixture
def rows() -> Floats:
    draw = np.random.default_rng(8)
    X = draw.normal(size=(700, 3)) * [1, 30, 0.01]
    X[::7] = X[0]  # equal rows are no distance apart
    return np.asarray(X, dtype=np.float64)


@pytest.mark.parametrize("k", [2, 5, 40, 60])
def test_exact_silhouettes_are_those_of_scikit_learn(tmp_path: Path, rows: Floats, k: int) -> None:
    assert write(tmp_path, rows)
    labels = np.random.default_rng(k).integers(0, k, len(rows))
    found = silhouettes(rows, [labels], None, distances_of(tmp_path))[0]
    assert found.mean == pytest.approx(silhouette_score(rows, labels), abs=1e-6)
    np.testing.assert_allclose(found.values, silhouette_samples(rows, labels), atol=1e-6)


def test_estimates_and_noise_are_those_without_them(tmp_path: Path, rows: Floats) -> None:
    query = np.arange(0, 700, 3)
    assert write(tmp_path, rows, query)
    labels = np.random.default_rng(1).integers(-1, 4, len(rows))
    stored = distances_of(tmp_path)
    assert stored is not None
    assert (stored.shape, stored.dtype) == ((len(query), 700), np.float32)
    one = silhouettes(rows, [labels], query)[0]
    other = silhouettes(rows, [labels], query, stored)[0]
    np.testing.assert_array_equal(one.rows, other.rows)
    assert one.n == other.n
    assert other.mean == pytest.approx(one.mean, abs=1e-7)
    assert other.standard_error == pytest.approx(one.standard_error, abs=1e-7)


def test_it_is_the_same_in_many_pieces(
    tmp_path: Path, rows: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mllab.engine.silhouettes.READ_TILE", (33, 101))
    monkeypatch.setattr("mllab.engine.silhouettes.BLOCK_BYTES", 8 * 700 * 10)
    test_estimates_and_noise_are_those_without_them(tmp_path, rows)


def test_they_are_not_kept_where_they_take_too_much(tmp_path: Path, rows: Floats) -> None:
    assert not write(tmp_path, rows, most=700 * 700 * 4 - 1)
    assert distances_of(tmp_path) is None
    assert write(tmp_path, rows, most=700 * 700 * 4)
    assert (tmp_path / FILE).stat().st_size == 700 * 700 * 4 + 128
    distances_remove(tmp_path)
    distances_remove(tmp_path)
    assert distances_of(tmp_path) is None


@pytest.mark.parametrize("factor", [1e35, 1e-30])
def test_single_precision_has_no_number_for_these(
    tmp_path: Path, rows: Floats, factor: float
) -> None:
    assert not write(tmp_path, rows * factor)
    assert not (tmp_path / FILE).exists()


def test_a_full_disk_is_no_error(
    tmp_path: Path, rows: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bool:
        (tmp_path / FILE).write_bytes(b"half")
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(module, "_write", full)
    assert not write(tmp_path, rows)
    assert not (tmp_path / FILE).exists()
