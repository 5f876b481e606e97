"""K-Means for every number of segments in a row, each grown from the one before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix

TRIED = 8
"""Rows that may become the new centre; the one that helps most does."""

ITERATIONS = 300


@dataclass(frozen=True)
class Partition:
    """The tightest K-Means found for k segments: ``labels`` (n,) are from 0 to k − 1."""

    k: int
    centers: "Matrix"
    labels: "Labels"
    inertia: float


def grow(
    X: "Matrix", lowest: int, highest: int, cold: int, seed: int, progress: Progress
) -> Iterator[Partition]:
    """Give K-Means of X (n, d) for k from ``lowest`` to ``highest``; n ≥ highest ≥ 2.

    The centres of k − 1 and one more row are where k starts, so that it needs few rounds: the row
    is the best of some that are drawn as k-means++ draws them (Arthur and Vassilvitskii, 2007).
    ``cold`` starts from anew besides, as growing alone may follow a poor path; the tightest is
    kept. Fewer are given where there are not as many different rows.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    centers = X.mean(axis=0, keepdims=True)
    away = np.sum((X - centers) ** 2, axis=1)
    for k in range(2, highest + 1):
        progress.step((k - 2) / (highest - 1), f"Trying {k} segments")
        if not away.max() > 0:
            return
        starts: list[Any] = [np.vstack([centers, _best_row(X, away, random)])]
        starts += ["k-means++"] * (cold if k >= lowest else 0)
        found = min(
            (_fitted(X, k, start, seed + number) for number, start in enumerate(starts)),
            key=lambda each: each.inertia,
        )
        centers = found.centers
        away = np.sum((X - centers[found.labels]) ** 2, axis=1)
        if k >= lowest:
            yield found


def _best_row(X: "Matrix", away: "Matrix", random: Any) -> "Matrix":
    """Return the row (d,) that as a new centre leaves the least spread, of some that are far.

    ``away`` (n,) are the squared distances of rows to their centres.
    """
    import numpy as np
    from scipy.spatial.distance import cdist

    drawn = X[random.choice(len(X), size=TRIED, p=away / away.sum())]
    left = np.minimum(cdist(drawn, X, "sqeuclidean"), away).sum(axis=1)
    best: Matrix = drawn[int(np.argmin(left))]
    return best


def _fitted(X: "Matrix", k: int, start: Any, seed: int) -> Partition:
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    model = KMeans(k, init=start, n_init=1, max_iter=ITERATIONS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # rows that nearly coincide
        model.fit(X)
    return Partition(
        k, model.cluster_centers_, model.labels_.astype("int64"), float(model.inertia_)
    )
