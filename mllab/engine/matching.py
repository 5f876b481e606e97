"""Which segments of two labelings are the same ones: the Hungarian method on common rows."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels

    Table = NDArray[int64]


def cross_table(a: "Labels", b: "Labels") -> "tuple[list[int], list[int], Table]":
    """Count rows (n,) by both labels: the labels of a and of b, noise last, and the counts."""
    import numpy as np

    names_a, codes_a = _codes(a)
    names_b, codes_b = _codes(b)
    cells = np.bincount(codes_a * len(names_b) + codes_b, minlength=len(names_a) * len(names_b))
    return names_a, names_b, cells.reshape(len(names_a), len(names_b))


def _codes(labels: "Labels") -> "tuple[list[int], Table]":
    """Return the labels, noise last, and the place among them of each row."""
    import numpy as np

    labels = np.asarray(labels, dtype=np.int64)
    # Noise, −1, sorts behind all segments as the largest number there is.
    found, codes = np.unique(labels.astype(np.uint64), return_inverse=True)
    return [int(label) for label in found.astype(np.int64)], codes


def matched(names_a: list[int], names_b: list[int], table: "Table") -> dict[int, int]:
    """Return which segment of a each segment of b is, so that most rows agree.

    Segments that share no row are not matched; noise is matched with noise only and left out.
    """
    from scipy.optimize import linear_sum_assignment

    inner = table[: len(names_a) - (-1 in names_a), : len(names_b) - (-1 in names_b)]
    rows, columns = linear_sum_assignment(inner, maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {names_b[j]: names_a[i] for i, j in pairs if inner[i, j]}


def agreement(names_a: list[int], names_b: list[int], table: "Table") -> float:
    """Return the share of rows that are in matched segments, or noise in both."""
    same = matched(names_a, names_b, table) | {-1: -1}
    hits = sum(
        int(table[names_a.index(a), names_b.index(b)])
        for b, a in same.items()
        if b in names_b and a in names_a
    )
    return hits / max(int(table.sum()), 1)
