"""Rows that stand apart: found before training, noise in every prototype, and when scoring."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datasets.engine.types import Column
from mllab.engine.model import read_model
from mllab.engine.preparation.isolation import (
    depths_of,
    fit_forest,
    forest_from_json,
    stands_apart,
)
from mllab.engine.prepare import prepare
from mllab.engine.settings import Feature, Settings
from mllab.engine.train import train
from segplatform.kernel.progress import NullProgress
from tests.frames import write
from tests.mllab.engine.test_score import read, score


def crowd(rows: int = 600) -> Any:
    """Give two groups in three columns, and six rows far from both at the end."""
    draw = np.random.default_rng(5)
    near = draw.normal(size=(rows, 3)) + 6.0 * draw.integers(2, size=(rows, 1))
    return np.vstack([near, draw.choice([-30.0, 40.0], (6, 3)) + draw.normal(size=(6, 3))])


def test_it_ranks_rows_as_scikit_learns_forest_does() -> None:
    from scipy.stats import spearmanr
    from sklearn.ensemble import IsolationForest

    X = crowd()
    theirs = IsolationForest(random_state=0).fit(X).score_samples(X)
    forest = fit_forest(X, 0.01, seed=42)
    assert spearmanr(depths_of(forest, X), theirs).statistic > 0.9
    assert np.flatnonzero(stands_apart(forest, X)).tolist() == [*range(600, 606)]


def test_it_is_the_same_for_a_seed_and_after_json_and_holds_no_value_of_a_row() -> None:
    X = crowd()
    forest = fit_forest(X, 0.05, seed=7)
    assert fit_forest(X, 0.05, seed=7) == forest
    stored = json.loads(json.dumps(forest.to_json()))
    assert forest_from_json(stored) == forest
    cuts = {cut for tree in forest.trees for cut in tree.cuts if cut}
    assert cuts
    assert not cuts & set(X.ravel().tolist())


@pytest.mark.parametrize("share", [0.001, 0.02, 0.2])
def test_at_most_the_share_stands_apart(share: float) -> None:
    X = crowd()
    assert stands_apart(fit_forest(X, share, 1), X).mean() <= share
    equal = np.ones((50, 2))
    assert not stands_apart(fit_forest(equal, share, 1), equal).any()


def test_what_stands_apart_is_noise_in_training_and_in_scoring(tmp_path: Path) -> None:
    columns = [Column(name, "float") for name in "abc"]
    source = write(tmp_path, columns, crowd().tolist())
    features = [Feature(column=name, role="input") for name in "abc"]
    made = prepare(
        source, features, Settings(apart="forest", apart_share=0.01), 42, tmp_path / "e",
        NullProgress(),
    )  # fmt: skip
    assert made.details["apart_rows"] == 6
    assert "6 of 606 rows (1.0 %) stand apart" in made.details["notes"][-1]
    found = train(
        tmp_path / "e", tmp_path / "p", algorithm="kmeans", params={"k": 2}, seed=42,
        progress=NullProgress(),
    )  # fmt: skip
    labels = np.load(tmp_path / "p/labels.npy")
    assert np.flatnonzero(labels == -1).tolist() == [*range(600, 606)]
    assert (found.trained_rows, found.details["noise"]) == (600, 6)
    assert found.details["agreement"] == 1.0
    assert found.scores["noise_share"].value == pytest.approx(6 / 606)
    names = {"-1": "N", "0": "A", "1": "B"}
    content = {"model": read_model(tmp_path / "p/model.json"), "names": names}
    result = score(source, content, "seg", tmp_path / "s", NullProgress())
    scored = read(tmp_path / "s" / result.files[0]["name"])
    assert [row["seg"] for row in scored] == labels.tolist()
    assert [row["seg_confidence"] for row in scored[-6:]] == [0.0] * 6
