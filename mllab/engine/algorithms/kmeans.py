"""K-Means: the centres that the rows are nearest to."""

from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, algorithms
from mllab.engine.nearest import nearest_centre
from mllab.engine.segment_count import SegmentCount, check_count, check_found
from mllab.engine.watched import watched
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Matrix


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
        # Measured on one core: 8 ms of set-up per start, about 30 rounds of
        # 0.9 ns × (columns + 2) for each distance between a row and a centre.
        rounds = min(params.max_iter, 30)
        start = 8e-3 + rounds * rows * params.k * (columns + 2) * 0.9e-9
        return Cost(params.restarts * start, rows * (columns * 16 + 40))

    def fit(self, X: "Matrix", params: KMeansParams, seed: int, progress: Progress) -> Fit:
        """Keep the start with the smallest inertia; asks between starts whether to stop."""
        check_count(X, params.k)
        best: Any = None
        restarts = params.restarts if self.start is None else 1
        for number in range(restarts):
            share = (number / restarts, (number + 1) / restarts)
            part, title = SubProgress(progress, *share), f"Start {number + 1} of {restarts}"
            tried = watched(partial(_start, X, params, seed + number, self.start), part, title)
            if best is None or tried.inertia_ < best.inertia_:
                best = tried
        # As scoring does it: of a row between two centres its own labels may say the other one.
        labels = nearest_centre(X, best.cluster_centers_)
        check_found(labels, params.k)
        details = {"inertia": float(best.inertia_), "iterations": int(best.n_iter_)}
        return Fit(labels, best.cluster_centers_, details=details)


def _start(X: "Matrix", params: KMeansParams, seed: int, first: "Matrix | None" = None) -> Any:
    """Train from one set of starting centres: ``first`` (k, d), or random ones."""
    import warnings

    from sklearn.cluster import KMeans as SklearnKMeans
    from sklearn.exceptions import ConvergenceWarning

    model = SklearnKMeans(
        params.k, init="k-means++" if first is None else first, n_init=1,
        max_iter=params.max_iter, random_state=seed,
    )  # fmt: skip
    with warnings.catch_warnings():
        # Says that rows nearly coincide; the caller counts the segments and says so in a sentence.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X)
