"""*Find k*: K-Means for every number of segments in a range, measured three ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mllab.engine.apart import rows_inside
from mllab.engine.find_k_growth import Partition, grow
from mllab.engine.find_k_proposal import Candidate, Proposal, propose
from mllab.engine.find_k_stability import stabilities
from mllab.engine.segment_count import check_count
from mllab.engine.silhouettes import Silhouettes, silhouettes
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix

SAMPLE_ROWS = 20_000
"""Of more rows a sample is looked at: its inertia is within a thousandth of that of all."""

EXACT_ROWS, QUERY_ROWS = 5_000, 2_000
"""Up to so many rows silhouettes look at each of them; of more, at so many against all."""

COLD_STARTS = 2


@dataclass(frozen=True)
class FoundK:
    """What a sweep found: ``sample`` of ``rows`` were looked at, ``silhouette_rows`` of those."""

    rows: int
    sample: int
    silhouette_rows: int
    candidates: list[Candidate]
    proposal: Proposal


def find_k(folder: Path, lowest: int, highest: int, seed: int, progress: Progress) -> FoundK:
    """Sweep k over the prepared experiment in ``folder``; same files and seed, same answer.

    Raises ``UserError`` where there are fewer than ``lowest`` different rows.
    """
    import numpy as np
    from sklearn import config_context
    from threadpoolctl import threadpool_limits

    X = np.load(folder / "matrix.npy", mmap_mode="r", allow_pickle=False)
    if (inside := rows_inside(folder)) is not None:
        X = X[inside]
    # One job is one core, as in training; and the matrix is known to be finite.
    with threadpool_limits(1), config_context(assume_finite=True, skip_parameter_validation=True):
        return sweep(X, lowest, highest, seed, progress)


def sweep(X: "Matrix", lowest: int, highest: int, seed: int, progress: Progress) -> FoundK:
    """Measure K-Means of X (n, d), finite, for k from ``lowest`` to ``highest``, and propose."""
    import numpy as np

    looked_at = np.ascontiguousarray(_some(X, SAMPLE_ROWS, [seed, 3]))
    check_count(looked_at, lowest)
    top = min(highest, len(looked_at))
    partitions = list(
        grow(looked_at, lowest, top, COLD_STARTS, seed, SubProgress(progress, 0.0, 0.4))
    )
    progress.step(0.4, "Measuring silhouettes")
    measured = _silhouettes(looked_at, partitions, seed)
    part = SubProgress(progress, 0.5, 1.0)
    found_again = stabilities(looked_at, partitions, seed, part)
    candidates = [
        _candidate(partition, score, stability)
        for partition, score, stability in zip(partitions, measured, found_again, strict=True)
    ]
    progress.step(1.0, "Done")
    seen = max((each.n for each in measured), default=0)
    return FoundK(len(X), len(looked_at), seen, candidates, propose(candidates))


def _some(X: "Matrix", most: int, seed: list[int]) -> "Matrix":
    """Return at most so many of the rows, in their order."""
    import numpy as np

    if len(X) <= most:
        return X
    return X[np.sort(np.random.default_rng(seed).choice(len(X), most, replace=False))]


def _silhouettes(X: "Matrix", partitions: Sequence[Partition], seed: int) -> list[Silhouettes]:
    """Score all partitions in one pass over the distances."""
    import numpy as np

    query: Labels | None = None
    if len(X) > EXACT_ROWS:
        query = np.sort(np.random.default_rng([seed, 1]).choice(len(X), QUERY_ROWS, replace=False))
    return silhouettes(X, [partition.labels for partition in partitions], query)


def _candidate(partition: Partition, score: Silhouettes, stability: float) -> Candidate:
    import numpy as np

    shares = np.bincount(partition.labels, minlength=partition.k) / len(partition.labels)
    return Candidate(
        k=partition.k,
        inertia=partition.inertia,
        silhouette=score.mean,
        silhouette_error=score.standard_error,
        stability=stability,
        smallest=float(shares.min()),
        largest=float(shares.max()),
    )
