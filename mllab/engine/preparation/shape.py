"""The shape of a distribution, and the curves that make a skewed one even."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mllab.engine.preparation.values import Floats

POWER_VALUES = 100_000
"""How many values λ of Yeo-Johnson is looked for on: of more, evenly spaced order statistics."""


def unit(x: "Floats") -> float:
    """Return a power of two near the largest |x|: dividing by it is exact and stops overflows."""
    import numpy as np

    largest = float(np.max(np.abs(x), initial=0.0))
    return float(np.ldexp(1.0, max(int(np.frexp(largest)[1]) - 1, -1000)))


def mean_and_deviation(x: "Floats") -> tuple[float, float]:
    """Return the mean and the population standard deviation; 0 where x is constant.

    Constant is meant up to rounding, by the bound of scikit-learn's scalers. Pass x sorted for a
    result that does not depend on the order of the rows, to the last bit.
    """
    import numpy as np

    size = unit(x)
    scaled = x / size
    mean, variance = float(np.mean(scaled)), float(np.var(scaled))
    rounding = float(np.finfo(np.float64).eps) * len(x)
    if variance <= rounding * variance + (rounding * mean) ** 2:
        return mean * size, 0.0
    return mean * size, variance**0.5 * size


def skewness(x: "Floats") -> float:
    """Return the Fisher-Pearson coefficient g1 = m3 / m2^1.5 of finite x; 0 where constant."""
    import numpy as np

    if len(x) == 0:
        return 0.0
    scaled = x / unit(x)
    mean, deviation = mean_and_deviation(scaled)
    if not deviation:
        return 0.0
    standard = (scaled - mean) / deviation
    # Written out: a power of floats takes ten times as long.
    return float(np.mean(standard * standard * standard))


def signed_log(x: "Floats") -> "Floats":
    """Return sign(x)·log(1 + |x|): a logarithm that takes zero and negative amounts."""
    import numpy as np

    bent: Floats = np.copysign(np.log1p(np.abs(x)), x)
    return bent


def yeo_johnson(x: "Floats", power: float) -> "Floats":
    """Return the power transform of Yeo and Johnson, Biometrika 87 (2000), for λ = ``power``."""
    import numpy as np

    below = x < 0
    bent = _power(np.where(below, 0.0, x), power)
    bent[below] = -_power(-x[below], 2.0 - power)
    return bent


def _power(x: "Floats", power: float) -> "Floats":
    """Return ((x + 1)^λ − 1) / λ for x ≥ 0, the logarithm at λ = 0."""
    import numpy as np

    logs: Floats = np.log1p(x)
    if abs(power) < np.finfo(np.float64).eps:
        return logs
    bent: Floats = np.expm1(power * logs) / power
    return bent


def yeo_johnson_power(x: "Floats") -> float:
    """Return the most likely λ of sorted x, as scikit-learn's ``PowerTransformer`` finds it."""
    import numpy as np
    from sklearn.preprocessing import PowerTransformer

    if len(x) > POWER_VALUES:
        x = x[np.linspace(0, len(x) - 1, POWER_VALUES).astype(np.int64)]
    finder = PowerTransformer(method="yeo-johnson", standardize=False)
    return float(finder.fit(x.reshape(-1, 1)).lambdas_[0])
