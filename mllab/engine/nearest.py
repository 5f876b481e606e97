"""Rows and centres: which is nearest, and by what margin."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mllab.engine.labelings import NOISE

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix, Model

Scorer = Callable[["Matrix"], "tuple[Labels, NDArray[float64]]"]
"""Rows (m, d) to their labels (m,) and confidences (m,) from 0 to 1; noise is −1, with 0."""
BATCH = 50_000
PAIRS = 2_000_000  # of rows and centres at a time: 16 MB of distances


def batches(rows: int) -> Iterator[slice]:
    """Give the places of ``rows`` rows in pieces that are small in memory."""
    return (slice(start, min(start + BATCH, rows)) for start in range(0, rows, BATCH))


def some_rows(X: "Matrix", most: int, seed: int) -> "Matrix":
    """Return at most so many rows of X (n, d), drawn by the seed, in their order."""
    import numpy as np

    if len(X) <= most:
        return X
    return X[np.sort(np.random.default_rng(seed).choice(len(X), most, replace=False))]


def nearest_centre(rows: "Matrix", centers: "Matrix", metric: str = "sqeuclidean") -> "Labels":
    """Return the centre (k, d) that each row (m, d) is nearest to, (m,); ties to the first."""
    import numpy as np
    from scipy.spatial.distance import cdist

    found: Labels = np.empty(len(rows), dtype=np.int64)
    size = max(1, PAIRS // len(centers))
    for start in range(0, len(rows), size):
        part = slice(start, start + size)
        found[part] = cdist(rows[part], centers, metric).argmin(axis=1)
    return found


def inertia(rows: "Matrix", centers: "Matrix") -> float:
    """Return the sum of squared distances of rows (m, d) to their nearest centre (k, d)."""
    import numpy as np

    nearest = centers[nearest_centre(rows, centers)]
    return float(np.einsum("ij,ij->", rows - nearest, rows - nearest))


def nearest_row(X: "Matrix", labels: "Labels") -> "Callable[[Matrix], Labels]":
    """Return what gives rows (m, d) the label of the nearest trained row (n, d), (n,)."""
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=1).fit(X)

    def assign(rows: "Matrix") -> "Labels":
        found: Labels = labels[index.kneighbors(rows, return_distance=False)[:, 0]]
        return found

    return assign


def margins(rows: "Matrix", labels: "Labels", centers: "Matrix") -> "NDArray[float64]":
    """Return how sure each row's segment is by its distances to the centres, (m,) from 0 to 1.

    1 − d₁/d₂, with d₁ to the centre of its own segment and d₂ to the nearest other one: 0 half
    way between the two (or nearer to the other, where segments are not made by centres), 1 on
    its own centre. Noise has 0; a segment that is alone has 1.
    """
    import numpy as np
    from scipy.spatial.distance import cdist

    found = np.zeros(len(rows))
    inside = np.flatnonzero(labels != NOISE)
    if len(centers) < 2:
        found[inside] = 1.0
        return found
    distances = cdist(rows[inside], centers)
    own_place = (np.arange(len(inside)), labels[inside])
    own = distances[own_place]
    distances[own_place] = np.inf
    other = distances.min(axis=1)
    share = np.divide(own, other, out=np.ones_like(own), where=other > 0)
    found[inside] = np.clip(1.0 - share, 0.0, 1.0)
    return found


def margin_scorer(label: "Callable[[Matrix], Labels]", centers: "Matrix") -> Scorer:
    """Return what gives rows the label of a rule, and the margin by the centres (k, d)."""
    import numpy as np

    def score(rows: "Matrix") -> "tuple[Labels, NDArray[float64]]":
        rows = np.ascontiguousarray(rows)
        labels = label(rows)
        return labels, margins(rows, labels, centers)

    return score


def nearest_scorer(model: "Model") -> Scorer:
    """Return what gives rows their nearest centre, and the margin to the next one.

    Of centres at the same distance the one that the fit had first, as while training.
    """
    centers = model.as_fitted(model.centers)
    return margin_scorer(
        lambda rows: model.renumbered(nearest_centre(rows, centers)), model.centers
    )
