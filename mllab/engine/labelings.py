"""What scores and comparisons ask of a labeling: its rows without noise, sizes and names."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix

NOISE = -1
"""The label of rows in no segment."""
MAX_SHOWN = 40
"""Segments that figures and tables tell apart; the others (they are smaller) are one."""


def segment_name(label: int) -> str:
    """Return what people read: "Segment 1" for label 0, "Noise" for −1."""
    return "Noise" if label == NOISE else f"Segment {label + 1}"


def segment_sizes(labels: "Labels") -> dict[int, int]:
    """Return the rows of each label, by label; noise (−1), where there is any, comes last."""
    import numpy as np

    found, counts = np.unique(np.asarray(labels), return_counts=True)
    sizes = {int(label): int(count) for label, count in zip(found, counts, strict=True)}
    noise = sizes.pop(NOISE, None)
    return sizes if noise is None else {**sizes, NOISE: noise}


def without_noise(X: "Matrix", labels: "Labels") -> "tuple[Matrix, Labels]":
    """Return the rows of X (n, d) and their labels that are in a segment."""
    import numpy as np

    labels = np.asarray(labels)
    is_segment = labels != NOISE
    return (X, labels) if is_segment.all() else (X[is_segment], labels[is_segment])


def centroids(X: "Matrix", labels: "Labels") -> "Matrix":
    """Return the means (k, d) of the segments, by label; no row may be noise."""
    import numpy as np

    _, codes = np.unique(labels, return_inverse=True)
    counts = np.bincount(codes)
    sums = [np.bincount(codes, weights=column) for column in X.T]
    return np.column_stack(sums) / counts[:, None]


def spread(X: "Matrix") -> float:
    """Return the root mean squared distance of rows from their mean; 0 where all are equal."""
    import numpy as np

    return float(np.sqrt(np.mean(np.sum((X - X.mean(axis=0)) ** 2, axis=1))))
