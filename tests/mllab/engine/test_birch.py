"""BIRCH: scikit-learn's groups, the threshold that is found, and what is stored of them."""

import numpy as np
import pytest
from sklearn.cluster import Birch as SklearnBirch

from mllab.engine.algorithms import birch
from mllab.engine.algorithms.birch import Birch, BirchParams
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress

ROWS = np.random.default_rng(3).normal(size=(1_500, 3)) ** 3


def test_with_all_groups_kept_it_is_scikit_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(birch, "CROWD", 1)
    monkeypatch.setattr(birch, "CHUNK", 70)
    centred = ROWS - ROWS.mean(axis=0)
    fit = Birch().fit(ROWS, BirchParams(k=5, threshold=0.8), 1, NullProgress())
    theirs = SklearnBirch(threshold=0.8, n_clusters=5).fit(centred)
    assert fit.details["groups"] == len(theirs.subcluster_centers_)
    assert len(set(zip(fit.labels.tolist(), theirs.labels_.tolist(), strict=True))) == 5


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_threshold_is_found_in_any_unit(scale: float) -> None:
    fit = Birch().fit(ROWS * scale, BirchParams(), 1, NullProgress())
    assert fit.details["threshold_found"] is True
    assert 0.05 < fit.details["threshold"] / scale < 2
    assert 20 <= fit.details["groups"] <= 150
    assert len(fit.scoring["groups"]) == len(fit.scoring["labels"]) == fit.details["groups"]


def test_groups_of_a_few_rows_are_set_aside() -> None:
    """No stored group is a row of one customer, and a far one makes no segment."""
    rows = np.vstack([ROWS, [[500.0, 500.0, 500.0]]])
    fit = Birch().fit(rows, BirchParams(k=3), 1, NullProgress())
    nearest = np.abs(np.array(fit.scoring["groups"])[:, None] - rows).sum(axis=2).min(axis=1)
    assert nearest.min() > 0
    assert np.bincount(fit.labels).min() > 1


def test_of_few_rows_all_groups_stay() -> None:
    fit = Birch().fit(np.diag(np.arange(1.0, 7)), BirchParams(k=4), 1, NullProgress())
    assert len(set(fit.labels.tolist())) == 4


def test_a_threshold_found_on_a_sample_is_widened_where_all_rows_make_too_many_groups(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(birch, "SAMPLE", 200)
    monkeypatch.setattr(birch, "MOST_GROUPS", 25)
    monkeypatch.setattr(birch, "CHUNK", 300)
    fit = Birch().fit(ROWS, BirchParams(k=3), 1, NullProgress())
    assert 3 <= fit.details["groups"] <= 25


def test_too_narrow_and_too_wide_thresholds_say_what_to_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UserError, match=r"1 small group only.*smaller one, such as 670") as caught:
        Birch().fit(ROWS, BirchParams(threshold=1_000), 1, NullProgress())
    assert set(caught.value.fields) == {"threshold"}
    monkeypatch.setattr(birch, "MOST_GROUPS", 50)
    with pytest.raises(UserError, match=r"more than 50 small groups.*larger one, such as 0\.15"):
        Birch().fit(ROWS, BirchParams(threshold=0.1), 1, NullProgress())
