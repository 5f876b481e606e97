"""Calinski-Harabasz: how far segments are apart beside how wide they are."""

from typing import TYPE_CHECKING

from mllab.engine.labelings import without_noise
from mllab.engine.metrics.base import Metric, Score, ScoreContext, metrics

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix

LARGEST = 1e12
"""Of the ratio of the two variances: beyond, segments are points and the index has no end."""


@metrics.register
class CalinskiHarabasz(Metric):
    """The variance between segments over the variance within, each per degree of freedom."""

    key = "calinski_harabasz"
    label = "Calinski-Harabasz"
    short = "Calinski-H."
    blurb = (
        "How far segments are from each other beside how wide they are. Higher is better; it "
        "grows with the number of rows, so compare it within one experiment only."
    )
    source = "Caliński and Harabasz, 1974, doi:10.1080/03610927408827101"
    order = 30
    format = "large"
    higher_is_better = True

    def value(self, context: ScoreContext) -> Score:
        """Score the rows in segments; None without two, or where all segments are points."""
        X, labels = without_noise(context.X, context.labels)
        return Score(_index(X, labels), len(labels))


def _index(X: "Matrix", labels: "Labels") -> float | None:
    import numpy as np
    from sklearn.metrics import calinski_harabasz_score

    k, n = len(np.unique(labels)), len(labels)
    if not 2 <= k < n or _are_points(X, labels):
        return None
    index = float(calinski_harabasz_score(X, labels))
    return index if index * (k - 1) / (n - k) < LARGEST else None


def _are_points(X: "Matrix", labels: "Labels") -> bool:
    """Say whether all rows of each segment are equal."""
    import numpy as np

    _, first, codes = np.unique(labels, return_index=True, return_inverse=True)
    return bool((X[first[codes]] == X).all())
