"""Where rows lie densely: neighbours' distances, and groups of rows within reach of each other."""

from typing import TYPE_CHECKING

from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

    Matrix = NDArray[float64]
    Labels = NDArray[int64]

NEIGHBOURS_BATCH = 1_000
# Reach may hold nearly every row: 250 × 20,000 neighbours are 40 MB.
REACH_BATCH = 250
MOST_SEEDS = 500
SEEDS_BATCH = 50  # 50 × 10,000 distances are 4 MB
STILL = 1e-3  # of the bandwidth
ROUNDS = 300


def k_distances(X: "Matrix", k: int, progress: Progress) -> "NDArray[float64]":
    """Return how far the k-th nearest row of each is, itself counted, (n,); k ≤ n."""
    import numpy as np
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=k).fit(X)
    distances = np.empty(len(X))
    for start in range(0, len(X), NEIGHBOURS_BATCH):
        progress.step(start / len(X), "Measuring distances")
        part = slice(start, start + NEIGHBOURS_BATCH)
        distances[part] = index.kneighbors(X[part])[0][:, -1]
    return distances


def reachable(X: "Matrix", eps: float, progress: Progress) -> "Labels":
    """Number the groups (n,) of rows that are joined by steps of at most ``eps``, from 0.

    Works through the rows in batches: only pairs that still join two groups are kept, so that
    memory does not grow with the number of neighbours.
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(radius=eps).fit(X)
    groups = np.arange(len(X))
    for start in range(0, len(X), REACH_BATCH):
        progress.step(start / len(X), "Joining dense rows")
        stop = min(start + REACH_BATCH, len(X))
        near = index.radius_neighbors(X[start:stop], return_distance=False)
        ours = groups[np.repeat(np.arange(start, stop), [len(found) for found in near])]
        theirs = groups[np.concatenate(near)]
        joins = ours != theirs
        if joins.any():
            pairs = (ours[joins], theirs[joins])
            size = int(groups.max()) + 1
            graph = coo_array((np.ones(len(pairs[0]), dtype=bool), pairs), shape=(size, size))
            groups = connected_components(graph, directed=False)[1][groups]
    return groups.astype(np.int64)


class Reach:
    """Gives rows the label of the nearest dense row within ``eps``; farther ones are ``noise``.

    Rows on the border of two groups go to the nearer one, whatever the order of rows.
    """

    def __init__(self, dense: "Matrix", labels: "Labels", eps: float, noise: int) -> None:
        from sklearn.neighbors import NearestNeighbors

        self.labels, self.eps, self.noise = labels, eps, noise
        self.index = NearestNeighbors(n_neighbors=1).fit(dense)

    def __call__(self, rows: "Matrix") -> "Labels":
        """Label rows (m, d) → (m,)."""
        import numpy as np

        if not len(rows):
            return np.empty(0, dtype=np.int64)
        distances, places = self.index.kneighbors(rows)
        return np.where(distances[:, 0] <= self.eps, self.labels[places[:, 0]], self.noise)


def seeds(X: "Matrix", bandwidth: float) -> "Matrix":
    """Return where mean shift starts (m, d): one row for each bin of a grid as wide as this.

    The row that is nearest to the middle of its bin; of very many bins the fullest.
    """
    import numpy as np

    bins = np.round(X / bandwidth)
    distances = np.sum((X - bins * bandwidth) ** 2, axis=1)
    _, places, sizes = np.unique(bins, axis=0, return_inverse=True, return_counts=True)
    ordered = np.lexsort((distances, places.ravel()))
    nearest = ordered[np.concatenate([[0], np.cumsum(sizes)[:-1]])]
    fullest = np.sort(np.argsort(-sizes, kind="stable")[:MOST_SEEDS])
    found: Matrix = X[nearest[fullest]]
    return found


def climb(
    X: "Matrix", starts: "Matrix", bandwidth: float, progress: Progress
) -> "tuple[Matrix, Labels]":
    """Move points (m, d) to the mean of the rows within reach until they stand still.

    Returns where they end (m, d) and how many rows are within reach there, (m,).
    """
    import numpy as np

    ends, crowds = np.empty_like(starts), np.empty(len(starts), dtype=np.int64)
    for start in range(0, len(starts), SEEDS_BATCH):
        progress.step(start / len(starts), "Climbing to the peaks")
        part = slice(start, start + SEEDS_BATCH)
        ends[part], crowds[part] = _climbed(X, starts[part], bandwidth)
    return ends, crowds


def _climbed(X: "Matrix", starts: "Matrix", bandwidth: float) -> "tuple[Matrix, Labels]":
    import numpy as np
    from scipy.spatial.distance import cdist

    ends, crowds = starts.copy(), np.ones(len(starts), dtype=np.int64)
    moving = np.arange(len(starts))
    for _ in range(ROUNDS):
        near = (cdist(ends[moving], X, "sqeuclidean") <= bandwidth * bandwidth).astype(np.float64)
        counts = near.sum(axis=1)
        # Nobody is within reach only where rounding moved a point by more than its reach.
        means = np.where(
            counts[:, None] > 0, near @ X / np.maximum(counts, 1)[:, None], ends[moving]
        )
        moved = np.linalg.norm(means - ends[moving], axis=1)
        ends[moving], crowds[moving] = means, counts
        moving = moving[moved > STILL * bandwidth]
        if not len(moving):
            break
    return ends, crowds


def peaks(ends: "Matrix", crowds: "Labels", bandwidth: float, least: int) -> "Matrix":
    """Return the different ends of a climb (k, d), fullest first; the rest are too near to them.

    Those with fewer than ``least`` rows within reach are left out, but never the fullest.
    """
    import numpy as np
    from scipy.spatial.distance import cdist

    ordered = np.lexsort((*ends.T, crowds))[::-1]
    places = [place for place in ordered if crowds[place] >= least] or [ordered[0]]
    chosen: list[int] = []
    for place in places:
        if not chosen or cdist(ends[[place]], ends[chosen]).min() > bandwidth:
            chosen.append(place)
    found: Matrix = ends[chosen]
    return found
