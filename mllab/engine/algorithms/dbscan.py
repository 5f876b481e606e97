"""DBSCAN: dense regions of any shape; lonely rows are noise."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from mllab.engine.algorithms.base import NOISE, Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.density import Reach, k_distances, reachable
from mllab.engine.knee import knee, thinned
from mllab.engine.micro import crowd_middles, micro_scorer, micro_scoring
from mllab.engine.nearest import Scorer
from mllab.engine.segment_count import check_count
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

CURVE_POINTS = 200  # of the k-distances, for a chart
FEWEST = 4  # of Ester et al., for two columns; fewer would call any pair dense
SMALLER = (0.9, 0.8, 0.7, 0.6, 0.5)  # quantiles of the k-distances, tried after the knee
TELLING = 0.05  # of all rows
SMALLEST_EPS = 1e-6  # where equal rows are so many that every distance is 0


class DbscanParams(Params):
    """Parameters of DBSCAN."""

    eps: float | None = Field(
        None,
        ge=1e-9,
        allow_inf_nan=False,
        title="Reach (ε)",
        description="How near two rows must be to be neighbours, in the prepared space; empty: "
        "found from the bend of the neighbours' distances, shorter where that joins nearly all.",
    )
    min_samples: int | None = Field(
        None,
        ge=2,
        le=1_000,
        title="Neighbours",
        description="How many rows within reach, itself counted, make a row dense; empty: twice "
        "the number of columns, at least 4 and at most one row in 20.",
    )


@algorithms.register
class Dbscan(Algorithm):
    """Density-based segments (Ester et al., 1996), ε from the knee of the sorted k-distances.

    The same dense rows, groups and noise as scikit-learn's; rows on the border of two groups go
    to the one with the nearest dense row, where scikit-learn takes the first that it met.
    """

    key = "dbscan"
    label = "DBSCAN"
    blurb = "Finds the number of segments and sets odd rows apart; fits where segments are dense."
    what = (
        "Calls a customer with enough others near it dense, and joins dense ones that are near "
        "each other. Who is near none of them is noise."
    )
    source = "Ester et al., 1996"
    icon = "chart-scatter"
    family = "density"
    order = 40
    finds_k = True
    finds_noise = True
    scores_exactly = False
    fit_rows = 20_000
    Params = DbscanParams

    def cost(self, rows: int, columns: int, params: DbscanParams) -> Cost:
        """Estimate from the neighbours of the sample and the search for those of the others."""
        # Measured on one core: 5 µs × columns² for the neighbours of one row, all the
        # pairs in more than 15 columns, and 4 µs for the nearest row of the others.
        trained = min(rows, self.fit_rows or rows)
        pairs = trained * (columns * 0.4e-9 + 40e-9)
        many = 5e-6 * columns * columns if columns <= 15 else pairs
        one = 3e-6 + 0.3e-6 * columns * columns if columns <= 15 else trained * columns * 0.1e-9
        seconds = 0.01 + trained * many + (rows - trained) * one + rows * 1e-7
        return Cost(seconds, rows * (columns * 16 + 40) + 20_000_000 + trained * 2_000)

    def fit(self, X: "Matrix", params: DbscanParams, seed: int, progress: Progress) -> Fit:
        """Find dense rows, join those within reach, and add the rows on their borders."""
        import numpy as np

        check_count(X, 2)
        wanted = params.min_samples or _fewest(*X.shape)
        _check_rows(len(X), wanted)
        distances = k_distances(X, wanted, SubProgress(progress, 0.0, 0.4))
        ordered = np.sort(distances)
        tried = [params.eps] if params.eps else _candidates(ordered)
        found = None
        for number, eps in enumerate(tried):
            part = SubProgress(progress, 0.4 + 0.1 * number, 0.5 + 0.1 * number)
            one = _segments_at(X, distances, eps, wanted, part)
            found = found or one
            if _is_telling(one.labels):
                found = one
                break
        assert found is not None
        _check_segments(found.labels, ordered, found.eps)
        details = _details(ordered, found.eps, tried[0], params, wanted)
        return Fit(
            found.labels,
            crowd_middles(X, found.labels),
            assign=found.reach,
            details=details,
            scoring=micro_scoring(X, found.labels),
        )

    def scorer(self, model: Model) -> Scorer:
        """Give rows the segment of the nearest stored average, and noise beyond its reach."""
        return micro_scorer(model)


@dataclass(frozen=True)
class _Found:
    eps: float
    labels: "Labels"
    reach: Reach


def _segments_at(
    X: "Matrix", distances: "NDArray[float64]", eps: float, wanted: int, progress: Progress
) -> _Found:
    """Segment the rows at one reach."""
    import numpy as np

    dense = distances <= eps
    if not dense.any():
        raise _nothing_dense(distances, eps, wanted)
    groups = reachable(X[dense], eps, progress)
    reach = Reach(X[dense], groups, eps, NOISE)
    labels = np.full(len(X), NOISE, dtype=np.int64)
    labels[dense], labels[~dense] = groups, reach(X[~dense])
    return _Found(eps, labels, reach)


def _is_telling(labels: "Labels") -> bool:
    """Say whether a second segment holds a share of the rows that is worth a name."""
    import numpy as np

    sizes = np.sort(np.bincount(labels[labels != NOISE]))
    return len(sizes) > 1 and bool(sizes[-2] >= TELLING * len(labels))


def _fewest(rows: int, columns: int) -> int:
    """Return how many neighbours make a row dense, where nobody said.

    Twice the columns is the advice of Sander et al. (1998); with columns of 0 and 1 by the
    hundred few rows would ever be dense, so that it is held to a share of them.
    """
    return max(FEWEST, min(2 * columns, rows // 20))


def _candidates(ordered: "NDArray[float64]") -> list[float]:
    """Return the k-distance at the knee, then smaller ones; none is 0.

    At the knee few rows between two dense regions are enough to join them: where that leaves
    nearly everyone in one segment, shorter reaches are tried in turn.
    """
    import numpy as np

    above = ordered[ordered > 0]
    least = float(above[0]) if len(above) else SMALLEST_EPS
    bend = max(float(ordered[knee(ordered)]), least)
    smaller = [float(eps) for eps in np.quantile(ordered, SMALLER) if least <= eps < bend]
    return [bend, *smaller]


def _short(value: float) -> str:
    """Write about two figures of a number, as a person types it: 350, not 3.5e+02."""
    return f"{float(f'{value:.2g}'):.12g}"


def _check_rows(rows: int, wanted: int) -> None:
    if rows < wanted:
        sentence = f"Ask for at most {rows} neighbours: the data has {rows} rows."
        raise UserError(sentence, {"min_samples": sentence})


def _nothing_dense(distances: "NDArray[float64]", eps: float, wanted: int) -> UserError:
    import numpy as np

    larger = _short(float(np.quantile(distances, 0.9)))
    sentence = (
        f"DBSCAN found noise only: no row has {wanted} rows within {eps:.3g}. "
        f"Try a larger reach, such as {larger}, or fewer neighbours."
    )
    return UserError(sentence, {"eps": sentence})


def _check_segments(labels: "Labels", ordered: "NDArray[float64]", eps: float) -> None:
    """Refuse a single segment, with the way out that its noise points to."""
    import numpy as np

    if labels.max() > 0:
        return
    # Mostly noise: other regions are not dense at this reach; else they have grown together.
    is_mostly_noise = float(np.mean(labels == NOISE)) > 0.5
    other = float(np.quantile(ordered, 0.9)) if is_mostly_noise else eps * 0.7
    sentence = (
        f"DBSCAN found one segment only, with a reach of {eps:.3g}. Try a "
        f"{'larger' if is_mostly_noise else 'smaller'} one, such as {_short(other)}, or K-Means."
    )
    raise UserError(sentence, {"eps": sentence})


def _details(
    ordered: "NDArray[float64]", eps: float, bend: float, params: DbscanParams, wanted: int
) -> dict[str, Any]:
    return {
        "eps": eps,
        "eps_found": params.eps is None,
        "eps_is_shorter": eps < bend,
        "min_samples": wanted,
        "k_distances": thinned(ordered, CURVE_POINTS),
    }
