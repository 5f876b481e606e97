"""Davies-Bouldin: how wide segments are beside the distance to the most similar one."""

from typing import TYPE_CHECKING

from mllab.engine.labelings import centroids, spread, without_noise
from mllab.engine.metrics.base import Metric, Score, ScoreContext, metrics

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix

TOGETHER = 1e-9
"""Centres this near, as a share of the rows' spread, are one place: the index is infinite."""


@metrics.register
class DaviesBouldin(Metric):
    """The mean over segments of the worst ratio of widths to distance of centres."""

    key = "davies_bouldin"
    label = "Davies-Bouldin"
    short = "Davies-B."
    blurb = (
        "How wide segments are beside the distance to the most similar one, from 0 up. "
        "Lower is better: below 1, segments are further apart than they are wide."
    )
    source = "Davies and Bouldin, 1979, doi:10.1109/TPAMI.1979.4766909"
    order = 20
    higher_is_better = False

    def value(self, context: ScoreContext) -> Score:
        """Score the rows in segments; None without two, or where two centres coincide."""
        X, labels = without_noise(context.X, context.labels)
        return Score(_index(X, labels), len(labels))


def _index(X: "Matrix", labels: "Labels") -> float | None:
    import numpy as np
    from sklearn.metrics import davies_bouldin_score

    if not 2 <= len(np.unique(labels)) < len(labels) or _coincide(X, labels):
        return None
    return float(davies_bouldin_score(X, labels))


def _coincide(X: "Matrix", labels: "Labels") -> bool:
    """Say whether two segments have the same centre."""
    import numpy as np
    from scipy.spatial import KDTree

    centres = centroids(X, labels)
    distances, _ = KDTree(centres).query(centres, k=2)
    return bool(np.min(distances[:, 1]) <= TOGETHER * spread(X))
