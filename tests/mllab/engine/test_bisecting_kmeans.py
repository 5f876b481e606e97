"""Bisecting K-Means: as tight as scikit-learn's, and labels by walking down the splits."""

from collections.abc import Iterator

import numpy as np
import pytest
from sklearn.cluster import BisectingKMeans as SklearnBisecting
from threadpoolctl import threadpool_limits

from mllab.engine.algorithms import bisecting_kmeans
from mllab.engine.algorithms.bisecting_kmeans import STRATEGIES, BisectingKMeans, BisectingParams
from mllab.engine.nearest import nearest_centre
from segplatform.kernel.errors import Cancelled
from segplatform.kernel.progress import NullProgress

ROWS = np.random.default_rng(3).normal(size=(900, 3)) ** 3
THEIRS = {"spread": "biggest_inertia", "rows": "largest_cluster"}


@pytest.fixture(autouse=True)
def _one_core() -> Iterator[None]:
    """As in training: threads of several tests on the same cores wait for each other."""
    with threadpool_limits(1):
        yield


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_it_is_as_tight_as_scikit_learn(strategy: str) -> None:
    params = BisectingParams.model_validate({"k": 6, "strategy": strategy})
    fit = BisectingKMeans().fit(ROWS, params, 42, NullProgress())
    theirs = SklearnBisecting(
        6, n_init=5, init="k-means++", bisecting_strategy=THEIRS[strategy], random_state=42
    ).fit(ROWS)
    assert fit.details["inertia"] <= theirs.inertia_ * 1.05
    spread = ((ROWS - fit.centers[fit.labels]) ** 2).sum()
    assert fit.details["inertia"] == pytest.approx(spread, rel=1e-3)


def test_starts_compared_on_a_sample_are_as_tight(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = BisectingKMeans().fit(ROWS, BisectingParams(k=4), 42, NullProgress())
    monkeypatch.setattr(bisecting_kmeans, "TRIED_ROWS", 300)
    tried = BisectingKMeans().fit(ROWS, BisectingParams(k=4), 42, NullProgress())
    assert tried.details["inertia"] <= whole.details["inertia"] * 1.05


def test_the_same_splits_give_the_labels_of_scikit_learn() -> None:
    """Groups so far apart that both split alike: then every new row must walk alike too."""
    groups = np.array([[0.0, 0], [1, 6], [40, 0], [44, 9], [41, 40]])
    rows = np.repeat(groups, 40, axis=0) + np.random.default_rng(1).normal(size=(200, 2)) * 0.3
    fit = BisectingKMeans().fit(rows, BisectingParams(k=5), 1, NullProgress())
    theirs = SklearnBisecting(5, n_init=5, init="k-means++", random_state=1).fit(rows)
    assert fit.assign is not None
    new = np.random.default_rng(2).uniform(-20, 60, size=(3_000, 2))
    pairs = set(zip(fit.assign(new).tolist(), theirs.predict(new).tolist(), strict=True))
    assert len(pairs) == 5
    assert (fit.assign(new) != nearest_centre(new, fit.centers)).any()


def test_it_asks_before_each_split_whether_to_stop() -> None:
    seen: list[str] = []

    class Stop(NullProgress):
        def step(self, fraction: float, message: str = "") -> None:
            seen.append(message)
            if len(seen) == 3:
                raise Cancelled

    with pytest.raises(Cancelled):
        BisectingKMeans().fit(ROWS, BisectingParams(), 42, Stop())
    assert seen == ["Split 1 of 3", "Split 2 of 3", "Split 3 of 3"]
