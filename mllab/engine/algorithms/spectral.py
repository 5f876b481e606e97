"""Spectral: cuts the net of nearest neighbours where it is thin."""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.labelings import centroids
from mllab.engine.micro import crowd_middles, micro_scorer, micro_scoring, nearest_rows
from mllab.engine.nearest import Scorer, nearest_row
from mllab.engine.segment_count import SegmentCount, check_count, check_found
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Matrix

DENSE_ROWS = 300  # up to here all directions are found at once
VECTORS = 40  # kept between the rounds of the search
ROUNDS = 1_000
TOLERANCE = 1e-5
RESTARTS = 10


class SpectralParams(Params):
    """Parameters of spectral clustering."""

    k: SegmentCount = 4
    neighbours: int = Field(
        20,
        ge=2,
        le=500,
        title="Neighbours",
        description="To how many of its nearest rows each is tied. Fewer follow thin and bent "
        "shapes; more give rounder segments.",
    )


@algorithms.register
class Spectral(Algorithm):
    """Normalised cuts of the graph of nearest neighbours (Ng, Jordan and Weiss, 2001).

    The graph is scikit-learn's. The directions are sought as the largest of the normalised ties,
    which takes a tenth of the time of its inverted search, and can be left in every round.
    """

    key = "spectral"
    label = "Spectral"
    blurb = "Fits where segments are bent or stretched, but hang together."
    what = (
        "Ties every customer to the nearest others and cuts this net where the fewest ties are "
        "lost. So a segment may have any shape."
    )
    source = "Ng, Jordan and Weiss, 2001"
    icon = "waypoints"
    family = "neighbours"
    order = 50
    scores_exactly = False
    fit_rows = 7_500
    Params = SpectralParams

    def cost(self, rows: int, columns: int, params: SpectralParams) -> Cost:
        """Estimate from the neighbours of the sample, some hundred rounds over their ties."""
        # Measured on one core: neighbours as in DBSCAN; about 250 rounds of 2 ns for each tie
        # and 20 ns for each row.
        trained = min(rows, self.fit_rows or rows)
        few = columns <= 15
        neighbours = 15e-6 + 8e-6 * columns if few else trained * (columns * 0.4e-9 + 20e-9)
        one = 5e-6 + 1.2e-6 * columns if few else trained * columns * 0.1e-9
        ties = min(params.neighbours, trained) * 2
        search = 250 * trained * (20e-9 + ties * 2e-9) + trained * params.k * 2e-6
        seconds = 0.05 + trained * neighbours + search + (rows - trained) * one + rows * 1e-7
        return Cost(seconds, 10_000_000 + trained * ties * 40 + rows * (columns * 16 + 40))

    def fit(self, X: "Matrix", params: SpectralParams, seed: int, progress: Progress) -> Fit:
        """Tie neighbours, find the k directions that cut the fewest ties, group rows by them."""
        import numpy as np
        from sklearn.cluster import KMeans

        check_count(X, params.k)
        ties, roots = _ties(X, params.neighbours, SubProgress(progress, 0.0, 0.4))
        vectors = _directions(ties, params.k, seed, SubProgress(progress, 0.4, 0.9))
        progress.step(0.9, "Grouping rows")
        points = vectors / roots[:, None]
        labels = _grouped(KMeans(params.k, n_init=RESTARTS, random_state=seed), points)
        check_found(labels, params.k)
        return Fit(
            labels.astype(np.int64),
            crowd_middles(X, labels.astype(np.int64)),
            assign=nearest_row(X, labels.astype(np.int64)),
            details={"neighbours": min(params.neighbours, len(X))},
            scoring=micro_scoring(X, labels.astype(np.int64)),
        )

    def scorer(self, model: Model) -> Scorer:
        """Give rows the segment of the nearest stored average."""
        return micro_scorer(model)


def _grouped(model: Any, points: "Matrix") -> Any:
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # Says that points coincide; the caller counts the segments and says so in a sentence.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(points).labels_


def _ties(X: "Matrix", neighbours: int, progress: Progress) -> "tuple[Any, NDArray[float64]]":
    """Return the ties between rows, (n, n) sparse, normalised by the roots (n,) of their sums.

    A tie counts half where only one of the two rows has the other among its nearest.
    """
    import numpy as np
    from scipy.sparse import csr_array, diags_array
    from sklearn.neighbors import kneighbors_graph

    progress.step(0.0, "Tying nearest rows")
    graph = kneighbors_graph(X, min(neighbours, len(X)), include_self=True)
    progress.step(0.9)
    graph = _joined(csr_array(0.5 * (graph + graph.T)), X)
    roots = np.sqrt(np.asarray(graph.sum(axis=1)).ravel())
    scale = diags_array(1 / roots)
    return csr_array(scale @ graph @ scale), roots


def _joined(graph: Any, X: "Matrix") -> Any:
    """Return the graph with one tie more between parts that hang together by none.

    The search cannot tell parts without any tie apart: all cuts between them cost nothing. The
    tie is between rows that are near to each other, along the shortest tree of the parts' middles.
    """
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
    from scipy.spatial.distance import cdist

    count, parts = connected_components(graph, directed=False)
    if count < 2:
        return graph
    middles = centroids(X, parts.astype(np.int64))
    apart = cdist(middles, middles)
    tree = minimum_spanning_tree(apart + max(float(apart.max()), 1.0) * 1e-9)
    pairs = []
    for one, other in zip(*tree.nonzero(), strict=True):
        ours, theirs = np.flatnonzero(parts == one), np.flatnonzero(parts == other)
        near = ours[nearest_rows(X[ours], middles[other], 1)[0]]
        pairs.append((near, theirs[nearest_rows(X[theirs], X[near], 1)[0]]))
    ends = np.array(pairs + [(there, here) for here, there in pairs]).T
    return graph + csr_array((np.ones(ends.shape[1]), ends), shape=graph.shape)


def _directions(ties: Any, k: int, seed: int, progress: Progress) -> "Matrix":
    """Return the k vectors (n, k) of the largest eigenvalues; looks up in every round."""
    import numpy as np
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    n, rounds = ties.shape[0], [0]
    if n <= max(DENSE_ROWS, 2 * k + 1):
        progress.step(0.5, "Looking for thin places")
        found: Matrix = np.linalg.eigh(ties.toarray())[1][:, -k:]
        return found

    def turned(vector: "NDArray[float64]") -> "NDArray[float64]":
        rounds[0] += 1
        progress.step(rounds[0] / (rounds[0] + 200), "Looking for thin places")
        moved: NDArray[float64] = ties @ vector + vector  # no eigenvalue below 0
        return moved

    start = np.random.default_rng(seed).uniform(-1, 1, n)
    operator = LinearOperator(ties.shape, matvec=turned, dtype=np.float64)
    size = min(max(VECTORS, 3 * k), n - 1)
    try:
        return np.asarray(
            eigsh(operator, k, which="LA", ncv=size, v0=start, tol=TOLERANCE, maxiter=ROUNDS)[1]
        )
    except ArpackNoConvergence as error:
        if not error.eigenvectors.shape[1]:
            raise
        return np.asarray(error.eigenvectors)
