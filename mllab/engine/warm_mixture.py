"""Where a Gaussian mixture begins that starts from given means."""

from typing import TYPE_CHECKING, Any

from mllab.engine.nearest import nearest_centre

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Matrix


def mixture_start(X: "Matrix", start: "Matrix", covariance: str, least: float) -> "tuple[Any, Any]":
    """Return weights and precisions of a mixture whose means are ``start`` (k, d).

    Those of the rows of X (n, d) that are nearest to each, in the shape that ``covariance`` asks.
    """
    import numpy as np

    nearest = nearest_centre(X, start)
    counts = np.bincount(nearest, minlength=len(start))
    weights = (counts + 1.0) / (counts + 1.0).sum()
    width = X.shape[1]
    whole = np.cov(X.T).reshape(width, width)
    full = np.array([
        np.cov(X[nearest == place].T).reshape(width, width) if count > 2 * width else whole
        for place, count in enumerate(counts)
    ]) + least * np.eye(width)  # fmt: skip
    if covariance == "full":
        return weights, np.linalg.inv(full)
    if covariance == "tied":
        return weights, np.linalg.inv(np.einsum("k,kij->ij", weights, full))
    widths = np.maximum(np.diagonal(full, axis1=1, axis2=2), least)
    return weights, 1.0 / (widths if covariance == "diag" else widths.mean(axis=1))
