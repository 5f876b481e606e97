"""Co-association of labelings: how often two rows are together, and what that joins.

Rows with the same label in every labeling are one point with a weight, so that nothing here grows
with the rows but a code for each. Source: Fred and Jain, "Combining multiple clusterings using
evidence accumulation", 2005, doi:10.1109/TPAMI.2005.113.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mllab.engine.labelings import NOISE
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from numpy import bool_, float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels

    Values = NDArray[float64]

MOST_LINKED = 2_000
"""Combinations that are linked: their distances are 32 MB. The largest ones; the others go where
they are together most."""
LEAST_SHARE = 0.001
"""Of the rows, that a combination has to hold to be linked: one in a thousand."""
LEAST_ROWS = 5
"""That a combination has to hold to be linked, and to be written into a model."""
MOST_FOUND = 20
"""Segments that the longest lifetime may find; more are nothing that a person can act on."""
LARGEST = 2**62


@dataclass(frozen=True)
class Combinations:
    """The different combinations of labels: ``codes`` (n,) say which one each row has.

    ``values`` (c, m) are the labels in the m labelings, −1 noise; ``sizes`` (c,) count rows.
    """

    codes: "Labels"
    values: "Labels"
    sizes: "Labels"


@dataclass(frozen=True)
class Together:
    """How often a row is together with those of each segment: mean co-association.

    ``shares`` has an array (k, s) for each labeling: the share of the rows of segment s that have
    its label k. A row that is noise in a labeling is together with nobody there.
    """

    shares: "list[Values]"

    def of(self, values: "Labels") -> "Values":
        """Return the mean co-association of combinations (c, m) with every segment, (c, s)."""
        import numpy as np

        found = np.zeros((len(values), self.shares[0].shape[1]))
        for column, share in zip(values.T, self.shares, strict=True):
            is_known = (column >= 0) & (column < len(share))
            found[is_known] += share[column[is_known]]
        return found / len(self.shares)


def combinations(labelings: "Sequence[Labels]") -> Combinations:
    """Find the different combinations of labels of n rows, in an order of their own labels."""
    import numpy as np

    codes = np.zeros(len(labelings[0]), dtype=np.int64)
    span = 1
    for labels in labelings:
        width = int(labels.max(initial=NOISE)) + 2
        if span > LARGEST // width:  # the codes that occur, counted anew
            found, codes = np.unique(codes, return_inverse=True)
            span = len(found)
        codes = codes * width + (labels + 1)
        span *= width
    _, firsts, codes, sizes = np.unique(
        codes, return_index=True, return_inverse=True, return_counts=True
    )
    values = np.column_stack([np.asarray(labels[firsts], dtype=np.int64) for labels in labelings])
    return Combinations(codes.astype(np.int64), values, sizes.astype(np.int64))


def is_outside(values: "Labels") -> "NDArray[bool_]":
    """Say which combinations (c, m) are noise: in more than half of the labelings."""
    outside: NDArray[bool_] = 2 * (values == NOISE).sum(axis=1) > values.shape[1]
    return outside


def linked_places(found: Combinations) -> "Labels":
    """Return the places of the combinations that are linked, in their order.

    Rare ones would become segments of a few rows each: average linkage joins what is far from
    everything last. Where all are rare, the largest are linked.
    """
    import numpy as np

    inside = np.flatnonzero(~is_outside(found.values))
    order = inside[np.argsort(-found.sizes[inside], kind="stable")][:MOST_LINKED]
    least = max(LEAST_ROWS, LEAST_SHARE * found.sizes.sum())
    common = order[found.sizes[order] >= least]
    return np.sort(common if len(common) > 1 else order)


def distances(values: "Labels") -> "Values":
    """Return 1 − the share of labelings in which two combinations (c, m) are together, (c, c)."""
    import numpy as np

    apart = np.ones((len(values), len(values)))
    for column in values.T:
        apart -= ((column[:, None] == column) & (column != NOISE)[:, None]) / values.shape[1]
    np.fill_diagonal(apart, 0.0)
    return np.maximum(apart, 0.0)


def average_linkage(apart: "Values", weights: "Labels", progress: Progress) -> "Values":
    """Join points (c, c) with weights by the mean distance of their rows; return (c − 1, 3).

    A line holds one point of either group, and the height at which the groups join; heights rise.
    By chains of nearest neighbours, which average linkage allows (Müllner, 2011, arXiv:1109.2378).
    ``apart`` is written over.
    """
    import numpy as np

    count, sizes = len(apart), weights.astype(np.float64)
    np.fill_diagonal(apart, np.inf)
    lines: list[tuple[int, int, float]] = []
    chain = [0]
    is_left = np.ones(count, dtype=bool)
    while len(lines) < count - 1:
        if not chain:
            chain = [int(np.flatnonzero(is_left)[0])]
        top = chain[-1]
        near = int(apart[top].argmin())
        if len(chain) > 1 and apart[top, chain[-2]] <= apart[top, near]:
            near = chain[-2]  # of equal ones the former, or a chain would have no end
        if len(chain) > 1 and near == chain[-2]:
            del chain[-2:]
            lines.append((near, top, apart[top, near]))
            _join(apart, sizes, near, top)
            is_left[top] = False
            progress.step(len(lines) / count, "Joining combinations")
        else:
            chain.append(near)
    made = np.array(lines, dtype=np.float64).reshape(-1, 3)
    return made[np.argsort(made[:, 2], kind="stable")]


def _join(apart: "Values", sizes: "Values", kept: int, gone: int) -> None:
    """Put the point ``gone`` into ``kept``: distances are the means of both, by their rows."""
    import numpy as np

    whole = sizes[kept] + sizes[gone]
    row = (sizes[kept] * apart[kept] + sizes[gone] * apart[gone]) / whole
    row[kept] = np.inf
    apart[kept] = apart[:, kept] = row
    apart[gone] = apart[:, gone] = np.inf
    sizes[kept] = whole


def lifetimes(lines: "Values") -> list[tuple[int, float]]:
    """Return for each number of segments how long it lasts: between which heights, as a length.

    The lifetime of k segments is the range of thresholds that give k (Fred and Jain, section 3.3).
    """
    heights = [0.0, *lines[:, 2].tolist()]
    count = len(heights)
    ks = range(2, min(count, MOST_FOUND) + 1)
    return [(k, heights[count - k + 1] - heights[count - k]) for k in ks]


def longest(lived: list[tuple[int, float]]) -> int:
    """Return the number of segments with the longest lifetime; of equal ones the fewest."""
    best = max(life for _, life in lived)
    return next(k for k, life in lived if life >= best - 1e-9)


def cut(lines: "Values", count: int, k: int) -> "Labels":
    """Return the group (count,) of each point where k are left, numbered by their first point."""
    import numpy as np

    parents = list(range(count))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = place = parents[parents[place]]
        return place

    for first, second, _ in lines[: count - k]:
        parents[root(int(second))] = root(int(first))
    roots = np.array([root(place) for place in range(count)])
    _, groups = np.unique(roots, return_inverse=True)
    return groups.astype(np.int64)


def together_of(values: "Labels", sizes: "Labels", groups: "Labels", widths: list[int]) -> Together:
    """Measure how the rows of each group spread over the labels of each labeling.

    ``values`` (c, m), ``sizes`` and ``groups`` (c,) are of the combinations that were linked,
    ``widths`` how many labels each labeling has.
    """
    import numpy as np

    count = int(groups.max()) + 1
    whole = np.bincount(groups, weights=sizes, minlength=count)
    shares = []
    for column, width in zip(values.T, widths, strict=True):
        table = np.zeros((max(width, 1), count))
        inside = column != NOISE
        np.add.at(table, (column[inside], groups[inside]), sizes[inside])
        shares.append(table / whole)
    return Together(shares)
