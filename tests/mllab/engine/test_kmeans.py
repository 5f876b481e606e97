"""K-Means: as tight as scikit-learn's own restarts, and cancellable between them."""

import numpy as np
import pytest
from sklearn.cluster import KMeans as SklearnKMeans

from mllab.engine.algorithms import kmeans
from mllab.engine.algorithms.kmeans import KMeans, KMeansParams
from segplatform.kernel.errors import Cancelled
from segplatform.kernel.progress import NullProgress

ROWS = np.random.default_rng(3).normal(size=(900, 3)) ** 3


def test_it_is_as_tight_as_restarts_of_scikit_learn() -> None:
    fit = KMeans().fit(ROWS, KMeansParams(k=5), 42, NullProgress())
    theirs = SklearnKMeans(5, n_init=10, random_state=42).fit(ROWS)
    assert fit.details["inertia"] <= theirs.inertia_ * 1.02
    spread = ((ROWS - fit.centers[fit.labels]) ** 2).sum()
    assert fit.details["inertia"] == pytest.approx(spread)


def test_more_restarts_are_never_looser() -> None:
    inertias = [
        KMeans().fit(ROWS, KMeansParams(k=6, restarts=n), 42, NullProgress()).details["inertia"]
        for n in (1, 3, 10)
    ]
    assert inertias == sorted(inertias, reverse=True)


def test_starts_compared_on_a_sample_are_as_tight(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(4).normal(size=(3_000, 3)) ** 3
    whole = KMeans().fit(rows, KMeansParams(k=5), 42, NullProgress())
    monkeypatch.setattr(kmeans, "TRIED_ROWS", 1_000)
    tried = KMeans().fit(rows, KMeansParams(k=5), 42, NullProgress())
    assert tried.details["inertia"] <= whole.details["inertia"] * 1.02
    spread = ((rows - tried.centers[tried.labels]) ** 2).sum()
    assert tried.details["inertia"] == pytest.approx(spread)


def test_it_stops_between_restarts() -> None:
    seen: list[str] = []

    class Stop(NullProgress):
        def step(self, fraction: float, message: str = "") -> None:
            seen.append(message)
            if len(seen) == 3:
                raise Cancelled

    with pytest.raises(Cancelled):
        KMeans().fit(ROWS, KMeansParams(), 42, Stop())
    assert seen == ["Start 1 of 10", "Start 2 of 10", "Start 3 of 10"]
