"""How sure a mean of spend is, and how much of its differences segments explain.

Intervals are bias-corrected and accelerated bootstrap intervals (BCa): Efron (1987), Better
bootstrap confidence intervals, JASA 82; Efron and Tibshirani (1993), An introduction to the
bootstrap, chapter 14. Spend is mostly zeros with a long tail, where mean ± 2 standard errors
reaches below nothing and not far enough up; BCa follows the tail. Past ``BOOTSTRAP_MOST`` customers
of one segment the normal interval is taken: what skewness does to it falls with the root of their
number, and resampling them would take minutes.

The share explained is ε² of Kruskal and Wallis, H / (n − 1) with H corrected for ties: the share of
the variance of *ranks* of spend that is between groups (Tomczak and Tomczak 2014, The need to
report effect size estimates revisited, Trends in Sport Sciences 1). Ranks, so that one huge order
decides nothing. Read with Cohen's steps for such shares (1988, chapter 8): 0.01 small, 0.06 medium,
0.14 large.
"""

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

RESAMPLES = 2_000
LEVEL = 0.95
BOOTSTRAP_MOST = 20_000
DRAWS_AT_ONCE = 2_000_000
SEED = 42
SMALL, MEDIUM, LARGE = 0.01, 0.06, 0.14
CHANCE = 0.05
"""From this probability on, differences could as well be chance."""


@dataclass(frozen=True)
class Interval:
    """Where the mean lies with 95 %; ``method`` is ``bca``, ``normal`` or ``none``."""

    low: float | None
    high: float | None
    method: str


@dataclass(frozen=True)
class Explained:
    """``share`` (ε²) of the differences in rank; ``p`` that chance alone makes such an H."""

    share: float | None
    h: float | None
    p: float | None
    groups: int


def interval(values: "NDArray[float64]", stream: int, progress: Progress) -> Interval:
    """Return the 95 % interval of the mean of values (n,); ``stream`` makes its draws its own."""
    import numpy as np

    n = len(values)
    if n < 2:
        return Interval(None, None, "none")
    mean = float(values.mean())
    if float(np.ptp(values)) == 0:
        return Interval(mean, mean, "none")
    if n > BOOTSTRAP_MOST:
        reach = 1.959964 * float(values.std(ddof=1)) / sqrt(n)
        return Interval(mean - reach, mean + reach, "normal")
    low, high = _bca(values, _means(values, stream, progress))
    return Interval(low, high, "bca")


def _means(values: "NDArray[float64]", stream: int, progress: Progress) -> "NDArray[float64]":
    """Return the means (``RESAMPLES``,) of resamples, drawn in pieces so that memory is flat."""
    import numpy as np

    n, found = len(values), np.empty(RESAMPLES)
    draw = np.random.default_rng([SEED, stream])
    step = max(1, DRAWS_AT_ONCE // n)
    for start in range(0, RESAMPLES, step):
        count = min(step, RESAMPLES - start)
        found[start : start + count] = values[draw.integers(0, n, (count, n))].mean(axis=1)
        progress.step(start / RESAMPLES, "Measuring how sure the means are")
    return found


def _bca(values: "NDArray[float64]", means: "NDArray[float64]") -> tuple[float, float]:
    """Return the BCa limits; of a mean the acceleration is its skewness / (6 √n)."""
    import numpy as np
    from scipy.special import ndtr, ndtri

    below = np.mean(means < values.mean()) + np.mean(means == values.mean()) / 2
    bias = float(ndtri(np.clip(below, 1 / RESAMPLES, 1 - 1 / RESAMPLES)))
    apart = values - values.mean()
    pull = float((apart**3).sum() / (6 * (apart**2).sum() ** 1.5))
    sides = ndtri(np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    places = ndtr(bias + (bias + sides) / (1 - pull * (bias + sides)))
    low, high = np.quantile(means, np.clip(places, 0, 1))
    return float(low), float(high)


def explained(between: float, total: float, n: int, groups: int) -> Explained:
    """Return ε² from the sums of squares of ranks; no share where nothing can differ."""
    from scipy.special import gammaincc

    if groups < 2 or n <= groups or total <= 0:
        return Explained(None, None, None, groups)
    share = min(between / total, 1.0)
    h = share * (n - 1)
    return Explained(share, h, float(gammaincc((groups - 1) / 2, h / 2)), groups)
