"""Mini-batch K-Means: nearly as tight as K-Means, the same work for any number of rows."""

from collections.abc import Iterator

import numpy as np
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from mllab.engine.algorithms.minibatch_kmeans import MiniBatchKMeans, MiniBatchParams
from segplatform.kernel.errors import Cancelled
from segplatform.kernel.progress import NullProgress

ROWS = np.random.default_rng(3).normal(size=(5_000, 3)) ** 3


@pytest.fixture(autouse=True)
def _one_core() -> Iterator[None]:
    """As in training: threads of several tests on the same cores wait for each other."""
    with threadpool_limits(1):
        yield


def test_it_is_nearly_as_tight_as_k_means() -> None:
    fit = MiniBatchKMeans().fit(ROWS, MiniBatchParams(k=5), 42, NullProgress())
    best = KMeans(5, n_init=5, random_state=42).fit(ROWS)
    spread = ((ROWS - fit.centers[fit.labels]) ** 2).sum()
    assert fit.details["inertia"] == pytest.approx(spread)
    assert spread <= best.inertia_ * 1.04


def test_more_batches_and_restarts_are_tighter() -> None:
    def inertia(**params: int) -> float:
        given = MiniBatchParams.model_validate({"k": 8, **params})
        return float(MiniBatchKMeans().fit(ROWS, given, 1, NullProgress()).details["inertia"])

    assert inertia(restarts=10) < inertia(restarts=1, batches=1)


def test_another_seed_draws_other_rows() -> None:
    one, two = (
        MiniBatchKMeans().fit(ROWS, MiniBatchParams(k=8), seed, NullProgress()) for seed in (1, 2)
    )
    assert (one.centers != two.centers).all()


def test_it_stops_between_starts() -> None:
    seen: list[str] = []

    class Stop(NullProgress):
        def step(self, fraction: float, message: str = "") -> None:
            seen.append(message)
            if len(seen) == 2:
                raise Cancelled

    with pytest.raises(Cancelled):
        MiniBatchKMeans().fit(ROWS, MiniBatchParams(), 42, Stop())
    assert seen == ["Start 1 of 10", "Start 2 of 10"]
