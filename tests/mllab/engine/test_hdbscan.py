"""HDBSCAN: scikit-learn's groups, what stands where nobody gave it, and what to try."""

import numpy as np
import pytest
from sklearn.cluster import HDBSCAN

from mllab.engine.algorithms.hdbscan import Hdbscan, HdbscanParams
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress

DRAW = np.random.default_rng(3)
ROWS = np.vstack(
    [
        DRAW.normal(size=(300, 2)) * 0.2,
        DRAW.normal(size=(200, 2)) + 6,
        DRAW.uniform(-9, 15, (40, 2)),
    ]
)


@pytest.mark.parametrize("selection", ["eom", "leaf"])
@pytest.mark.parametrize("columns", [2, 17])
def test_it_is_scikit_learns(selection: str, columns: int) -> None:
    """In few columns by a tree, in many by all pairs."""
    rows = np.hstack([ROWS, np.zeros((len(ROWS), columns - 2))])
    params = HdbscanParams.model_validate(
        {"min_cluster_size": 12, "min_samples": 6, "selection": selection}
    )
    fit = Hdbscan().fit(rows, params, 1, NullProgress())
    theirs = HDBSCAN(
        min_cluster_size=12,
        min_samples=6,
        cluster_selection_method=selection,
        algorithm="kd_tree" if columns == 2 else "brute",
        copy=True,
    ).fit(rows)
    assert ((fit.labels == -1) == (theirs.labels_ == -1)).all()
    assert len(set(zip(fit.labels.tolist(), theirs.labels_.tolist(), strict=True))) == len(
        set(theirs.labels_.tolist())
    )


def test_sizes_are_proposed_from_the_number_of_rows() -> None:
    few = Hdbscan().fit(ROWS, HdbscanParams(), 1, NullProgress())
    many = Hdbscan().fit(np.tile(ROWS, (5, 1)), HdbscanParams(), 1, NullProgress())
    assert (few.details["min_cluster_size"], few.details["min_samples"]) == (5, 5)
    assert (many.details["min_cluster_size"], many.details["min_samples"]) == (27, 20)


def test_dense_and_sparse_groups_are_found_and_lonely_rows_are_noise() -> None:
    fit = Hdbscan().fit(ROWS, HdbscanParams(min_cluster_size=40), 1, NullProgress())
    assert len(fit.centers) == 2
    assert (
        np.bincount(fit.labels[:300] + 1).argmax() != np.bincount(fit.labels[300:500] + 1).argmax()
    )
    assert (fit.labels[500:] == -1).sum() > 20


def test_further_rows_take_the_label_of_the_nearest_one_noise_too() -> None:
    fit = Hdbscan().fit(ROWS, HdbscanParams(min_cluster_size=40), 1, NullProgress())
    assert fit.assign is not None
    assert (fit.assign(ROWS + 1e-9) == fit.labels).all()
    assert -1 in fit.labels


def test_noise_only_and_too_much_say_what_to_try() -> None:
    with pytest.raises(UserError, match=r"noise only.*a smaller one, such as 150") as caught:
        Hdbscan().fit(ROWS, HdbscanParams(min_cluster_size=300), 1, NullProgress())
    assert set(caught.value.fields) == {"min_cluster_size"}
    with pytest.raises(UserError, match="Ask for at most 540 rows") as caught:
        Hdbscan().fit(ROWS, HdbscanParams(min_samples=900), 1, NullProgress())
    assert set(caught.value.fields) == {"min_samples"}
