"""What a stored model does with a prepared row, said as data, so that other engines can do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mllab.engine.labelings import NOISE

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix, Model


@dataclass(frozen=True)
class Nearest:
    """The label of the nearest point; of points at the same distance the first one's.

    ``points`` (m, d), ``labels`` (m,), and where there is a ``reach`` (m,) a row that is farther
    from its nearest point than that is noise.
    """

    points: "Matrix"
    labels: "Labels"
    reach: "NDArray[float64] | None" = None


@dataclass(frozen=True)
class Likeliest:
    """The label of the segment with the highest normal density; of equal ones the first.

    ``means`` (k, d), ``labels`` (k,), ``offsets`` (k,) the logarithm of weight and density at the
    mean, without the constant; ``scales`` (k, d, d) turn a row, moved by the mean, into one whose
    squared length is its squared Mahalanobis distance.
    """

    means: "Matrix"
    labels: "Labels"
    offsets: "NDArray[float64]"
    scales: "NDArray[float64]"


@dataclass(frozen=True)
class Splits:
    """A label, or two centres (2, d): rows go on to what is behind the nearer one, ties first."""

    label: int = NOISE
    centers: "Matrix | None" = None
    parts: "tuple[Splits, ...]" = ()


@dataclass(frozen=True)
class Relabelled:
    """Another label for each of a rule's, ``labels`` (k,), noise as it was.

    Rows that the rule gives the label ``divided`` have that of ``parts`` instead.
    """

    inner: "Rule"
    labels: tuple[int, ...]
    divided: int | None = None
    parts: "Rule | None" = None


@dataclass(frozen=True)
class Combination:
    """The label of a combination of the labels of ``members`` (m rules).

    ``known`` (c, m) have ``labels`` (c,). Others get the label j with the largest sum of
    ``shares`` (m arrays (k, s)) of the members' labels, ties to the first; it is called
    ``called`` (s,). Noise in more than half of the members, or without any share, is noise.
    """

    members: "tuple[Rule, ...]"
    known: "Labels"
    labels: tuple[int, ...]
    shares: "tuple[NDArray[float64], ...]"
    called: tuple[int, ...]


Rule = Nearest | Likeliest | Splits | Relabelled | Combination


def nearest_rule(model: "Model") -> Nearest:
    """Return the rule of ``nearest_scorer``: the nearest centre, in the order of the fit."""
    import numpy as np

    labels = model.renumbered(np.arange(len(model.centers)))
    return Nearest(model.as_fitted(model.centers), labels)


def groups_rule(model: "Model") -> Nearest:
    """Return the rule of models that keep small ``groups``, their ``labels`` and a ``reach``."""
    import numpy as np

    scoring = model.scoring
    found = np.asarray(scoring["labels"], dtype=np.int64)
    labels = np.where(found == NOISE, NOISE, model.renumbered(np.maximum(found, 0)))
    reach = np.asarray(scoring["reach"], dtype=np.float64) if "reach" in scoring else None
    return Nearest(np.asarray(scoring["groups"], dtype=np.float64), labels, reach)


def splits_rule(model: "Model", tree: Mapping[str, Any]) -> Splits:
    """Return the rule of a stored tree of splits."""
    import numpy as np

    if "label" in tree:
        return Splits(int(model.renumbered(np.array([tree["label"]]))[0]))
    parts = tuple(splits_rule(model, part) for part in tree["parts"])
    return Splits(centers=np.asarray(tree["centers"], dtype=np.float64), parts=parts)


def mixture_rule(model: "Model") -> Likeliest:
    """Return the rule of a mixture: full covariances, of independent columns, or one width each.

    Σ = L Lᵀ by Cholesky, so that (x − μ)ᵀ Σ⁻¹ (x − μ) = |L⁻¹ (x − μ)|² and log |Σ| is twice the
    sum of the logarithms of L's diagonal. Source: Bishop, "Pattern Recognition and Machine
    Learning", 2006, equations 2.43 and 9.13.
    """
    import numpy as np

    means = model.as_fitted(model.centers)
    weights = model.as_fitted(model.per_segment["weights"])
    covariances = model.as_fitted(model.per_segment["covariances"])
    k, d = means.shape
    if covariances.ndim < 3:
        widths = covariances if covariances.ndim == 2 else np.repeat(covariances[:, None], d, 1)
        covariances = widths[:, :, None] * np.eye(d)
    roots = np.linalg.cholesky(covariances)
    logs = np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
    scales = np.linalg.solve(roots, np.broadcast_to(np.eye(d), roots.shape))
    labels = model.renumbered(np.arange(k))
    return Likeliest(means, labels, np.log(weights) - logs, np.tril(scales))
