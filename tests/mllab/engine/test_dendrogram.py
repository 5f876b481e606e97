"""The top of a tree of joins: its groups, their order, and what a cut gives."""

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from mllab.engine.algorithms.agglomerative import Agglomerative, HierarchyParams
from mllab.engine.dendrogram import JOINS, sizes_at, top_of_tree
from segplatform.kernel.progress import NullProgress


def test_each_cut_gives_the_segments_of_scipy() -> None:
    X = np.random.default_rng(8).normal(size=(300, 3))
    joined = linkage(X, "ward")
    tree = top_of_tree(joined[:, :2].astype(int), joined[:, 2])
    assert len(tree["sizes"]) == JOINS + 1
    assert sum(tree["sizes"]) == len(X)
    for k in (1, 2, 3, 7, 31):
        counts = np.bincount(fcluster(joined, k, "maxclust"))[1:]
        assert sizes_at(tree, k) == sorted(counts.tolist(), reverse=True)


def test_no_two_lines_cross() -> None:
    joined = linkage(np.random.default_rng(2).normal(size=(80, 2)), "average")
    tree = top_of_tree(joined[:, :2].astype(int), joined[:, 2])
    spans = [{place} for place in range(len(tree["sizes"]))]
    for one, other, _ in tree["joins"]:
        spans.append(spans[one] | spans[other])
        assert max(spans[-1]) - min(spans[-1]) == len(spans[-1]) - 1


def test_the_algorithm_keeps_it_and_few_rows_have_a_small_one() -> None:
    X = np.array([[0.0], [1.0], [10.0]])
    fit = Agglomerative().fit(X, HierarchyParams(k=2), 42, NullProgress())
    tree = fit.details["tree"]
    assert tree["joins"][-1][2] == fit.details["heights"][0]
    assert sizes_at(tree, 2) == [2, 1]
    assert len(tree["sizes"]) == 3
