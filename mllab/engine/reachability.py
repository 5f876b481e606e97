"""The reachability plot of a hierarchy of densities, short enough to be kept and drawn.

Rows stand in the order in which a walk through dense places meets them, each with the step that
leads to it: valleys are segments, and the walls between them say how far apart these are (Ankerst
et al., 1999, OPTICS, figure 9). A tree of single linkage says the same: between two neighbours of
its leaves stands the height at which they are joined (Sander et al., 2003, Automatic extraction of
clusters from hierarchical clustering representations, section 3).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels

POINTS = 600
DIGITS = 4


def reach_details(steps: "NDArray[float64]", labels: "Labels") -> dict[str, Any]:
    """Return a plot as JSON: ``reachability`` and ``reachability_segments``, at most ``POINTS``.

    ``steps`` and ``labels`` (n,) stand in the order of the walk; a step that is not finite is the
    beginning of one. Of neighbours that become one point the largest step is kept, so that no wall
    is lost, and the label of the middle one. Labels are those of the fit.
    """
    import numpy as np

    finite = steps[np.isfinite(steps)]
    known = np.where(np.isfinite(steps), steps, finite.max() if len(finite) else 0.0)
    starts = np.linspace(0, len(known), min(POINTS, len(known)) + 1).astype(np.int64)
    tops = np.maximum.reduceat(known, starts[:-1])
    middles = (starts[:-1] + starts[1:]) // 2
    return {
        "reachability": [float(f"{value:.{DIGITS}g}") for value in tops],
        "reachability_segments": labels[middles].tolist(),
    }


def walked(tree: Any, labels: "Labels") -> "tuple[NDArray[float64], Labels]":
    """Return steps and labels (n,) in the order of the leaves of a tree of single linkage.

    ``tree`` (n − 1,) has the fields ``left_node``, ``right_node`` and ``value``, ascending, as
    scikit-learn's HDBSCAN keeps it; join i makes node n + i.
    """
    import numpy as np
    from scipy.cluster.hierarchy import leaves_list

    n = len(tree) + 1
    pairs = np.column_stack([tree["left_node"], tree["right_node"]]).astype(np.int64)
    linkage = np.column_stack([pairs, tree["value"], tree["cluster_size"]]).astype(np.float64)
    order = leaves_list(linkage)
    first = np.empty(2 * n - 1, dtype=np.int64)
    first[order] = np.arange(n)
    steps = np.full(n, np.inf)
    for place, (one, other) in enumerate(pairs.tolist()):
        start, border = sorted((int(first[one]), int(first[other])))
        first[n + place] = start
        steps[border] = linkage[place, 2]
    return steps, labels[order]
