"""OPTICS: puts rows in the order in which a dense region is walked through, then cuts it."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mllab.engine.algorithms.base import NOISE, Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.density import k_distances
from mllab.engine.micro import crowd_middles, micro_scorer, micro_scoring
from mllab.engine.nearest import Scorer, nearest_row
from mllab.engine.reachability import reach_details
from mllab.engine.segment_count import SmallestSegment, check_count
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

FEWEST, NEIGHBOURS, SHARE = 5, 10, 100
CUTS = (0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4)  # quantiles of reachability, tried in turn
TELLING = 0.05  # of all rows: the second segment must hold as many
CHUNK = 100  # rows between two looks at whether to stop
WAYS = {
    "cut": "One density for all segments",
    "xi": "Steep flanks: each segment its own density, more noise",
}


class OpticsParams(Params):
    """Parameters of OPTICS."""

    min_samples: int = Field(
        NEIGHBOURS,
        ge=2,
        le=1_000,
        title="Neighbours",
        description="How many rows nearby, itself counted, say how dense it is around a row. "
        "More smooth the density, and give fewer segments.",
    )
    min_cluster_size: SmallestSegment = None
    way: Literal["cut", "xi"] = Field(
        "cut",
        title="Segments by",
        description="How segments are read from the order. One density for all leaves fewer "
        "customers out; steep flanks find segments of different density.",
        json_schema_extra={"choices": dict(WAYS)},
    )
    xi: float = Field(
        0.05,
        gt=0,
        lt=1,
        title="Steepness (ξ)",
        description="How steep a flank must be, where segments are read by flanks. Larger values "
        "give fewer segments.",
    )


@algorithms.register
class Optics(Algorithm):
    """Ordering points by reachability (Ankerst et al., 1999).

    The order is scikit-learn's but for rows at the same distance. By default it is cut at one
    height, the largest of a few at which a second segment holds one row in 20: reading it by
    steep flanks, scikit-learn's default, leaves six customers of ten in noise.
    """

    key = "optics"
    label = "OPTICS"
    blurb = "Fits where segments are dense and you do not know how dense; leaves odd rows out."
    what = (
        "Walks from each customer to the nearest next one and notes how far the steps are; short "
        "steps in a row are a segment. Customers between segments are noise."
    )
    source = "Ankerst et al., 1999"
    icon = "audio-lines"
    family = "density"
    order = 43
    finds_k = True
    finds_noise = True
    scores_exactly = False
    fit_rows = 7_500
    Params = OpticsParams

    def cost(self, rows: int, columns: int, params: OpticsParams) -> Cost:
        """Estimate from all pairs of the sample and the nearest row of the others."""
        # Measured on one core: 30 µs and 6 ns for each other row for a step, and a neighbour's
        # search as in DBSCAN.
        trained = min(rows, self.fit_rows or rows)
        step = 30e-6 + trained * (6e-9 + columns * 0.5e-9)
        few = columns <= 15
        neighbours = 20e-6 + 2e-6 * columns if few else trained * (columns * 0.4e-9 + 20e-9)
        one = 5e-6 + 1.2e-6 * columns if few else trained * columns * 0.1e-9
        seconds = 0.02 + trained * (step + neighbours) + (rows - trained) * one + rows * 1e-7
        return Cost(seconds, 20_000_000 + trained * 500 + rows * (columns * 16 + 40))

    def fit(self, X: "Matrix", params: OpticsParams, seed: int, progress: Progress) -> Fit:
        """Order the rows and read the segments from it."""
        check_count(X, 2)
        wanted = min(params.min_samples, len(X))
        smallest = params.min_cluster_size or max(min(FEWEST, len(X)), len(X) // SHARE)
        core = k_distances(X, wanted, SubProgress(progress, 0.0, 0.3))
        order, reach, before = _ordered(X, core, SubProgress(progress, 0.3, 0.95))
        height: float | None = None
        if params.way == "cut":
            labels, height = _by_cut(order, reach, core, smallest)
        if params.way == "xi" or labels.max() < 1:  # a crowd within a crowd has flanks only
            labels, height = _by_flanks(order, reach, before, smallest, wanted, params.xi), None
        if labels.max() < 1:
            raise _too_few(int(labels.max()) + 1, params)
        details = {
            "min_samples": wanted,
            "min_cluster_size": smallest,
            "cut": height,
            **reach_details(reach[order], labels[order]),
        }
        return Fit(
            labels,
            crowd_middles(X, labels),
            assign=nearest_row(X, labels),
            details=details,
            scoring=micro_scoring(X, labels),
        )

    def scorer(self, model: Model) -> Scorer:
        """Give rows the segment of the nearest stored average, and noise beyond its reach."""
        return micro_scorer(model)


def _ordered(
    X: "Matrix", core: "NDArray[float64]", progress: Progress
) -> "tuple[Labels, NDArray[float64], Labels]":
    """Return the order of the rows, how far each is reached from, and from which; (n,) each.

    The next row is always the nearest to any before it, no nearer than that one is dense.
    """
    import numpy as np

    n, squares = len(X), np.einsum("ij,ij->i", X, X)
    reach, before = np.full(n, np.inf), np.full(n, -1, dtype=np.int64)
    waiting = np.full(n, np.inf)  # as ``reach``, and nothing of rows that were taken
    order, taken = np.empty(n, dtype=np.int64), np.zeros(n, dtype=bool)
    row = 0
    for place in range(n):
        if place % CHUNK == 0:
            progress.step(place / n, "Ordering rows by density")
        order[place], taken[row] = row, True
        far = np.sqrt(np.maximum(squares + squares[row] - 2 * (X @ X[row]), 0))
        np.maximum(far, core[row], out=far)
        nearer = (far < reach) & ~taken
        reach[nearer] = waiting[nearer] = far[nearer]
        before[nearer] = row
        waiting[row] = np.inf
        row = int(waiting.argmin())
    return order, reach, before


def _by_flanks(
    order: "Labels",
    reach: "NDArray[float64]",
    before: "Labels",
    smallest: int,
    wanted: int,
    xi: float,
) -> "Labels":
    """Read segments between steep flanks of the order."""
    import numpy as np
    from sklearn.cluster import cluster_optics_xi

    labels, _ = cluster_optics_xi(
        reachability=reach,
        predecessor=before,
        ordering=order,
        min_samples=wanted,
        min_cluster_size=smallest,
        xi=xi,
    )
    return _numbered(labels.astype(np.int64), 1)


def _by_cut(
    order: "Labels", reach: "NDArray[float64]", core: "NDArray[float64]", smallest: int
) -> "tuple[Labels, float]":
    """Cut the order at one height: the first that leaves two segments worth a name."""
    import numpy as np
    from sklearn.cluster import cluster_optics_dbscan

    finite = reach[np.isfinite(reach)]
    best: tuple[Labels, float] | None = None
    for height in np.quantile(finite, CUTS):
        labels = cluster_optics_dbscan(
            reachability=reach, core_distances=core, ordering=order, eps=height
        )
        found = _numbered(labels.astype(np.int64), smallest)
        sizes = np.sort(np.bincount(found[found != NOISE], minlength=1))
        if best is None or (best[0].max() < 1 <= found.max()):
            best = (found, float(height))
        if len(sizes) > 1 and sizes[-2] >= TELLING * len(reach):
            return found, float(height)
    assert best is not None
    return best


def _numbered(labels: "Labels", smallest: int) -> "Labels":
    """Make too small segments noise, and number the others from 0."""
    import numpy as np

    sizes = np.bincount(labels + 1)[1:]
    number = np.full(len(sizes) + 1, NOISE, dtype=np.int64)
    kept = np.flatnonzero(sizes >= smallest)
    number[kept] = np.arange(len(kept))
    found: Labels = number[labels]  # −1, the noise, is the last
    return found


def _too_few(count: int, params: OpticsParams) -> UserError:
    field = "xi" if params.way == "xi" else "min_samples"
    tip = f"a smaller ξ than {params.xi:g}" if field == "xi" else "fewer neighbours"
    what = "one segment only" if count else "noise only"
    sentence = f"OPTICS found {what}. Try {tip}, a smaller smallest segment, or K-Means."
    return UserError(sentence, {field: sentence})
