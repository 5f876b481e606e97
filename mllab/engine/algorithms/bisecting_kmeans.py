"""Bisecting K-Means: the loosest segment is split in two until there are enough."""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.assigning_rules import Splits, splits_rule
from mllab.engine.nearest import Scorer, margin_scorer, nearest_centre, some_rows
from mllab.engine.segment_count import SegmentCount, check_count, check_found
from mllab.engine.watched import watched
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix

TRIED_ROWS = 50_000
"""Of more rows the starts of a split are compared on a sample, and the best goes on with all."""
STRATEGIES = {
    "spread": "Largest spread",
    "rows": "Most rows",
}


class BisectingParams(Params):
    """Parameters of bisecting K-Means."""

    k: SegmentCount = 4
    strategy: Literal["spread", "rows"] = Field(
        "spread",
        title="Split next",
        description="Which segment is split in two next; by rows, their sizes are more alike.",
        json_schema_extra={"choices": dict(STRATEGIES)},
    )
    restarts: int = Field(
        5,
        ge=1,
        le=50,
        title="Restarts",
        description="How often each split is tried from other centres; the tightest is kept.",
    )


@algorithms.register
class BisectingKMeans(Algorithm):
    """Repeated 2-means (Steinbach, Karypis and Kumar, 2000).

    A row's segment is found by walking down the splits, to the nearer of two centres each time:
    near a border that may not be the nearest centre of all.
    """

    key = "bisecting_kmeans"
    label = "Bisecting K-Means"
    blurb = "Splits segments in two again and again; fits where segments hold smaller ones."
    what = (
        "Splits all customers in two, then the loosest part in two, until there are enough. "
        "The splits read like a tree."
    )
    source = "Steinbach, Karypis and Kumar, 2000"
    icon = "git-fork"
    family = "centres"
    order = 14
    Params = BisectingParams

    def cost(self, rows: int, columns: int, params: BisectingParams) -> Cost:
        """Estimate from the rows that each split reads, as K-Means with two centres."""
        # Measured on one core: 2 ms of set-up per start and 35 rounds, ten with all rows where
        # starts were compared on a sample; ever smaller splits read all about log2(k) times.
        splits, levels = params.k - 1, (params.k - 1).bit_length()
        pair = 2 * (columns + 3) * 0.9e-9
        tried = min(levels * rows, splits * TRIED_ROWS)
        starts = params.restarts * (splits * 2e-3 + 35 * tried * pair)
        rest = levels * max(rows - TRIED_ROWS, 0) * 10 * pair
        return Cost(starts + rest + rows * 1e-7, rows * (columns * 24 + 40))

    def fit(self, X: "Matrix", params: BisectingParams, seed: int, progress: Progress) -> Fit:
        """Split until there are k segments; asks before each split whether to stop."""
        import numpy as np

        check_count(X, params.k)
        leaves = [_Leaf(np.arange(len(X)), X.mean(axis=0), _spread(X))]
        root = leaves[0]
        for number in range(params.k - 1):
            splits = params.k - 1
            part = SubProgress(progress, number / splits, (number + 1) / splits)
            leaf = max(leaves, key=lambda each: each.order(params.strategy))
            if not leaf.spread > 0:
                check_found(np.arange(len(leaves)), params.k)
            split = partial(_split, leaf, X, params.restarts, seed + number)
            watched(split, part, f"Split {number + 1} of {splits}")
            place = leaves.index(leaf)
            leaves[place : place + 1] = leaf.parts
        for label, leaf in enumerate(leaves):
            leaf.label = label
        tree = _written(root)
        labels = _walked(tree, X)
        check_found(labels, params.k)
        centres = np.stack([leaf.center for leaf in leaves])
        inertia = float(sum(leaf.spread for leaf in leaves))
        return Fit(
            labels,
            centres,
            assign=lambda rows: _walked(tree, rows),
            details={"inertia": inertia},
            scoring={"tree": tree},
        )

    def scorer(self, model: Model) -> Scorer:
        """Walk down the stored splits."""
        tree = model.scoring["tree"]
        return margin_scorer(lambda rows: model.renumbered(_walked(tree, rows)), model.centers)

    def rule(self, model: Model) -> Splits:
        """Say the stored splits."""
        return splits_rule(model, model.scoring["tree"])


@dataclass(eq=False)
class _Leaf:
    """Rows (m,) that may be split; ``parts`` are the two halves, once they were."""

    rows: "Labels"
    center: "Matrix"
    spread: float
    label: int = -1
    parts: "list[_Leaf]" = field(default_factory=list)

    def order(self, strategy: str) -> tuple[float, float]:
        """Return what the next to split has most of; rows that are all equal come last."""
        size = float(len(self.rows))
        return (self.spread, size) if strategy == "spread" else (size * (self.spread > 0), size)


def _spread(X: "Matrix") -> float:
    """Return the sum of squared distances from the mean, exactly 0 where all rows are equal."""
    import numpy as np

    if not np.ptp(X, axis=0).any():
        return 0.0
    return float(np.sum((X - X.mean(axis=0)) ** 2))


def _split(leaf: _Leaf, X: "Matrix", restarts: int, seed: int) -> None:
    """Split a leaf by 2-means."""
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    inside = X[leaf.rows]
    rows = some_rows(inside, TRIED_ROWS, seed)
    with warnings.catch_warnings():
        # Says that rows nearly coincide; the caller counts the segments and says so in a sentence.
        warnings.simplefilter("ignore", ConvergenceWarning)
        centers = KMeans(2, n_init=restarts, random_state=seed).fit(rows).cluster_centers_
        if len(rows) < len(inside):
            centers = KMeans(2, init=centers, n_init=1).fit(inside).cluster_centers_
    nearer = nearest_centre(inside, centers)
    for side in range(2):
        rows = inside[nearer == side]
        spread = _spread(rows) if len(rows) else 0.0
        leaf.parts.append(_Leaf(leaf.rows[nearer == side], centers[side], spread))


def _written(leaf: _Leaf) -> dict[str, Any]:
    """Return the splits below as JSON: a label, or two centres and what lies behind each."""
    if not leaf.parts:
        return {"label": leaf.label}
    return {
        "centers": [part.center.tolist() for part in leaf.parts],
        "parts": [_written(part) for part in leaf.parts],
    }


def _walked(tree: dict[str, Any], rows: "Matrix") -> "Labels":
    """Return the labels (m,) at which rows (m, d) arrive, to the nearer centre at each split."""
    import numpy as np

    labels = np.empty(len(rows), dtype=np.int64)
    waiting = [(tree, np.arange(len(rows)))]
    while waiting:
        node, places = waiting.pop()
        if "label" in node:
            labels[places] = node["label"]
            continue
        nearer = nearest_centre(rows[places], np.asarray(node["centers"], dtype=np.float64))
        waiting += [(node["parts"][side], places[nearer == side]) for side in range(2)]
    return labels
