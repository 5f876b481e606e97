"""How two labelings of the same rows agree: the cross table and the two indices of it."""

from typing import TYPE_CHECKING, Any

from mllab.engine.labelings import MAX_SHOWN
from mllab.engine.matching import agreement, cross_table

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels
    from mllab.engine.matching import Table


def pair(a: "Labels", b: "Labels") -> dict[str, Any]:
    """Count rows (n,) by both labels and tell the indices, as scikit-learn defines them.

    ``ari`` is the adjusted Rand index (Hubert and Arabie 1985, Comparing partitions, Journal of
    Classification 2), ``ami`` the adjusted mutual information with the arithmetic mean of both
    entropies (Vinh, Epps and Bailey 2010, Journal of Machine Learning Research 11): 1 is the same
    split, 0 what chance gives. Noise is one group of its own. Lines of ``table`` are ``labels_a``,
    columns ``labels_b``; labels from 40 on are counted together, as the label None.
    """
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    names_a, names_b, table = cross_table(a, b)
    cut_a, rows = _cut(names_a, table)
    cut_b, columns = _cut(names_b, rows.T)
    return {
        "ari": float(adjusted_rand_score(a, b)),
        "ami": float(adjusted_mutual_info_score(a, b)),
        "agreement": agreement(names_a, names_b, table),
        "labels_a": cut_a,
        "labels_b": cut_b,
        "table": columns.T.tolist(),
    }


def _cut(names: list[int], table: "Table") -> "tuple[list[int | None], Table]":
    """Add up the lines of labels from ``MAX_SHOWN`` on, as one line named None."""
    import numpy as np

    many = [place for place, name in enumerate(names) if name >= MAX_SHOWN]
    if not many:
        return [*names], table
    kept = [place for place in range(len(names)) if place < many[0]]
    noise = [place for place, name in enumerate(names) if name == -1]
    lines = [table[kept], table[many].sum(axis=0, keepdims=True), table[noise]]
    return [*(names[place] for place in kept), None, *([-1] if noise else [])], np.vstack(lines)
