"""Principal components, computed from the covariance in pieces: memory does not grow with rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mllab.engine.preparation.values import Floats, Mask

CHUNK_CELLS = 2_000_000


@dataclass(frozen=True)
class Components:
    """Directions of a matrix of d columns.

    ``components`` (c, d), ``mean`` (d,), and of each direction its share of the ``variance``. The
    largest entry of every direction is positive, so that signs do not change between runs.
    """

    components: list[list[float]]
    mean: list[float]
    variance: list[float]


def fit_components(X: "Floats", inside: "Mask | None" = None) -> Components:
    """Find all directions of X (n, d), or of its rows ``inside`` (n,), most variance first."""
    import numpy as np

    rows = len(X) if inside is None else int(inside.sum())
    mean = sum(chunk.sum(axis=0) for chunk in chunks(X, inside)) / rows
    d = X.shape[1]
    covariance = np.zeros((d, d))
    for chunk in chunks(X, inside):
        centred = chunk - mean
        covariance += centred.T @ centred
    values, vectors = np.linalg.eigh(covariance / rows)
    order = np.argsort(-values, kind="stable")
    directions = vectors.T[order]
    largest = np.argmax(np.abs(directions), axis=1)
    directions *= np.sign(directions[np.arange(d), largest])[:, None]
    found = np.clip(values[order], 0, None)
    shares = found / (found.sum() or 1.0)
    return Components(directions.tolist(), np.asarray(mean).tolist(), shares.tolist())


def holding(found: Components, share: float) -> Components:
    """Keep the fewest directions that hold this share of the variance."""
    import numpy as np

    reached = np.cumsum(found.variance) >= share - 1e-12
    count = int(np.argmax(reached)) + 1 if reached.any() else len(found.variance)
    return first(found, count)


def first(found: Components, count: int) -> Components:
    """Keep the first directions; missing ones (d < count) are zeros."""
    width = len(found.mean)
    lacking = max(count - len(found.components), 0)
    components = found.components[:count] + [[0.0] * width for _ in range(lacking)]
    variance = found.variance[:count] + [0.0] * lacking
    return Components(components, found.mean, variance)


def project(found: Components, X: "Floats") -> "Floats":
    """Return the coordinates (n, c) of X (n, d)."""
    import numpy as np

    points: Floats = (X - np.array(found.mean)) @ np.array(found.components).T
    return points


def chunks(X: "Floats", inside: "Mask | None" = None) -> Iterator["Floats"]:
    """Give X, or its rows ``inside`` (n,), in pieces of whole rows."""
    rows = max(CHUNK_CELLS // max(X.shape[1], 1), 1)
    for start in range(0, len(X), rows):
        part = slice(start, start + rows)
        yield X[part] if inside is None else X[part][inside[part]]
