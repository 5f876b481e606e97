"""K-Means: the centres that the rows are nearest to."""

from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, algorithms
from mllab.engine.nearest import nearest_centre, some_rows
from mllab.engine.segment_count import SegmentCount, check_count, check_found
from mllab.engine.watched import watched
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Matrix

TRIED_ROWS = 50_000
"""Of more rows starts are compared on a sample, and the best goes on with all of them: as tight,
in a tenth of the time."""

USUAL_ROUNDS = 30  # of one start


class KMeansParams(Params):
    """Parameters of K-Means."""

    k: SegmentCount = 4
    restarts: int = Field(
        10,
        ge=1,
        le=50,
        title="Restarts",
        description="Trained this often from other starting centres; the tightest result is kept. "
        "With fewer than 3 a bad start can win.",
    )
    max_iter: int = Field(
        300,
        ge=1,
        le=10_000,
        title="Iterations",
        description="The most rounds of one start; it ends earlier once the centres stand still.",
    )


@algorithms.register
class KMeans(Algorithm):
    """Lloyd's algorithm from k-means++ centres (Arthur and Vassilvitskii, 2007)."""

    key = "kmeans"
    label = "K-Means"
    blurb = "Fast and easy to explain; fits where segments are round and of similar spread."
    what = (
        "Puts as many centres as you ask for among the customers and gives everyone the nearest, "
        "again and again, until the centres stand still."
    )
    source = "Arthur and Vassilvitskii, 2007"
    icon = "circle-dot"
    family = "centres"
    order = 10
    recommended = True
    takes_start = True
    Params = KMeansParams

    def cost(self, rows: int, columns: int, params: KMeansParams) -> Cost:
        """Estimate from a fixed part and one per distance to a centre."""
        # Measured on one core: 4 ms of set-up per start, about 30 rounds of
        # 0.9 ns × (columns + 2) for each distance between a row and a centre; ten with all rows
        # where starts were compared on a sample.
        pair = (columns + 2) * 0.9e-9
        start = 4e-3 + min(params.max_iter, USUAL_ROUNDS) * min(rows, TRIED_ROWS) * params.k * pair
        rest = max(rows - TRIED_ROWS, 0) * (min(params.max_iter, 10) + 1) * params.k * pair
        return Cost(params.restarts * start + rest, rows * (columns * 16 + 40))

    def fit(self, X: "Matrix", params: KMeansParams, seed: int, progress: Progress) -> Fit:
        """Keep the start with the smallest inertia; asks between starts whether to stop."""
        check_count(X, params.k)
        rows = some_rows(X, TRIED_ROWS, seed)
        best: Any = None
        restarts = params.restarts if self.start is None else 1
        first = "k-means++" if self.start is None else self.start
        for number in range(restarts):
            share = (0.9 * number / restarts, 0.9 * (number + 1) / restarts)
            part, title = SubProgress(progress, *share), f"Start {number + 1} of {restarts}"
            tried = watched(partial(_start, rows, params, seed + number, first), part, title)
            if best is None or tried.inertia_ < best.inertia_:
                best = tried
        if len(rows) < len(X):
            last = partial(_start, X, params, seed, best.cluster_centers_)
            best = watched(last, SubProgress(progress, 0.9, 1.0), "Going on with all rows")
        # As scoring does it: of a row between two centres its own labels may say the other one.
        labels = nearest_centre(X, best.cluster_centers_)
        check_found(labels, params.k)
        details = {"inertia": float(best.inertia_), "iterations": int(best.n_iter_)}
        return Fit(labels, best.cluster_centers_, details=details)


def _start(X: "Matrix", params: KMeansParams, seed: int, init: Any = "k-means++") -> Any:
    """Train from one set of starting centres (k, d), or one that is drawn."""
    import warnings

    from sklearn.cluster import KMeans as SklearnKMeans
    from sklearn.exceptions import ConvergenceWarning

    model = SklearnKMeans(
        params.k, init=init, n_init=1, max_iter=params.max_iter, random_state=seed
    )
    with warnings.catch_warnings():
        # Says that rows nearly coincide; the caller counts the segments and says so in a sentence.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X)
