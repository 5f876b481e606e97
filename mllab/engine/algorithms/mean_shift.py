"""Mean Shift: segments around the peaks of density, without asking for their number."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, algorithms
from mllab.engine.density import climb, peaks, seeds
from mllab.engine.labelings import spread
from mllab.engine.nearest import nearest_centre
from mllab.engine.segment_count import check_count
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix

SAMPLE = 1_500  # rows; enough for a bandwidth
NEAREST = (0.3, 0.2, 0.1, 0.05, 0.03)  # shares of all rows that a bandwidth reaches
LARGEST = 0.6  # share of the rows; a larger segment says little
SMALLEST_CROWD = 0.01  # share of the rows
SMALLEST_BANDWIDTH = 1e-6  # of the rows' spread, where most of them are equal


class MeanShiftParams(Params):
    """Parameters of Mean Shift."""

    bandwidth: float | None = Field(
        None,
        ge=1e-9,
        allow_inf_nan=False,
        title="Bandwidth",
        description="How far around a point its rows are looked at, in the prepared space; larger "
        "ones give fewer segments. Empty: of several, which reach 3 to 30% of the rows, the one "
        "with the clearest segments, none of them over 60% of the rows where it can be.",
    )
    min_rows: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        title="Smallest peak",
        description="How many rows within the bandwidth make a peak a segment; the rows of lower "
        "ones go to the nearest. Empty: one row in 100.",
    )


@algorithms.register
class MeanShift(Algorithm):
    """Flat-kernel mean shift (Comaniciu and Meer, 2002), from one seed for each bin of rows.

    As scikit-learn's with ``bin_seeding``, but all seeds climb together; a seed is the row
    nearest to the middle of its bin, so that none starts where nobody is.
    """

    key = "mean_shift"
    label = "Mean Shift"
    blurb = "Finds the number of segments from the peaks of density; leaves nobody out."
    what = (
        "Lets points climb to where customers are densest. "
        "Everyone belongs to the nearest of the peaks that are found."
    )
    source = "Comaniciu and Meer, 2002"
    icon = "mountain"
    family = "density"
    order = 44
    finds_k = True
    fit_rows = 10_000
    Params = MeanShiftParams

    def cost(self, rows: int, columns: int, params: MeanShiftParams) -> Cost:
        """Estimate from the rounds of all seeds over the sample, and the nearest peak of all."""
        # Measured on one core: 2 ns and 1 ns for each column of a distance; about 25 rounds in
        # a few columns, ever fewer in more, where rows are far from each other.
        trained = min(rows, self.fit_rows or rows)
        tried = len(NEAREST) if params.bandwidth is None else 1
        rounds = 1 + 24 / (1 + (columns / 20) ** 2)
        around = min(trained, 500) * trained * (2e-9 + columns * 1e-9)
        seconds = 0.02 + tried * rounds * around + rows * (columns + 10) * 2e-9
        return Cost(seconds, 30_000_000 + trained * 2_000 + rows * (columns * 8 + 40))

    def fit(self, X: "Matrix", params: MeanShiftParams, seed: int, progress: Progress) -> Fit:
        """Let seeds climb to their peaks; rows belong to the nearest peak."""
        check_count(X, 2)
        least = params.min_rows or max(1, round(len(X) * SMALLEST_CROWD))
        tried = [params.bandwidth] if params.bandwidth else _bandwidths(X, seed)
        found = []
        for number, bandwidth in enumerate(tried):
            share = (number / len(tried), (number + 1) / len(tried))
            found.append(_segments_at(X, bandwidth, least, SubProgress(progress, *share)))
        best = found[0] if len(found) == 1 else max(found, key=lambda one: _clarity(X, one, seed))
        if len(best.centers) < 2:
            raise _one_only(min(tried))
        return Fit(best.labels, best.centers, details=_details(best, params, least))


@dataclass(frozen=True)
class _Found:
    bandwidth: float
    labels: "Labels"
    centers: "Matrix"
    largest: float
    """Share of the rows."""
    seeds: int


def _segments_at(X: "Matrix", bandwidth: float, least: int, progress: Progress) -> _Found:
    """Segment the rows (n, d) at one bandwidth; peaks that no row is nearest to are left out."""
    import numpy as np

    started = seeds(X, bandwidth)
    ends, crowds = climb(X, started, bandwidth, progress)
    centers = peaks(ends, crowds, bandwidth, least)
    kept, labels, sizes = np.unique(
        nearest_centre(X, centers), return_inverse=True, return_counts=True
    )
    largest = float(sizes.max() / len(X))
    return _Found(bandwidth, labels.astype(np.int64), centers[kept], largest, len(started))


def _clarity(X: "Matrix", found: _Found, seed: int) -> tuple[bool, bool, float]:
    """Return what the best bandwidth has most of, the silhouette of a sample at last."""
    from sklearn.metrics import silhouette_score

    rows = _sampled(len(X), seed)
    labels = found.labels[rows]
    several = 1 < len(set(labels.tolist())) < len(labels)
    score = float(silhouette_score(X[rows], labels)) if several else -1.0
    return len(found.centers) > 1, found.largest <= LARGEST, score


def _sampled(rows: int, seed: int) -> "Labels":
    import numpy as np

    if rows <= SAMPLE:
        return np.arange(rows)
    return np.random.default_rng(seed).choice(rows, SAMPLE, replace=False)


def _bandwidths(X: "Matrix", seed: int) -> list[float]:
    """Return what reaches each of the shares of rows on average, measured on a sample."""
    import numpy as np
    from scipy.spatial.distance import cdist

    rows = X[_sampled(len(X), seed)]
    nearest = np.sort(cdist(rows, rows), axis=1)
    reaches = [nearest[:, max(1, round(len(rows) * share) - 1)].mean() for share in NEAREST]
    least = spread(X) * SMALLEST_BANDWIDTH
    return [max(float(reach), least) for reach in reaches]


def _one_only(bandwidth: float) -> UserError:
    smaller = f"{float(f'{bandwidth * 0.7:.2g}'):.12g}"
    sentence = (
        f"Mean Shift found one segment only, with a bandwidth of {bandwidth:.3g}. Try a smaller "
        f"one, such as {smaller}, or K-Means."
    )
    return UserError(sentence, {"bandwidth": sentence})


def _details(found: _Found, params: MeanShiftParams, least: int) -> dict[str, Any]:
    return {
        "bandwidth": found.bandwidth,
        "bandwidth_found": params.bandwidth is None,
        "min_rows": least,
        "seeds": found.seeds,
    }
