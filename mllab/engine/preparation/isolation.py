"""Rows that stand apart: an isolation forest that is stored as plain numbers.

Source: Liu, Ting and Zhou, "Isolation Forest", ICDM 2008. Rows that few random cuts separate from
the others are outliers. Cuts are drawn between values, so that the trees hold no row.
"""

import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import int64
    from numpy.random import Generator
    from numpy.typing import NDArray

    from mllab.engine.preparation.values import Floats, Mask

TREES, SAMPLE = 50, 128
"""Fewer and smaller than in the paper (100 of 256 rows): a tenth of the size, nearly as sharp."""

UNIT = 1_024
"""Depths are whole numbers of this part of a level: sums of them are the same in any order."""

LEAF = -1
CHUNK_ROWS = 50_000
_EULER = 0.5772156649015329


@dataclass(frozen=True)
class Tree:
    """Nodes in lists: rows with ``columns[i]`` ≤ ``cuts[i]`` go to ``left[i]``, others ``right``.

    A leaf has no column (−1) but a depth, in ``UNIT`` parts of a level; the first node is the root.
    """

    columns: list[int] = field(default_factory=list)
    cuts: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Forest:
    """Trees, and the sum of depths below which a row stands apart."""

    trees: list[Tree]
    cut: int

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self)


def forest_from_json(found: dict[str, Any]) -> Forest:
    """Read what ``to_json`` wrote."""
    return Forest([Tree(**tree) for tree in found["trees"]], int(found["cut"]))


def fit_forest(X: "Floats", share: float, seed: int) -> Forest:
    """Grow a forest on X (n, d), so that at most this share of its rows stands apart."""
    import numpy as np

    draw = np.random.default_rng([seed, 2])
    trees = []
    for _ in range(TREES):
        rows = np.sort(draw.choice(len(X), min(SAMPLE, len(X)), replace=False))
        tree = Tree()
        _grow(tree, np.asarray(X[rows]), 0, draw)
        trees.append(tree)
    depths = np.sort(depths_of(Forest(trees, 0), X))
    return Forest(trees, int(depths[min(int(share * len(X)), len(X) - 1)]))


def stands_apart(forest: Forest, X: "Floats") -> "Mask":
    """Say which rows of X (n, d) stand apart, (n,)."""
    found: Mask = depths_of(forest, X) < forest.cut
    return found


def depths_of(forest: Forest, X: "Floats") -> "NDArray[int64]":
    """Return the sum over all trees of the depth at which each row of X (n, d) arrives, (n,)."""
    import numpy as np

    found = np.zeros(len(X), dtype=np.int64)
    for start in range(0, len(X), CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        rows = np.ascontiguousarray(X[part])
        for tree in forest.trees:
            found[part] += _depths(tree, rows)
    return found


def _depths(tree: Tree, rows: "Floats") -> "NDArray[int64]":
    import numpy as np

    found = np.empty(len(rows), dtype=np.int64)
    waiting = [(0, np.arange(len(rows)))]
    while waiting:
        node, places = waiting.pop()
        if tree.columns[node] == LEAF:
            found[places] = tree.depths[node]
            continue
        goes_left = rows[places, tree.columns[node]] <= tree.cuts[node]
        waiting.append((tree.left[node], places[goes_left]))
        waiting.append((tree.right[node], places[~goes_left]))
    return found


def _grow(tree: Tree, rows: "Floats", level: int, draw: "Generator") -> int:
    """Add the node of these rows and all below it; return its place."""
    import numpy as np

    place = len(tree.columns)
    low, high = rows.min(axis=0), rows.max(axis=0)
    uneven = np.flatnonzero(high > low)
    is_leaf = level >= math.ceil(math.log2(SAMPLE)) or not len(uneven)
    column = LEAF if is_leaf else int(draw.choice(uneven))
    cut = 0.0 if is_leaf else _cut(float(low[column]), float(high[column]), draw)
    tree.columns.append(column)
    tree.cuts.append(cut)
    tree.left.append(LEAF)
    tree.right.append(LEAF)
    tree.depths.append(round(UNIT * (level + _rest(len(rows)))) if is_leaf else 0)
    if not is_leaf:
        below = rows[:, column] <= cut
        tree.left[place] = _grow(tree, rows[below], level + 1, draw)
        tree.right[place] = _grow(tree, rows[~below], level + 1, draw)
    return place


def _cut(low: float, high: float, draw: "Generator") -> float:
    """Draw a value from ``low`` up to, and without, ``high``."""
    cut = low + (high - low) * float(draw.random())
    return cut if low <= cut < high else low


def _rest(rows: int) -> float:
    """Return how many levels more it would take to tell so many rows apart (equation 1)."""
    if rows < 3:
        return float(rows == 2)
    return 2 * (math.log(rows - 1) + _EULER) - 2 * (rows - 1) / rows
