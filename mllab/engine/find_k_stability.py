"""Whether segments are found again when only some of the rows are there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mllab.engine.find_k_growth import Partition, grow
from mllab.engine.stability import best_jaccards
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Matrix

RESAMPLES = 8
HALF = 0.5
"""Of the rows, as Hennig's subsets."""

MOST_ROWS = 2_000
"""Of a half: more make segments found again look alike whatever their number."""


def stabilities(
    X: "Matrix", partitions: Sequence[Partition], seed: int, progress: Progress
) -> list[float]:
    """Return how well each of the partitions of X (n, d) is found again, from 0 to 1.

    Halves of the rows are drawn and clustered anew for every k; each segment is compared with the
    one that is most alike by Jaccard's index, both restricted to the half: the mean over halves
    and segments (Hennig, "Cluster-wise assessment of cluster stability", 2007). He calls 0.75
    and more stable, and 0.6 to 0.75 a pattern that one should not rely on in detail.
    """
    import numpy as np

    if not partitions:
        return []
    size = min(max(int(len(X) * HALF), 2), MOST_ROWS)
    random = np.random.default_rng([seed, 2])
    found: dict[int, list[float]] = {partition.k: [] for partition in partitions}
    for number in range(RESAMPLES):
        part = SubProgress(progress, number / RESAMPLES, (number + 1) / RESAMPLES)
        rows = random.choice(len(X), size, replace=False)
        again = {
            each.k: each
            for each in grow(
                X[rows], partitions[0].k, min(partitions[-1].k, size), 1, seed + number, part
            )
        }
        for partition in partitions:
            if partition.k in again:
                labels, others = partition.labels[rows], again[partition.k].labels
                found[partition.k].append(
                    float(np.nanmean(best_jaccards(labels, others, partition.k)))
                )
    return [float(np.mean(found[each.k])) if found[each.k] else 0.0 for each in partitions]
