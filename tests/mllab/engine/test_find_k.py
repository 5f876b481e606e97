"""*Find k*: inertia as of ten restarts, what is proposed and why, segments found again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from mllab.engine.find_k import SAMPLE_ROWS, find_k, sweep
from mllab.engine.find_k_growth import grow
from mllab.engine.find_k_proposal import Candidate, elbow, propose
from segplatform.kernel.errors import Cancelled, UserError
from segplatform.kernel.progress import NullProgress

NOBODY = NullProgress()


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads of tests on the same cores would wait for each other."""
    with threadpool_limits(1):
        yield


def blobs(rows: int, centres: int) -> NDArray[np.float64]:
    draw = np.random.default_rng(5)
    middles = 10 * np.array([[x, y] for x in (0, 1) for y in (0, 1)], dtype=np.float64)[:centres]
    return middles[np.arange(rows) % centres] + draw.normal(size=(rows, 2))


def candidate(k: int, inertia: float, silhouette: float, stability: float) -> Candidate:
    return Candidate(k, inertia, silhouette, None, stability, smallest=0.1, largest=0.5)


BENT = [
    candidate(2, 100, 0.43, 0.98), candidate(3, 60, 0.34, 0.95), candidate(4, 30, 0.33, 0.9),
    candidate(5, 25, 0.33, 0.7), candidate(6, 21, 0.3, 0.6),
]  # fmt: skip


def but(k: int, **changes: Any) -> list[Candidate]:
    return [replace(each, **changes) if each.k == k else each for each in BENT]


def test_the_inertia_is_that_of_ten_restarts() -> None:
    X = np.log1p(50 * np.random.default_rng(1).pareto(1.2, (1_500, 3)))
    for found in grow(X, 2, 8, 2, 42, NOBODY):
        best = KMeans(found.k, n_init=10, random_state=1).fit(X).inertia_
        assert found.inertia <= 1.02 * best
        assert len(np.unique(found.labels)) == found.k


def test_groups_that_stand_apart_are_counted() -> None:
    X = blobs(rows=600, centres=4)
    found = sweep(X, 2, 8, 42, NOBODY)
    assert (found.proposal.k, found.proposal.elbow, found.rows, found.sample) == (4, 4, 600, 600)
    assert "stand apart" in found.proposal.reason
    assert [each.k for each in found.candidates] == list(range(2, 9))
    assert found.candidates[2].stability > 0.95 > found.candidates[5].stability
    assert found == sweep(X, 2, 8, 42, NOBODY)


def test_large_data_is_a_sample_and_says_so(tmp_path: Path) -> None:
    X = np.random.default_rng(3).normal(size=(SAMPLE_ROWS + 5_000, 2))
    np.save(tmp_path / "matrix.npy", X)
    found = find_k(tmp_path, 2, 3, 42, NOBODY)
    assert (found.rows, found.sample, found.silhouette_rows) == (len(X), SAMPLE_ROWS, 2_000)
    assert found.candidates[0].silhouette_error


def test_few_different_rows_give_fewer_numbers_or_a_sentence() -> None:
    X = np.repeat([[0.0, 0.0], [1.0, 1.0], [5.0, 0.0]], 4, axis=0)
    assert [each.k for each in sweep(X, 2, 9, 42, NOBODY).candidates] == [2, 3]
    with pytest.raises(UserError, match="at most 3 segments"):
        sweep(X, 4, 9, 42, NOBODY)


def test_it_asks_often_whether_to_stop() -> None:
    class Stop(NullProgress):
        def step(self, fraction: float, message: str = "") -> None:
            if message == "Trying 3 segments":
                raise Cancelled

    with pytest.raises(Cancelled):
        sweep(blobs(rows=200, centres=3), 2, 8, 42, Stop())


def test_the_bend_where_it_is_stable() -> None:
    found = propose(BENT)
    assert (found.k, found.elbow, found.silhouette, found.stable) == (4, 4, [2], [2, 3, 4])
    assert "would say 2 (0.43 against 0.33)" in found.reason


def test_else_the_nearest_stable_number() -> None:
    found = propose(but(4, stability=0.5))
    assert (found.k, found.elbow) == (3, 4)
    assert "4 segments are not found again in halves of the rows (0.50 of 1)" in found.reason


def test_a_high_silhouette_decides_but_not_one_of_a_lopsided_split() -> None:
    assert propose(but(2, silhouette=0.7)).k == 2
    found = propose(but(2, silhouette=0.9, largest=0.99))
    assert found.k == 4
    assert "nearly all rows in one segment" in found.reason


def test_nothing_stable_is_said() -> None:
    found = propose([replace(each, stability=0.3) for each in BENT])
    assert (found.k, found.stable) == (4, [])
    assert "No number of segments is found again reliably" in found.reason


def test_near_silhouettes_are_ties_and_two_numbers_have_no_bend() -> None:
    assert propose(but(3, silhouette=0.425)).silhouette == [2, 3]
    assert propose(but(4, silhouette=0.4, silhouette_error=0.02)).silhouette == [2, 4]
    assert elbow(BENT[:2]) is None
    assert propose(BENT[:2]).k == 2
