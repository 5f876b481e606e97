"""The Gaussian mixture: probabilities, shapes, segments that nobody is in, and its rounds."""

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture as SklearnMixture

from mllab.engine.algorithms import gaussian_mixture
from mllab.engine.algorithms.base import Model
from mllab.engine.algorithms.gaussian_mixture import COVARIANCES, GaussianMixture, MixtureParams
from segplatform.kernel.errors import Cancelled
from segplatform.kernel.progress import NullProgress


def stretched(rows: int = 600) -> np.ndarray:
    """Two long, crossing groups and a round one beside."""
    draw = np.random.default_rng(9)
    flat = draw.normal(size=(rows, 2))
    group = np.arange(rows) % 3
    return np.where(
        (group == 0)[:, None],
        flat * [5, 0.3],
        np.where((group == 1)[:, None], flat * [0.3, 5], flat * 0.5 + 12),
    )


ROWS = stretched()


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_every_shape_is_likely_and_complete(covariance: str) -> None:
    params = MixtureParams.model_validate({"k": 3, "covariance": covariance})
    fit = GaussianMixture().fit(ROWS, params, 42, NullProgress())
    assert len(fit.per_segment["covariances"]) == 3
    assert fit.per_segment["weights"].sum() == pytest.approx(1)
    assert fit.details["converged"] is True


def test_it_is_as_likely_as_scikit_learn_in_one_go() -> None:
    fit = GaussianMixture().fit(ROWS, MixtureParams(k=3), 42, NullProgress())
    theirs = SklearnMixture(3, n_init=3, max_iter=200, random_state=42).fit(ROWS)
    assert fit.details["bic"] == pytest.approx(theirs.bic(ROWS), rel=1e-3)
    assert fit.confidence is not None
    assert fit.confidence.min() >= 1 / 3


def test_further_rows_get_segment_and_confidence() -> None:
    fit = GaussianMixture().fit(ROWS, MixtureParams(k=3), 42, NullProgress())
    assert fit.assign is not None
    assert fit.confidence_of is not None
    assert (fit.assign(ROWS) == fit.labels).all()
    assert fit.confidence_of(ROWS) == pytest.approx(fit.confidence)


def test_segments_that_no_row_is_likeliest_in_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = gaussian_mixture._probabilities

    def without_the_second(rows: np.ndarray, *parts: np.ndarray) -> np.ndarray:
        found = real(rows, *parts)
        if len(parts[0]) == 3:
            found[:, 1] = 0
        return found

    monkeypatch.setattr(gaussian_mixture, "_probabilities", without_the_second)
    fit = GaussianMixture().fit(ROWS, MixtureParams(k=3), 42, NullProgress())
    assert set(fit.labels.tolist()) == {0, 1}
    assert len(fit.centers) == len(fit.per_segment["covariances"]) == 2
    assert fit.details["empty_segments"] == 1


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_scoring_is_scikit_learns_probability(covariance: str) -> None:
    """From what is stored, with segments in another order than that of the fit, and far outside."""
    theirs = SklearnMixture(3, covariance_type=covariance, random_state=1).fit(ROWS)
    covariances = gaussian_mixture._covariances(
        theirs, MixtureParams.model_validate({"k": 3, "covariance": covariance})
    )
    order = np.array([2, 0, 1])
    per_segment = {"weights": theirs.weights_[order], "covariances": covariances[order]}
    model = Model(theirs.means_[order], order, {}, per_segment)
    rows = np.vstack([ROWS, ROWS * 100, [[1e6, -1e6]]])
    labels, confidence = GaussianMixture().scorer(model)(rows)
    wanted = theirs.predict_proba(rows)[:, order]
    assert (labels == wanted.argmax(axis=1)).all()
    assert np.abs(confidence - wanted.max(axis=1)).max() < 1e-9


def test_it_stops_within_a_start() -> None:
    rows = np.random.default_rng(1).normal(size=(500, 4))
    seen: list[str] = []

    class Stop(NullProgress):
        def step(self, fraction: float, message: str = "") -> None:
            seen.append(message)
            if message == "Round 11":
                raise Cancelled

    with pytest.raises(Cancelled):
        GaussianMixture().fit(rows, MixtureParams(k=5), 42, Stop())
    assert seen == ["Round 1", "Round 11"]
