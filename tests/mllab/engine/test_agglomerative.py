"""The hierarchy: the cut of SciPy's tree, its heights, and the rows beyond the sample."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import cut_tree, linkage
from sklearn.metrics import adjusted_rand_score

from mllab.engine.algorithms.agglomerative import LINKAGES, Agglomerative, HierarchyParams
from segplatform.kernel.progress import NullProgress

ROWS = np.random.default_rng(4).normal(size=(300, 3)) ** 3


@pytest.mark.parametrize("method", LINKAGES)
def test_it_cuts_the_tree_of_scipy(method: str) -> None:
    params = HierarchyParams.model_validate({"k": 5, "linkage": method})
    fit = Agglomerative().fit(ROWS, params, 1, NullProgress())
    tree = linkage(ROWS, method)
    assert adjusted_rand_score(fit.labels, cut_tree(tree, 5).ravel()) == 1.0
    assert fit.details["heights"] == pytest.approx(tree[::-1][:30, 2])
    assert fit.details["cut"] == pytest.approx(tree[-4, 2])


def test_further_rows_take_the_segment_of_the_nearest_row() -> None:
    params = HierarchyParams(k=4, linkage="single")
    fit = Agglomerative().fit(ROWS, params, 1, NullProgress())
    assert fit.assign is not None
    assert (fit.assign(ROWS + 1e-9) == fit.labels).all()


def test_three_rows_have_a_short_tree() -> None:
    fit = Agglomerative().fit(np.eye(3), HierarchyParams(k=3), 1, NullProgress())
    assert len(fit.details["heights"]) == 2
    assert fit.details["cut"] == fit.details["heights"][1]
