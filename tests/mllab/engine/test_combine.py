"""The consensus of several labelings: co-association, linkage, scoring by the stored model."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import adjusted_rand_score

from mllab.engine.combine import Combined, CombineParams, combined_words
from mllab.engine.combine_consensus import consensus, consensus_from, rand_index
from mllab.engine.combine_links import (
    average_linkage,
    combinations,
    cut,
    distances,
    lifetimes,
    longest,
)
from mllab.engine.made import GONE
from mllab.engine.model import model_from, write_json
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress

Labels = NDArray[np.int64]
Matrix = NDArray[np.float64]
DRAW = np.random.default_rng(5)


def noisy(truth: Labels, share: float, count: int) -> Labels:
    """Give labels that are wrong for a share of the rows."""
    wrong = DRAW.random(len(truth)) < share
    return np.where(wrong, DRAW.integers(count, size=len(truth)), truth)


def test_linkage_over_weighted_combinations_is_that_of_the_rows() -> None:
    labelings = [DRAW.integers(3, size=120) for _ in range(3)]
    found = combinations(labelings)
    assert found.sizes.sum() == 120
    assert (found.values[found.codes] == np.column_stack(labelings)).all()
    apart = DRAW.random((30, 30))
    apart = np.triu(apart, 1) + np.triu(apart, 1).T
    own = average_linkage(apart.copy(), np.ones(30, dtype=np.int64), NullProgress())
    theirs = linkage(squareform(apart), "average")
    np.testing.assert_allclose(own[:, 2], theirs[:, 2])
    groups = fcluster(theirs, 5, "maxclust")
    assert adjusted_rand_score(cut(own, 30, 5), groups) == pytest.approx(1)
    weights = DRAW.integers(1, 4, size=30)  # a weight is as many rows at the same place
    places = np.repeat(np.arange(30), weights)
    rows = linkage(squareform(apart[np.ix_(places, places)], checks=False), "average")
    weighted = average_linkage(apart.copy(), weights, NullProgress())
    np.testing.assert_allclose(weighted[:, 2], rows[-29:, 2])
    assert distances(found.values).max() == 1.0


def test_the_consensus_is_nearer_to_the_truth_than_its_members() -> None:
    truth = np.repeat(np.arange(4), 300)
    members = [noisy(truth, 0.25, 4) for _ in range(7)]
    found = combinations(members)
    made = consensus(found, None, NullProgress())
    labels = made.labels[found.codes]
    assert len(set(labels)) == 4
    assert longest(made.lived) == 4
    own = adjusted_rand_score(truth, labels)
    assert own > max(adjusted_rand_score(truth, member) for member in members)
    agreement = [rand_index(each, made.labels, found.sizes) for each in found.values.T]
    for member, value in zip(members, agreement, strict=True):
        assert value == pytest.approx(adjusted_rand_score(member, labels))
        others = [adjusted_rand_score(member, other) for other in members if other is not member]
        assert value >= np.mean(others)
    sure = made.confidence[found.codes]
    assert sure[labels == labels[0]].mean() > 0.6
    again = consensus_from(json.loads(json.dumps(made.to_json())))
    assert (again.label(found.values)[0] == made.labels).all()


def test_noise_is_together_with_nobody_and_rare_combinations_make_no_segment() -> None:
    first = np.repeat([0, 1, -1, 0], [500, 500, 60, 1])
    second = np.repeat([0, 1, -1, 1], [500, 500, 60, 1])
    third = np.repeat([0, 1, 0, 1], [500, 500, 60, 1])
    found = combinations([first, second, third])
    made = consensus(found, 2, NullProgress())
    labels, sure = made.labels[found.codes], made.confidence[found.codes]
    assert set(labels[1000:1060]) == {-1}  # noise in two of three
    assert set(sure[1000:1060]) == {0.0}
    assert labels[-1] == labels[600]  # together with them in two of three
    assert 0.5 < sure[-1] < 1.0
    assert [k for k, _ in lifetimes(np.array([[0, 1, 0.2], [0, 2, 0.9]]))] == [2, 3]
    with pytest.raises(UserError):
        consensus(found, 9, NullProgress())
    with pytest.raises(UserError):
        consensus(combinations([np.zeros(9, int), np.zeros(9, int)]), None, NullProgress())


def member(folder: Path, name: str, X: Matrix, centers: Matrix) -> None:
    """Write a prototype as K-Means leaves it: labels, and a model of centres."""
    made = folder / "prototypes" / f"{name}-1"
    made.mkdir(parents=True)
    labels = ((X[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
    np.save(made / "labels.npy", labels.astype(np.int32))
    k = len(centers)
    content = {
        "format": "segmodel/1", "algorithm": "kmeans", "version": 1, "params": {"k": k},
        "centers": centers.tolist(), "per_segment": {}, "order": [*range(k)], "scoring": {},
    }  # fmt: skip
    write_json(made / "model.json", content)


def test_a_stored_model_labels_rows_as_training_did_without_a_row_in_it(tmp_path: Path) -> None:
    middles = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]])
    X = np.vstack([DRAW.normal(middle, 1.0, (150, 2)) for middle in middles])
    member(tmp_path, "a", X, middles)
    member(tmp_path, "b", X, middles + 0.4)
    member(tmp_path, "c", X, np.vstack([middles, [[3.0, 3.0]]]))
    algorithm = Combined(folder=tmp_path)
    params = CombineParams(members=["a", "b", "c"], numbers=[1, 2, 3])
    fit = algorithm.fit(X, params, 1, NullProgress())
    assert fit.details["stability_missing"] == ""
    assert [each["number"] for each in fit.details["combined"]["members"]] == [1, 2, 3]
    order = np.arange(len(fit.centers))[::-1]
    content = json.loads(json.dumps(fit.scoring))
    model = model_from(
        {"centers": fit.centers[order].tolist(), "order": order.tolist(), "params": {},
         "per_segment": {}, "scoring": content}
    )  # fmt: skip
    labels, sure = algorithm.scorer(model)(X)
    assert (order[labels] == fit.labels).all()
    assert fit.confidence is not None
    np.testing.assert_allclose(sure, fit.confidence)
    far, _ = algorithm.scorer(model)(DRAW.uniform(-9, 15, (500, 2)))  # combinations never seen
    assert set(far) <= {0, 1, 2}
    assert algorithm.steady(X, fit.labels, params, 1, NullProgress()).mean is not None
    assert combined_words(params.model_dump()).startswith("prototypes 1, 2 and 3,")
    with pytest.raises(UserError, match=GONE):
        algorithm.fit(X, CombineParams(members=["a", "z"], numbers=[1, 9]), 1, NullProgress())
    with pytest.raises(UserError):
        Combined().fit(X, params, 1, NullProgress())
