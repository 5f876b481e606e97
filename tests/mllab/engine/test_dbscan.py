"""DBSCAN: the same dense rows, groups and noise as scikit-learn; how the reach is found."""

import numpy as np
import pytest
from sklearn.cluster import DBSCAN
from sklearn.metrics import adjusted_rand_score

from mllab.engine import density
from mllab.engine.algorithms.dbscan import Dbscan, DbscanParams
from mllab.engine.knee import knee, thinned
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress


def moons(rows: int = 600) -> np.ndarray:
    """Two half rings with a few lonely rows around."""
    draw = np.random.default_rng(11)
    angle = draw.uniform(0, np.pi, rows)
    side = np.arange(rows) % 2
    ring = np.column_stack([np.cos(angle) + side, np.sin(angle) * (1 - 2 * side) + 0.4 * side])
    return np.vstack([ring + draw.normal(0, 0.05, (rows, 2)), draw.uniform(-3, 4, (20, 2))])


def fit(rows: np.ndarray, **params: object) -> tuple[np.ndarray, dict]:
    found = Dbscan().fit(rows, DbscanParams.model_validate(params), 1, NullProgress())
    return found.labels, found.details


@pytest.mark.parametrize(("eps", "wanted"), [(0.12, 5), (0.15, 8), (0.2, 4)])
def test_dense_rows_and_noise_are_those_of_scikit_learn(
    eps: float, wanted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(density, "REACH_BATCH", 37)
    monkeypatch.setattr(density, "NEIGHBOURS_BATCH", 50)
    rows = moons()
    ours, _ = fit(rows, eps=eps, min_samples=wanted)
    theirs = DBSCAN(eps=eps, min_samples=wanted).fit(rows)
    dense = theirs.core_sample_indices_
    assert ((ours == -1) == (theirs.labels_ == -1)).all()
    assert adjusted_rand_score(ours[dense], theirs.labels_[dense]) == 1.0


def test_the_order_of_rows_does_not_matter() -> None:
    rows = moons()
    order = np.random.default_rng(2).permutation(len(rows))
    straight, _ = fit(rows, eps=0.15)
    mixed, _ = fit(rows[order], eps=0.15)
    assert adjusted_rand_score(straight[order], mixed) == 1.0


def test_the_reach_is_found_and_told() -> None:
    labels, details = fit(moons())
    assert details["eps_found"] is True
    assert 0.05 < details["eps"] < 0.5
    assert details["min_samples"] == 4
    assert len(details["k_distances"]) == 200
    assert details["k_distances"] == sorted(details["k_distances"])
    assert sorted(np.bincount(labels[labels >= 0]))[-2] > 200


def test_a_given_reach_is_kept() -> None:
    _, details = fit(moons(), eps=0.15, min_samples=6)
    assert (details["eps"], details["eps_found"], details["min_samples"]) == (0.15, False, 6)


def test_a_shorter_reach_is_tried_where_the_knee_joins_all() -> None:
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(4000, 4))
    rows[:, 0] += 5.2 * (np.arange(4000) % 2)
    labels, details = fit(rows)
    assert details["eps_is_shorter"] is True
    assert np.sort(np.bincount(labels[labels >= 0]))[-2] >= 0.05 * 4000


def test_one_segment_and_noise_only_say_what_to_try() -> None:
    with pytest.raises(UserError, match=r"one segment only, with a reach of 9\. Try a smaller one"):
        fit(moons(), eps=9)
    with pytest.raises(UserError, match=r"noise only.*Try a larger reach"):
        fit(moons(), eps=1e-5)
    with pytest.raises(UserError, match="Ask for at most 620 neighbours"):
        fit(moons(), min_samples=900)


def test_many_equal_rows_are_segments_of_their_own() -> None:
    labels, details = fit(np.repeat(np.eye(3), 20, axis=0))
    assert labels.tolist() == [0] * 20 + [1] * 20 + [2] * 20
    assert details["eps"] < 0.01


def test_the_knee_is_the_farthest_from_the_chord() -> None:
    bent = np.concatenate([np.linspace(0, 1, 90), np.linspace(2, 20, 10)])
    assert knee(bent) == 89
    assert knee(bent * 1000) == 89
    assert knee(np.ones(5)) == 0
    assert knee(np.array([3.0])) == 0


def test_thinned_values_keep_both_ends() -> None:
    values = np.arange(1000.0)
    assert len(thinned(values, 200)) == 200
    assert (thinned(values, 200)[0], thinned(values, 200)[-1]) == (0.0, 999.0)
    assert thinned(values[:3], 200) == [0.0, 1.0, 2.0]
