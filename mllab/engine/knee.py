"""The bend of a rising curve."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray


def knee(values: "NDArray[float64]") -> int:
    """Return where an ascending curve (n,) lies farthest below its chord; n ≥ 1.

    Both axes are scaled to 0…1, so that units do not matter; a straight curve gives its start.
    Source: Satopää et al., "Finding a kneedle in a haystack", 2011.
    """
    import numpy as np

    height = values[-1] - values[0]
    if not height > 0:
        return 0
    along = np.linspace(0.0, 1.0, len(values))
    return int(np.argmax(along - (values - values[0]) / height))


def thinned(values: "NDArray[float64]", points: int) -> list[float]:
    """Return at most ``points`` of the values, evenly spread, both ends among them."""
    import numpy as np

    places = np.linspace(0, len(values) - 1, min(points, len(values))).round().astype(int)
    picked: list[float] = values[places].tolist()
    return picked
