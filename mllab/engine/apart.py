"""Rows that were set apart before training: nothing learns from them, they are noise."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mllab.engine.labelings import NOISE

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Fit
    from mllab.engine.preparation.values import Mask

APART = "apart.npy"


def rows_inside(folder: Path) -> "Mask | None":
    """Say which rows of an experiment are trained on, (n,); None: all of them."""
    import numpy as np

    path = folder / APART
    return ~np.load(path, allow_pickle=False) if path.is_file() else None


def among_all(
    fit: "Fit", confidence: "NDArray[float64]", inside: "Mask"
) -> "tuple[Fit, NDArray[float64]]":
    """Give a fit of the rows inside all n rows: those apart are noise, with confidence 0."""
    import numpy as np

    labels = np.full(len(inside), NOISE, dtype=np.int64)
    labels[inside] = fit.labels
    sure = np.zeros(len(inside))
    sure[inside] = confidence
    return replace(fit, labels=labels, confidence=None), sure
