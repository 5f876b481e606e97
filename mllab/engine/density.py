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
