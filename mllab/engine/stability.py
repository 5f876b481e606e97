"""Whether segments come back when the algorithm is trained on other rows (Hennig, 2007)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mllab.engine.labelings import NOISE
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Algorithm, Labels, Matrix
    from segplatform.kernel.params import Params

    Values = NDArray[float64]
    Refit = Callable[[Matrix, int, Progress], Labels]

SHARE = 0.632
"""Of the rows, drawn without replacement: as many different ones as a bootstrap of all has
(1 − 1/e), but none of them twice, which methods of density would take for a dense spot."""
MOST_ROWS = 2_000
"""Of one resample. Methods of density are trained on their whole share: with a fixed reach a
thinner sample of the same rows is another question."""
LEAST_ROWS = 500
MOST_RESAMPLES, LEAST_RESAMPLES = 10, 3
LEAST_SECONDS = 0.5
"""That resampling may take by the algorithm's own estimate, where training takes less."""


@dataclass(frozen=True)
class Plan:
    """How much is done: ``resamples`` times ``rows`` rows; fixed before it starts, by estimates,
    so that the same data and parameters give the same answer on any machine."""

    resamples: int
    rows: int


@dataclass(frozen=True)
class Stability:
    """How much of each segment came back: mean Jaccard indices from 0 to 1.

    ``segments`` are by label, None for one of which no resample held a row. ``mean`` is that of
    the segments, None where there are not two; ``standard_error`` tells how far resamples are
    apart. ``failed`` of them found nothing, and count as 0.
    """

    mean: float | None
    standard_error: float | None
    segments: list[float | None] = field(default_factory=list)
    resamples: int = 0
    rows: int = 0
    failed: int = 0

    def to_json(self) -> dict[str, Any]:
        """Give what is kept with a prototype."""
        return {
            "segments": self.segments, "resamples": self.resamples, "rows": self.rows,
            "failed": self.failed,
        }  # fmt: skip


def plan_of(algorithm: "Algorithm", params: "Params", rows: int, columns: int) -> Plan:
    """Bound the work by what training itself takes: it may take as long again.

    Slow algorithms get fewer resamples, then smaller ones. An algorithm that is slower than
    twice its training even so gets the least of both.
    """

    def seconds(count: int) -> float:
        return max(algorithm.cost(count, columns, params).seconds, 1e-4)

    trained = min(rows, algorithm.fit_rows or rows)
    budget = max(seconds(trained), LEAST_SECONDS)
    size = max(1, round(SHARE * trained))
    if algorithm.family != "density":
        size = min(size, MOST_ROWS)
        while LEAST_RESAMPLES * seconds(size) > budget and size // 2 >= LEAST_ROWS:
            size //= 2
    count = min(max(int(budget / seconds(size)), LEAST_RESAMPLES), MOST_RESAMPLES)
    return Plan(count, size)


def stability(
    X: "Matrix",
    labels: "Labels",
    refit: "Refit",
    plan: Plan,
    seed: int,
    progress: Progress,
) -> Stability:
    """Train again on resamples of X (n, d) and see how much of each segment comes back.

    ``refit`` labels the rows that it is given, −1 for noise; each call has a number. Each segment
    of ``labels`` (n,), numbered from 0, is compared with the one most like it, on the rows of
    the resample alone. A resample on which training fails dissolves every segment.
    """
    import numpy as np

    count = int(labels.max(initial=NOISE)) + 1
    if count < 2:
        return Stability(None, None)
    found = np.full((plan.resamples, count), np.nan)
    failed = 0
    for number in range(plan.resamples):
        part = SubProgress(progress, number / plan.resamples, (number + 1) / plan.resamples)
        part.step(0.0, f"Resample {number + 1} of {plan.resamples}")
        draw = np.random.default_rng([seed, 2, number])
        rows = np.sort(draw.choice(len(X), min(plan.rows, len(X)), replace=False))
        try:
            again = refit(np.ascontiguousarray(X[rows]), number, part)
        except UserError:
            again, failed = np.full(len(rows), NOISE), failed + 1
        found[number] = best_jaccards(labels[rows], again, count)
    return _told(found, plan, failed)


def refitting(algorithm: "Algorithm", params: "Params", seed: int) -> "Refit":
    """Return what trains an algorithm again, each time from a seed of its own.

    With the same seed a method with random starts would look steadier than it is.
    """

    def refit(X: "Matrix", number: int, progress: Progress) -> "Labels":
        return algorithm.fit(X, params, seed + 1 + number, progress).labels

    return refit


def best_jaccards(labels: "Labels", others: "Labels", count: int) -> "Values":
    """Return (count,) the Jaccard index of each label with the most similar of ``others``.

    Both are (m,), noise is no segment; NaN for a label without a row.
    """
    import numpy as np

    width = int(others.max(initial=NOISE)) + 1
    cells = (labels + 1) * (width + 1) + others + 1
    table = np.bincount(cells, minlength=(count + 1) * (width + 1)).reshape(count + 1, width + 1)
    sizes = table.sum(axis=1)[1:]
    common = table[1:, 1:]
    if not width:
        return np.where(sizes > 0, 0.0, np.nan)
    either = sizes[:, None] + table.sum(axis=0)[None, 1:] - common
    best: Values = (common / np.maximum(either, 1)).max(axis=1)
    return np.where(sizes > 0, best, np.nan)


def _told(found: "Values", plan: Plan, failed: int) -> Stability:
    """Average over resamples; the mean is that of segments, large or small."""
    import numpy as np

    is_known = ~np.isnan(found)
    sums, counts = np.nansum(found, axis=0), is_known.sum(axis=0)
    segments = [float(s / n) if n else None for s, n in zip(sums, counts, strict=True)]
    drawn = found[is_known.any(axis=1)]
    means = np.nansum(drawn, axis=1) / (~np.isnan(drawn)).sum(axis=1)
    error = float(means.std(ddof=1) / len(means) ** 0.5) if len(means) > 1 else None
    known = [value for value in segments if value is not None]
    mean = sum(known) / len(known) if known else None
    return Stability(mean, error, segments, plan.resamples, plan.rows, failed)
