"""Stand-ins for trained rows in a stored model: averages of a few rows of one segment each."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mllab.engine.labelings import NOISE, centroids

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix, Model
    from mllab.engine.nearest import Scorer

CROWD = 5  # rows that an average is of, at least: none is a customer
MOST = 1_000  # averages in a model
MOST_NUMBERS = 40_000  # averages × columns: under a megabyte as text
ROUNDS = 6
BEYOND = 3.0  # × the farthest row of a group without noise near it: half way is twice as far
TREE_COLUMNS = 15  # in more columns all distances are quicker than a tree


def micro_scoring(X: "Matrix", labels: "Labels") -> dict[str, Any]:
    """Return what ``micro_scorer`` needs of trained rows X (n, d) and labels (n,), as JSON.

    ``groups`` (m, d) are averages of at least five rows of one segment each, ``labels`` (m,)
    theirs. Where there is noise it has averages too, and ``reach`` (m,) says how far from each
    the rows of its segment lie: what is farther is noise.
    """
    groups, names = _groups(X, labels)
    found = {"groups": groups.tolist(), "labels": names.tolist()}
    if (labels == NOISE).any():
        found["reach"] = _reaches(X, labels, groups, names).tolist()
    return found


def micro_scorer(model: "Model") -> "Scorer":
    """Return what gives rows the segment of the nearest average, and noise beyond its reach."""
    import numpy as np

    from mllab.engine.nearest import margin_scorer

    nearest = nearest_of(np.asarray(model.scoring["groups"], dtype=np.float64))
    names = np.asarray(model.scoring["labels"], dtype=np.int64)
    is_noise = names == NOISE
    names[~is_noise] = model.renumbered(names[~is_noise])
    reach = np.asarray(model.scoring.get("reach", np.full(len(names), np.inf)), dtype=np.float64)

    def label(rows: "Matrix") -> "Labels":
        distances, places = nearest(rows)
        return np.where(distances <= reach[places], names[places], NOISE)

    return margin_scorer(label, model.centers)


def crowd_middles(X: "Matrix", labels: "Labels") -> "Matrix":
    """Return a middle (k, d) for each segment that no row alone decides.

    The mean of its rows; of fewer than five, that of the five rows nearest to it.
    """
    import numpy as np

    inside = labels != NOISE
    middles = centroids(X[inside], labels[inside])
    sizes = np.bincount(labels[inside])
    for place in np.flatnonzero(sizes < CROWD):
        middles[place] = X[nearest_rows(X, middles[place])].mean(axis=0)
    return middles


def typical_middles(X: "Matrix", typical: "Labels", labels: "Labels") -> "Matrix":
    """Return the mean (k, d) of the five rows nearest to the typical one of each segment.

    ``typical`` (k,) are places of rows; of rows of its own segment where there are five.
    """
    import numpy as np

    found = []
    for label, place in enumerate(typical):
        own = X[labels == label]
        rows = own if len(own) >= CROWD else X
        found.append(rows[nearest_rows(rows, X[place])].mean(axis=0))
    return np.stack(found)


def nearest_rows(X: "Matrix", point: "NDArray[float64]", count: int = CROWD) -> "Labels":
    """Return the places of the rows of X (n, d) that are nearest to a point (d,)."""
    import numpy as np

    found: Labels = np.argsort(np.sum((X - point) ** 2, axis=1), kind="stable")[:count]
    return found


def nearest_of(centers: "Matrix") -> "Callable[[Matrix], tuple[NDArray[float64], Labels]]":
    """Return what finds the nearest of many centres (m, d): distances and places, (n,) each."""
    import numpy as np
    from scipy.spatial import KDTree

    from mllab.engine.nearest import nearest_centre

    if centers.shape[1] <= TREE_COLUMNS:
        tree = KDTree(centers)

        def by_tree(rows: "Matrix") -> "tuple[NDArray[float64], Labels]":
            distances, places = tree.query(rows)
            return distances, places.astype(np.int64)

        return by_tree

    def by_all(rows: "Matrix") -> "tuple[NDArray[float64], Labels]":
        places = nearest_centre(rows, centers)
        return np.linalg.norm(rows - centers[places], axis=1), places

    return by_all


def _groups(X: "Matrix", labels: "Labels") -> "tuple[Matrix, Labels]":
    """Return the averages (m, d) of all segments and of the noise, and their labels (m,)."""
    import numpy as np

    most = max(min(MOST, MOST_NUMBERS // X.shape[1]), 1)
    found, names = [], []
    for label in np.unique(labels):
        rows = X[labels == label]
        if len(rows) < CROWD:
            if label == NOISE:
                continue
            rows = X[nearest_rows(X, rows.mean(axis=0))]
        share = max(round(most * len(rows) / len(X)), 1)
        groups = _averages(rows, min(share, len(rows) // CROWD))
        found.append(groups)
        names += [int(label)] * len(groups)
    return np.concatenate(found), np.asarray(names, dtype=np.int64)


def _averages(rows: "Matrix", count: int) -> "Matrix":
    """Return about ``count`` averages (m, d) of at least five of the rows (n, d) each.

    Cells of a tree of medians, then a few rounds of Lloyd's algorithm: no seed is needed.
    """
    import numpy as np

    cells = np.zeros(len(rows), dtype=np.int64)
    _cut(rows, np.arange(len(rows)), max(count, 1), cells, 0)
    centers = centroids(rows, cells)
    for _ in range(ROUNDS):
        cells = nearest_of(centers)(rows)[1]
        centers = centroids(rows, cells)
    return _crowded(rows, centers)


def _cut(rows: "Matrix", places: "Labels", count: int, cells: "Labels", first: int) -> int:
    """Number ``count`` cells from ``first`` in ``cells``, by medians of the widest column."""
    import numpy as np

    if count < 2 or len(places) < 2 * CROWD:
        cells[places] = first
        return first + 1
    inside = rows[places]
    widest = int(np.argmax(inside.var(axis=0)))
    ordered = places[np.argsort(inside[:, widest], kind="stable")]
    left = count // 2
    middle = len(ordered) * left // count
    first = _cut(rows, ordered[:middle], left, cells, first)
    return _cut(rows, ordered[middle:], count - left, cells, first)


def _crowded(rows: "Matrix", centers: "Matrix") -> "Matrix":
    """Leave out averages of too few rows, whose rows go to the next, until none is left."""
    import numpy as np

    while len(centers) > 1:
        cells = nearest_of(centers)(rows)[1]
        sizes = np.bincount(cells, minlength=len(centers))
        if sizes.min() >= CROWD:
            return centroids(rows, cells)
        smallest = np.flatnonzero(sizes < CROWD)
        # All at once, but for the last: a crowd of lonely ones makes one group.
        kept = np.setdiff1d(np.arange(len(centers)), smallest)
        centers = centers[kept] if len(kept) else centers[: len(centers) // 2]
    return rows.mean(axis=0, keepdims=True)


def _reaches(
    X: "Matrix", labels: "Labels", groups: "Matrix", names: "Labels"
) -> "NDArray[float64]":
    """Return how far each group reaches (m,): where it mistakes the fewest of the rows near it.

    Half way between two rows, so that it is the distance of none; where nothing but its own rows
    is near, further than those: a new row lies farther from an average than the rows it is of.
    """
    import numpy as np

    distances, places = nearest_of(groups)(X)
    reaches = np.zeros(len(groups))
    order = np.lexsort((distances, places))
    starts = np.searchsorted(places[order], np.arange(len(groups) + 1))
    for group, (start, stop) in enumerate(itertools.pairwise(starts)):
        near = order[start:stop]
        if not len(near) or names[group] == NOISE:
            continue
        far = distances[near]
        # Taking the first i rows in is right for its own ones and wrong for noise.
        gains = np.cumsum(np.where(labels[near] == NOISE, -1, 1))
        last = int(np.argmax(gains))
        if gains[last] <= 0:
            continue
        beyond = far[last + 1] if last + 1 < len(far) else far[last] * BEYOND
        reaches[group] = (far[last] + beyond) / 2
    return reaches
