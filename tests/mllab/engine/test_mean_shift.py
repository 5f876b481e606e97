"""Mean Shift: the peaks of scikit-learn from the same seeds; how the bandwidth is found."""

import numpy as np
import pytest
from sklearn.cluster import MeanShift as SklearnMeanShift

from mllab.engine import density
from mllab.engine.algorithms.mean_shift import LARGEST, MeanShift, MeanShiftParams
from mllab.engine.density import seeds
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress

DRAW = np.random.default_rng(3)
ROWS = np.vstack([DRAW.normal(size=(300, 2)), DRAW.normal(size=(200, 2)) + 5, [[90.0, 90.0]]])


@pytest.mark.parametrize("bandwidth", [0.7, 1.5, 3.0])
def test_peaks_are_those_of_scikit_learn(bandwidth: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(density, "SEEDS_BATCH", 7)
    params = MeanShiftParams(bandwidth=bandwidth, min_rows=1)
    fit = MeanShift().fit(ROWS, params, 1, NullProgress())
    theirs = SklearnMeanShift(bandwidth=bandwidth, seeds=seeds(ROWS, bandwidth)).fit(ROWS)
    pairs = set(zip(fit.labels.tolist(), theirs.labels_.tolist(), strict=True))
    assert len(pairs) == len(fit.centers) == len(theirs.cluster_centers_)
    for ours, sklearn in pairs:
        assert fit.centers[ours] == pytest.approx(theirs.cluster_centers_[sklearn])


def test_seeds_are_rows_one_for_each_bin(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.array([[0.1, 0.0], [0.4, 0.0], [0.0, 0.2], [5.2, 5.0], [9.0, 9.0], [5.1, 5.0]])
    assert seeds(rows, 1.0).tolist() == [[0.1, 0.0], [5.1, 5.0], [9.0, 9.0]]
    monkeypatch.setattr(density, "MOST_SEEDS", 2)
    assert seeds(rows, 1.0).tolist() == [[0.1, 0.0], [5.1, 5.0]]


def test_a_far_row_is_no_segment_unless_asked_for() -> None:
    found = MeanShift().fit(ROWS, MeanShiftParams(bandwidth=3.0), 1, NullProgress())
    asked = MeanShift().fit(ROWS, MeanShiftParams(bandwidth=3.0, min_rows=1), 1, NullProgress())
    assert len(found.centers) == 2
    assert found.labels[-1] == found.labels[400]
    assert sorted(np.bincount(asked.labels).tolist())[0] == 1


def test_the_bandwidth_is_found_and_told() -> None:
    fit = MeanShift().fit(ROWS, MeanShiftParams(), 1, NullProgress())
    assert np.bincount(fit.labels).tolist() in ([300, 201], [201, 300])
    assert fit.details["bandwidth_found"] is True
    assert 1 < fit.details["bandwidth"] < 5
    assert fit.details["min_rows"] == 5


def test_a_smaller_bandwidth_is_found_where_larger_ones_leave_most_in_one_segment() -> None:
    draw = np.random.default_rng(0)
    rows = np.exp(draw.normal(size=(1_200, 2)) * 0.9)
    fit = MeanShift().fit(rows, MeanShiftParams(), 1, NullProgress())
    assert np.bincount(fit.labels).max() <= LARGEST * len(rows)


def test_one_segment_says_what_to_try() -> None:
    with pytest.raises(UserError, match=r"one segment only, with a bandwidth of 500\.") as caught:
        MeanShift().fit(ROWS, MeanShiftParams(bandwidth=500), 1, NullProgress())
    assert "a smaller one, such as 350, or K-Means" in caught.value.fields["bandwidth"]
