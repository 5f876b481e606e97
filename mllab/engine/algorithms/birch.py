"""BIRCH: reads the rows once, into small groups that are then joined."""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.labelings import centroids, spread
from mllab.engine.nearest import Scorer, margin_scorer, nearest_centre
from mllab.engine.segment_count import SegmentCount, check_count, check_found
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

SAMPLE = 5_000  # rows; enough to find a threshold
SOUGHT = 400  # small groups at most, where the threshold is found
ROWS_EACH = 10  # on average, where there are fewer rows
MOST_GROUPS = 2_000  # all of them are stored in the model
CROWD = 5  # rows; smaller groups are set aside
CROWDED = 0.75  # share of the rows that must stay
HALVINGS, REFINEMENTS = 40, 3
CHUNK = 2_000  # rows between two looks at whether to stop
WIDER = 1.5


class BirchParams(Params):
    """Parameters of BIRCH."""

    k: SegmentCount = 4
    threshold: float | None = Field(
        None,
        ge=1e-9,
        allow_inf_nan=False,
        title="Threshold",
        description="How wide a small group may be (its radius, in the prepared space). Empty: "
        "found, so that there are some hundred groups.",
    )
    branching_factor: int = Field(
        50,
        ge=2,
        le=1_000,
        title="Branches",
        description="How many groups a node of the tree holds; changes speed more than segments.",
    )


@algorithms.register
class Birch(Algorithm):
    """A tree of small groups (Zhang, Ramakrishnan and Livny, 1996), joined by Ward's method.

    Groups of fewer than five rows are set aside, as its authors do with outliers, where those
    left still hold most rows: their rows go to the nearest group that is left, so that no far
    customer becomes a segment or is written into the model.
    """

    key = "birch"
    label = "BIRCH"
    blurb = "Hierarchical for very many rows: gathers them in small groups, then joins these."
    what = (
        "Reads all customers once and gathers them in some hundred small groups, which it then "
        "joins into segments."
    )
    source = "Zhang, Ramakrishnan and Livny, 1996"
    icon = "boxes"
    family = "hierarchy"
    order = 32
    # Of a million rows the far ones alone would make more groups than a model may hold.
    fit_rows = 50_000
    Params = BirchParams

    def cost(self, rows: int, columns: int, params: BirchParams) -> Cost:
        """Estimate from the rows' way down the tree and the nearest group of each."""
        # Measured on one core: 8 to 18 µs to put a row into the tree, six trees of a sample to
        # find the threshold, and 1 ns × (columns + 3) for each distance to a group.
        row = 8e-6 + 10e-6 * min(rows, SAMPLE) / SAMPLE + 0.1e-6 * columns
        groups = min(SOUGHT, max(rows // ROWS_EACH, 1))
        seconds = 0.01 + min(rows, self.fit_rows or rows) * row
        seconds += rows * groups * (columns + 3) * 1e-9
        if params.threshold is None:
            seconds += min(rows, SAMPLE) * row * 6
        return Cost(seconds, 30_000_000 + rows * (columns * 16 + 40))

    def fit(self, X: "Matrix", params: BirchParams, seed: int, progress: Progress) -> Fit:
        """Gather the rows in groups and join these until k are left."""
        check_count(X, params.k)
        # Radii are differences of squares: far from 0 nothing would be left of them.
        middle = X.mean(axis=0)
        moved = X - middle
        threshold = params.threshold or _threshold(moved, params, seed, progress)
        part = SubProgress(progress, 0.3, 0.95)
        groups, threshold = _gathered(moved, threshold, params, part)
        groups = _crowded(moved, groups, params.k) + middle
        joined = _joined(groups, params.k)
        labels = joined[nearest_centre(X, groups)]
        check_found(labels, params.k)
        details = {"threshold": threshold, "threshold_found": params.threshold is None}
        return Fit(
            labels,
            centroids(X, labels),
            assign=lambda rows: joined[nearest_centre(rows, groups)],
            details={**details, "groups": len(groups)},
            scoring={"groups": groups.tolist(), "labels": joined.tolist()},
        )

    def scorer(self, model: Model) -> Scorer:
        """Give rows the segment of the nearest stored group."""
        import numpy as np

        groups = np.asarray(model.scoring["groups"], dtype=np.float64)
        joined = model.renumbered(np.asarray(model.scoring["labels"], dtype=np.int64))
        return margin_scorer(lambda rows: joined[nearest_centre(rows, groups)], model.centers)


def _threshold(X: "Matrix", params: BirchParams, seed: int, progress: Progress) -> float:
    """Return a threshold that gives a sample of the rows some hundred groups.

    Halved from where all rows are one group until there are enough, then taken back a little
    where there are too many at once.
    """
    import numpy as np

    rows = X
    if len(X) > SAMPLE:
        rows = X[np.sort(np.random.default_rng(seed).choice(len(X), SAMPLE, replace=False))]
    distinct = len(np.unique(rows, axis=0))
    most = min(max(len(rows) // ROWS_EACH, 3 * params.k), SOUGHT, distinct)
    enough = max(most // 2, min(params.k, most))
    wide, narrow, count = 2 * spread(X), 0.0, 0
    for number in range(HALVINGS):
        progress.step(number / HALVINGS, "Looking for a threshold")
        narrow = wide / 2
        count = len(_tree(rows, narrow, params).subcluster_centers_)
        if count >= enough:
            break
        wide = narrow
    for _ in range(REFINEMENTS if count > most else 0):
        middle = float(np.sqrt(narrow * wide))
        found = len(_tree(rows, middle, params).subcluster_centers_)
        if enough <= found <= most:
            return middle
        narrow, wide = (middle, wide) if found > most else (narrow, middle)
    return narrow


def _tree(X: "Matrix", threshold: float, params: BirchParams, tree: Any = None) -> Any:
    """Put rows (n, d) into a tree of groups, a new one where none is given."""
    from sklearn.cluster import Birch as SklearnBirch

    tree = tree or SklearnBirch(
        threshold=threshold,
        branching_factor=params.branching_factor,
        n_clusters=None,
        compute_labels=False,
    )
    return tree.partial_fit(X)


def _gathered(
    X: "Matrix", threshold: float, params: BirchParams, progress: Progress
) -> "tuple[Matrix, float]":
    """Return the middles of the groups (m, d), and the threshold that made no more than allowed.

    One that was found on a sample is widened where all rows make more.
    """
    import numpy as np

    tree, start = None, 0
    while start < len(X):
        progress.step(start / len(X), "Gathering rows")
        tree = _tree(np.ascontiguousarray(X[start : start + CHUNK]), threshold, params, tree)
        start += CHUNK
        if len(tree.subcluster_centers_) > MOST_GROUPS:
            if params.threshold is not None:
                raise _too_narrow(threshold)
            tree, start, threshold = None, 0, threshold * WIDER
    assert tree is not None
    if params.threshold is not None and len(tree.subcluster_centers_) < params.k:
        raise _too_wide(len(tree.subcluster_centers_), threshold)
    return tree.subcluster_centers_, threshold


def _crowded(X: "Matrix", groups: "Matrix", k: int) -> "Matrix":
    """Return the groups that are nearest to five rows or more, if these still hold most rows.

    Else all that any row is nearest to, as of a few rows.
    """
    import numpy as np

    sizes = np.bincount(nearest_centre(X, groups), minlength=len(groups))
    is_crowd = sizes >= CROWD
    if is_crowd.sum() < 2 * k or sizes[is_crowd].sum() < CROWDED * len(X):
        is_crowd = sizes > 0
    crowded: NDArray[float64] = groups[is_crowd]
    return crowded


def _joined(groups: "Matrix", k: int) -> "Labels":
    """Return the segment (m,) of each group, by Ward's method; as scikit-learn's BIRCH does."""
    import numpy as np
    from sklearn.cluster import AgglomerativeClustering

    if len(groups) <= k:
        return np.arange(len(groups))
    found: Labels = AgglomerativeClustering(k).fit(groups).labels_.astype(np.int64)
    return found


def _short(value: float) -> str:
    """Write about two figures of a number, as a person types it."""
    return f"{float(f'{value:.2g}'):.12g}"


def _too_narrow(threshold: float) -> UserError:
    sentence = (
        f"BIRCH made more than {MOST_GROUPS:,} small groups with a threshold of {threshold:.3g}. "
        f"Try a larger one, such as {_short(threshold * WIDER)}."
    )
    return UserError(sentence, {"threshold": sentence})


def _too_wide(count: int, threshold: float) -> UserError:
    sentence = (
        f"BIRCH made {count} small group{'s' if count > 1 else ''} only, with a threshold of "
        f"{threshold:.3g}. Try a smaller one, such as {_short(threshold / WIDER)}."
    )
    return UserError(sentence, {"threshold": sentence})
