"""Rows and centres: which is nearest, and by what margin."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mllab.engine.labelings import NOISE

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

Scorer = Callable[["Matrix"], "tuple[Labels, NDArray[float64]]"]
"""Rows (m, d) to their labels (m,) and confidences (m,) from 0 to 1; noise is −1, with 0."""
BATCH = 50_000


def batches(rows: int) -> Iterator[slice]:
    """Give the places of ``rows`` rows in pieces that are small in memory."""
    return (slice(start, min(start + BATCH, rows)) for start in range(0, rows, BATCH))


def nearest_centre(rows: "Matrix", centers: "Matrix") -> "Labels":
    """Return the centre (k, d) that each row (m, d) is nearest to, (m,); ties to the first."""
    from scipy.spatial.distance import cdist

    found: Labels = cdist(rows, centers, "sqeuclidean").argmin(axis=1)
    return found


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


def nearest_scorer(centers: "Matrix") -> Scorer:
    """Return what gives rows their nearest centre (k, d), and the margin to the next one."""

    def score(rows: "Matrix") -> "tuple[Labels, NDArray[float64]]":
        labels = nearest_centre(rows, centers)
        return labels, margins(rows, labels, centers)

    return score
