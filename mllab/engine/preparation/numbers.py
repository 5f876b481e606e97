"""A column of numbers, ready for distances: filled, clipped, bent, scaled and weighted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mllab.engine.preparation.shape import (
    mean_and_deviation,
    signed_log,
    skewness,
    yeo_johnson,
    yeo_johnson_power,
)
from mllab.engine.settings import SKEWED, ColumnSettings, Missing

if TYPE_CHECKING:
    from mllab.engine.preparation.values import Floats

CLIP = (0.01, 0.99)

Bend = Literal["none", "log", "yeo_johnson"]
Scaled = Literal["standard", "min_max", "robust", "none"]


@dataclass(frozen=True)
class NumberFit:
    """The numbers that prepare one column, in the order of their use.

    A missing value becomes ``fill`` (None: its row is left out), values are cut at ``low`` and
    ``high``, bent (``power`` is λ of Yeo-Johnson), then (x − ``center``) / ``scale`` · ``weight``.
    ``scale`` 0: the column is constant and is left out. ``skew`` and ``skew_after`` are measured
    on the values that are there, before and after bending.
    """

    fill: float | None
    filled: int
    low: float | None
    high: float | None
    bend: Bend
    power: float | None
    scaling: Scaled
    center: float
    scale: float
    weight: float
    skew: float
    skew_after: float


def fit_number(x: "Floats", settings: ColumnSettings, *, may_bend: bool = True) -> NumberFit:
    """Find the numbers for x (n,), NaN where missing; the order of the rows does not matter.

    ``may_bend`` is False for booleans and codes, which have no tail to pull in. ``scale`` is not
    finite where the values are too large to be scaled.
    """
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):
        return _fit(x, settings, may_bend)


def _fit(x: "Floats", settings: ColumnSettings, may_bend: bool) -> NumberFit:
    import numpy as np

    seen = np.sort(x[np.isfinite(x)])
    fill = fill_value(seen, settings.missing, settings.constant)
    low, high = _bounds(seen) if settings.outliers == "clip" and len(seen) else (None, None)
    cut = _clipped(seen, low, high)
    bend, power = _bend(cut, settings) if may_bend else ("none", None)
    missing = len(x) - len(seen)
    whole = cut if fill is None else np.sort(np.append(cut, np.full(missing, fill)))
    scaling, center, scale = _scale(_bent(_clipped(whole, low, high), bend, power), settings)
    return NumberFit(
        fill=fill,
        filled=0 if fill is None else missing,
        low=low,
        high=high,
        bend=bend,
        power=power,
        scaling=scaling,
        center=center,
        scale=scale,
        weight=settings.weight,
        skew=skewness(seen),
        skew_after=skewness(_bent(cut, bend, power)),
    )


def apply_number(fit: NumberFit, x: "Floats") -> "Floats":
    """Prepare x (n,) with fitted numbers; NaN stays only where the fit leaves rows out."""
    import numpy as np

    present = np.isfinite(x)
    filled = x if fit.fill is None else np.where(present, x, fit.fill)
    bent = _bent(_clipped(filled, fit.low, fit.high), fit.bend, fit.power)
    return (bent - fit.center) / fit.scale * fit.weight


def fill_value(seen: "Floats", missing: Missing, constant: float | None) -> float | None:
    """Return what stands for a missing value in a column with the sorted values ``seen``."""
    import numpy as np

    if missing == "drop_row":
        return None
    if missing == "constant" and constant is not None:
        return constant
    if not len(seen):
        return 0.0
    if missing == "mean":
        return mean_and_deviation(seen)[0]
    if missing == "mode":
        found, counts = np.unique(seen, return_counts=True)
        return float(found[np.argmax(counts)])
    return float(np.median(seen))


def _bounds(seen: "Floats") -> tuple[float, float]:
    import numpy as np

    low, high = np.quantile(seen, CLIP)
    return float(low), float(high)


def _clipped(x: "Floats", low: float | None, high: float | None) -> "Floats":
    import numpy as np

    if low is None or high is None:
        return x
    cut: Floats = np.clip(x, low, high)
    return cut


def _bend(x: "Floats", settings: ColumnSettings) -> tuple[Bend, float | None]:
    """Choose how sorted x is bent; by itself only where that makes a skewed column more even."""
    if settings.skew == "none" or not len(x) or x[0] == x[-1]:
        return "none", None
    if settings.skew == "yeo_johnson":
        return "yeo_johnson", yeo_johnson_power(x)
    if settings.skew == "log":
        return "log", None
    skew = abs(skewness(x))
    helps = skew > SKEWED and abs(skewness(signed_log(x))) < skew
    return ("log" if helps else "none"), None


def _bent(x: "Floats", bend: Bend, power: float | None) -> "Floats":
    if bend == "log":
        return signed_log(x)
    if bend == "yeo_johnson" and power is not None:
        return yeo_johnson(x, power)
    return x


def _scale(x: "Floats", settings: ColumnSettings) -> tuple[Scaled, float, float]:
    """Return what was done, the centre and the scale of sorted x; scale 0 where it is constant."""
    import numpy as np

    if not len(x):
        return "none", 0.0, 0.0
    # Sorted: infinite values, and what no number can hold, stand at the ends.
    if not np.isfinite(x[-1] - x[0]):
        return "none", 0.0, float("inf")
    mean, deviation = mean_and_deviation(x)
    if deviation < np.finfo(np.float64).tiny:
        return "none", mean, 0.0
    if settings.scaling == "none":
        return "none", 0.0, 1.0
    if settings.scaling == "min_max":
        return "min_max", float(x[0]), float(x[-1] - x[0])
    if settings.scaling == "robust":
        quarter, middle, three = np.quantile(x, (0.25, 0.5, 0.75))
        if three > quarter:
            return "robust", float(middle), float(three - quarter)
    # Robust where half of the values are equal has no scale: the deviation stands in.
    return "standard", mean, deviation


def rounded(skew: float) -> str:
    """Write a skew for people: one decimal, a true minus sign, no minus zero."""
    return f"{round(skew, 1) + 0.0:.1f}".replace("-", "−")
