"""The top of a tree of joins, and what cutting it gives: all that a person reads of one."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

JOINS = 30


def top_of_tree(children: "NDArray[int64]", heights: "NDArray[float64]") -> dict[str, Any]:
    """Return the last joins of a full tree as JSON, numbered from the leaves of the top.

    ``children`` (n − 1, 2) are the two that each join brings together: rows from 0 to n − 1, then
    n + i what join i made; ``heights`` (n − 1,) ascend. Gives ``sizes``, the rows under each of
    the m leaves that are left, and ``joins``, ``[one, other, height]`` each, where m + i stands
    for what join i made. The leaves are in an order in which no two lines cross.
    """
    import numpy as np

    n = len(children) + 1
    kept = min(JOINS, n - 1)
    first = n - 1 - kept
    rows = np.ones(n + n - 1, dtype=np.int64)
    for place, (one, other) in enumerate(children):
        rows[n + place] = rows[one] + rows[other]
    leaves = _leaves(children.tolist(), n, first)
    number = {leaf: place for place, leaf in enumerate(leaves)}
    number |= {n + first + place: len(leaves) + place for place in range(kept)}
    joins = [
        [number[int(one)], number[int(other)], float(height)]
        for (one, other), height in zip(children[first:], heights[first:], strict=True)
    ]
    return {"sizes": rows[leaves].tolist(), "joins": joins}


def _leaves(children: list[list[int]], n: int, first: int) -> list[int]:
    """List what the joins from ``first`` on bring together, from left to right."""
    found, open_ = [], [2 * n - 2]
    while open_:
        node = open_.pop()
        if node >= n + first:
            open_ += reversed(children[node - n])
        else:
            found.append(node)
    return found


def sizes_at(tree: dict[str, Any], k: int) -> list[int]:
    """Return the rows of the k segments that a cut gives, the largest first.

    ``tree`` is what ``top_of_tree`` returned; k is from 1 to the number of its leaves.
    """
    leaves, joins = len(tree["sizes"]), tree["joins"]
    rows = list(tree["sizes"])
    for one, other, _ in joins:
        rows.append(rows[one] + rows[other])
    # The last k - 1 joins are undone: what they joined and what is no such join itself is left.
    undone = range(leaves + len(joins) - (k - 1), leaves + len(joins))
    parts = [part for node in undone for part in joins[node - leaves][:2] if part not in undone]
    return sorted((rows[part] for part in parts), reverse=True) if parts else [rows[-1]]
