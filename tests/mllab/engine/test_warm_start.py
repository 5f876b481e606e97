"""Centres of one space in another, and algorithms that begin at given ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from mllab.engine.algorithms.base import algorithms
from mllab.engine.assignments import LABELS
from mllab.engine.preparation.values import Table, Values
from mllab.engine.preprocessing import apply, fit
from mllab.engine.settings import Feature, Settings
from mllab.engine.warm_centres import RAW, SAME, centres_moved
from mllab.engine.warm_start import TABLE, by_start, pairs_of, share_changed
from segplatform.kernel.params import check
from segplatform.kernel.progress import NullProgress

DRAW = np.random.default_rng(3)
FEATURES = [Feature(column=name, role="input") for name in ("Amount", "Day", "Kind")]
BEGINS = [found for found in algorithms.all() if found.takes_start]
OTHERS: list[dict[str, Any]] = [
    {"default": {"skew": "none", "scaling": "min_max"}},
    {"default": {"skew": "yeo_johnson", "scaling": "robust"}},
    {"default": {"skew": "log", "scaling": "none"}, "columns": {"Amount": {"weight": 3.0}}},
    {"columns": {"Kind": {"categories": "ordinal"}}},
    {"columns": {"Kind": {"categories": "frequency"}}},
    {"pca": "keep", "pca_share": 0.999999},
]


def a_table(rows: int = 200) -> Table:
    amounts = DRAW.lognormal(3, 1.2, rows) * DRAW.choice([1, 1, 1, -1], rows)
    days = DRAW.integers(15_000, 15_300, rows).astype(float)
    kinds = DRAW.integers(0, 3, rows)
    return {
        "Amount": Values("number", amounts), "Day": Values("date", days),
        "Kind": Values("category", kinds, ["a", "b", "c"]),
    }  # fmt: skip


@pytest.mark.parametrize("other", OTHERS)
def test_a_row_that_is_a_centre_is_the_same_row_in_the_other_space(other: dict[str, Any]) -> None:
    table = a_table()
    before, after = fit(table, FEATURES, Settings()), fit(table, FEATURES, Settings(**other))
    rows = apply(before, table)[:20]
    there, how = centres_moved(rows, before.to_json(), after.to_json())
    assert how == RAW
    np.testing.assert_allclose(there, apply(after, table)[:20], atol=1e-8)
    back, _ = centres_moved(there, after.to_json(), before.to_json())
    np.testing.assert_allclose(back, rows, atol=1e-8)
    same, how = centres_moved(rows, before.to_json(), before.to_json())
    assert how == SAME
    np.testing.assert_array_equal(same, rows)


def blobs() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    middles = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
    sizes = (40, 120, 80)
    parts = [DRAW.normal(m, 0.7, (n, 2)) for m, n in zip(middles, sizes, strict=True)]
    return np.vstack(parts), middles


@pytest.mark.parametrize("key", [found.key for found in BEGINS])
def test_segments_keep_the_numbers_of_the_centres_they_began_at(key: str) -> None:
    X, middles = blobs()
    algorithm = algorithms.get(key)()
    algorithm.start = middles + 0.5
    found = algorithm.fit(X, check(algorithm.Params, {"k": 3}), 1, NullProgress())
    made, sizes, order = by_start(found, algorithm.start)
    assert sizes == [40, 120, 80]  # not by size, as training numbers without a start
    assert pairs_of(algorithm.start, made.centers).tolist() == [0, 1, 2]
    assert (found.centers[order] == made.centers).all()
    assert (made.labels[:40] == 0).all()
    assert {found.key for found in BEGINS} == {
        "kmeans", "minibatch_kmeans", "kmedoids", "kprototypes", "gaussian_mixture"
    }  # fmt: skip
    if key == "gaussian_mixture":
        for shape in ("tied", "diag", "spherical"):
            params = check(algorithm.Params, {"k": 3, "covariance": shape})
            labels = algorithm.fit(X, params, 1, NullProgress()).labels
            assert len(set(labels)) == 3


def test_rows_are_the_same_by_what_is_in_them(tmp_path: Path) -> None:
    for name, amounts in (("one", [1.0, 2.0]), ("again", [1.0, 2.0]), ("newer", [1.0, 3.0])):
        folder = tmp_path / name
        (folder / "prototypes" / "p").mkdir(parents=True)
        np.save(folder / "prototypes" / "p" / LABELS, np.array([0, 1]))
        pq.write_table(pa.table({"__row": [1, 2], "Amount": amounts}), folder / TABLE)
    labels, pairs = np.array([0, 0]), np.array([0, 1])
    source = tmp_path / "one" / "prototypes" / "p"
    assert share_changed(source, tmp_path / "again", labels, pairs) == 0.5
    assert share_changed(source, tmp_path / "newer", labels, pairs) is None
