"""K-Medoids: each segment is the rows nearest to its most central ones."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.micro import typical_middles
from mllab.engine.nearest import Scorer, margin_scorer, nearest_centre
from mllab.engine.segment_count import SegmentCount, check_count, check_found
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Matrix

DISTANCES = {
    "euclidean": "Straight line",
    "manhattan": "Sum of the differences: far values count less",
}
METRICS = {"euclidean": "sqeuclidean", "manhattan": "cityblock"}


class KMedoidsParams(Params):
    """Parameters of K-Medoids."""

    k: SegmentCount = 4
    distance: Literal["euclidean", "manhattan"] = Field(
        "euclidean",
        title="Distance",
        description="How far two rows are from each other. The sum of the differences lets one "
        "extreme value count less than the straight line does.",
        json_schema_extra={"choices": dict(DISTANCES)},
    )
    restarts: int = Field(
        3,
        ge=1,
        le=20,
        title="Restarts",
        description="Trained this often from other starting rows; the tightest result is kept. "
        "More are slower and seldom better, as rows are swapped until nothing helps.",
    )


@algorithms.register
class KMedoids(Algorithm):
    """FasterPAM: medoids swapped with other rows while that helps (Schubert and Lenssen, 2022).

    A medoid is a customer, whose row no model may hold: the mean of the five rows of its segment
    that are nearest to it stands in for it, and rows belong to the nearest of these.
    """

    key = "kmedoids"
    label = "K-Medoids"
    blurb = "Fits where a few extreme customers would pull the centres of K-Means away."
    what = (
        "Picks the most typical customers of the data and gives everyone the nearest of them. "
        "Extreme customers cannot move a typical one."
    )
    source = "Schubert and Lenssen, 2022"
    icon = "user-round-check"
    family = "centres"
    order = 16
    # All pairs of rows are held: 5,000 rows take 300 MB.
    fit_rows = 5_000
    takes_start = True
    Params = KMedoidsParams

    def cost(self, rows: int, columns: int, params: KMedoidsParams) -> Cost:
        """Estimate from all pairs of the sample, the swaps, and the nearest middle of all rows."""
        # Measured on one core: 2 ns and 1 ns for each column of a distance, 35 ns for each of a
        # start's swaps over all pairs.
        trained = min(rows, self.fit_rows or rows)
        pairs = trained * trained
        seconds = 0.01 + pairs * ((columns + 2) * 1e-9 + params.restarts * 35e-9)
        seconds += rows * params.k * (columns + 3) * 1e-9
        return Cost(seconds, 2_000_000 + 12 * pairs + rows * (columns * 16 + 40))

    def fit(self, X: "Matrix", params: KMedoidsParams, seed: int, progress: Progress) -> Fit:
        """Keep the start with the smallest loss; asks between starts whether to stop."""
        import kmedoids
        import numpy as np
        from scipy.spatial.distance import cdist

        check_count(X, params.k)
        progress.step(0.0, "Measuring all distances")
        metric = params.distance
        distances = cdist(X, X, "cityblock" if metric == "manhattan" else "euclidean")
        distances = distances.astype(np.float32)
        best: Any = None
        restarts = params.restarts if self.start is None else 1
        first = params.k if self.start is None else _nearest_rows(X, self.start)
        for number in range(restarts):
            share = 0.1 + 0.9 * number / restarts
            progress.step(share, f"Start {number + 1} of {restarts}")
            tried = kmedoids.fasterpam(
                distances, first, init="random", n_cpu=1,
                random_state=seed + number if self.start is None else None,
            )  # fmt: skip
            if best is None or tried.loss < best.loss:
                best = tried
        middles = typical_middles(X, np.asarray(best.medoids), np.asarray(best.labels))
        labels = nearest_centre(X, middles, METRICS[metric])
        check_found(labels, params.k)
        return Fit(
            labels,
            middles,
            assign=lambda rows: nearest_centre(rows, middles, METRICS[metric]),
            details={"loss": float(best.loss), "swaps": int(best.n_swap)},
        )

    def scorer(self, model: Model) -> Scorer:
        """Give rows the nearest middle, by the same distance."""
        middles = model.as_fitted(model.centers)
        metric = METRICS[model.params["distance"]]
        return margin_scorer(
            lambda rows: model.renumbered(nearest_centre(rows, middles, metric)), model.centers
        )


def _nearest_rows(X: "Matrix", centers: "Matrix") -> Any:
    """Return the row of X (n, d) that stands nearest to each centre (k, d), none of them twice."""
    import numpy as np
    from scipy.spatial.distance import cdist

    found: list[int] = []
    for row in cdist(centers, X, "sqeuclidean"):
        row[found] = np.inf
        found.append(int(row.argmin()))
    return np.array(found, dtype=np.uint64)
