"""What an algorithm says it costs: finite, never less for more, and its counted rounds are true.

Seconds are not measured here, as machines are busy: ``python -m benchmarks.bench_costs`` does
that beside a fixed piece of work, and fails where an estimate is out by more than three times.
"""

import math

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from mllab.engine.algorithms import affinity_propagation, birch, gaussian_mixture, kmeans
from mllab.engine.algorithms.base import Algorithm, Cost, algorithms
from segplatform.kernel.progress import NullProgress

ALGORITHMS = [pytest.param(cls, id=cls.key) for cls in algorithms.all()]
ROWS, COLUMNS = (1, 200, 5_000, 50_001, 1_000_000), (1, 8, 15, 16, 300)


def costs(cls: type[Algorithm], rows: int, columns: int, **params: int) -> Cost:
    return cls().cost(rows, columns, cls.Params(**params))


@pytest.mark.parametrize("cls", ALGORITHMS)
def test_it_is_a_number_at_any_size(cls: type[Algorithm]) -> None:
    for rows in ROWS:
        for columns in COLUMNS:
            cost = costs(cls, rows, columns)
            assert math.isfinite(cost.seconds)
            assert cost.seconds > 0
            assert cost.bytes > 0
            assert isinstance(cost.bytes, int)


@pytest.mark.parametrize("cls", ALGORITHMS)
def test_more_segments_or_starts_never_cost_less(cls: type[Algorithm]) -> None:
    for name, low, high in (("k", 2, 12), ("restarts", 1, 20), ("max_iter", 20, 40)):
        if name in cls.Params.model_fields:
            few, many = (costs(cls, 20_000, 8, **{name: value}) for value in (low, high))
            assert few.seconds <= many.seconds, name
            assert few.bytes <= many.bytes, name


@pytest.mark.parametrize("cls", ALGORITHMS)
def test_a_million_rows_fit_into_a_worker(cls: type[Algorithm]) -> None:
    assert costs(cls, 1_000_000, 8).bytes < 1_000_000_000
    assert costs(cls, 1_000_000, 8).seconds < 300


def customers() -> np.ndarray:
    """Draw rows that shade into each other, with long tails."""
    X = np.random.default_rng(3).normal(size=(1_500, 4)) ** 3
    return np.asarray(np.sign(X) * np.log1p(np.abs(X)))


@pytest.mark.parametrize(
    ("key", "counted", "usual"),
    [
        ("kmeans", "iterations", kmeans.USUAL_ROUNDS),
        ("gaussian_mixture", "iterations", gaussian_mixture.USUAL_ROUNDS),
        ("affinity_propagation", "rounds", affinity_propagation.USUAL_ROUNDS),
        ("birch", "groups", 1_500 // birch.ROWS_EACH),
    ],
)
def test_rounds_are_as_many_as_the_estimate_takes_for_granted(
    key: str, counted: str, usual: int
) -> None:
    cls = algorithms.get(key)
    with threadpool_limits(1):
        found = cls().fit(customers(), cls.Params(), 42, NullProgress()).details[counted]
    assert usual / 3 <= found <= usual * 3
