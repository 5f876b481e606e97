"""Gaussian mixture: overlapping segments, each row with its probability."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.assigning_rules import Likeliest, mixture_rule
from mllab.engine.nearest import Scorer
from mllab.engine.segment_count import SegmentCount, check_count
from mllab.engine.warm_mixture import mixture_start
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

USUAL_ROUNDS = 40  # of one start
CHUNK = 10  # iterations between two looks at whether to stop
COVARIANCES = {
    "full": "Full: each segment its own shape and direction",
    "tied": "Tied: all segments the same shape",
    "diag": "Diagonal: own width along each column",
    "spherical": "Spherical: round, own size",
}


class MixtureParams(Params):
    """Parameters of the Gaussian mixture."""

    k: SegmentCount = 4
    covariance: Literal["full", "tied", "diag", "spherical"] = Field(
        "full",
        title="Shape",
        description="What shapes segments may have; simpler ones need fewer rows.",
        json_schema_extra={"choices": dict(COVARIANCES)},
    )
    restarts: int = Field(
        3,
        ge=1,
        le=20,
        title="Restarts",
        description="Trained this often from other starting points; the likeliest result is kept.",
    )
    max_iter: int = Field(
        200,
        ge=1,
        le=2_000,
        title="Iterations",
        description="The most rounds of one start; it ends earlier once little changes.",
    )
    reg_covar: float = Field(
        1e-6,
        ge=1e-12,
        le=10,
        title="Regularisation",
        description="Added to every variance, so that no segment shrinks to a single point; "
        "larger ones make segments wider.",
    )


@algorithms.register
class GaussianMixture(Algorithm):
    """Expectation-maximisation from K-Means centres (Dempster, Laird and Rubin, 1977)."""

    key = "gaussian_mixture"
    label = "Gaussian mixture"
    blurb = "Fits where segments overlap or are stretched; says how sure it is of each row."
    what = (
        "Thinks of the data as overlapping clouds, each with its own size and direction, and says "
        "for every customer how likely each cloud is."
    )
    source = "Dempster, Laird and Rubin, 1977"
    icon = "blend"
    family = "mixture"
    order = 20
    recommended = True
    fit_rows = 50_000
    takes_start = True
    Params = MixtureParams

    def cost(self, rows: int, columns: int, params: MixtureParams) -> Cost:
        """Estimate from rounds over the sample and one prediction of all rows."""
        # Measured on one core: about 40 rounds of 0.2 ms, 8 ns per row, segment and column, and
        # 0.5 ns more per pair of columns where a whole covariance is kept.
        pairs = columns * columns if params.covariance in ("full", "tied") else columns
        step = params.k * (8e-9 * (columns + 2) + 0.5e-9 * pairs)
        trained = min(rows, self.fit_rows or rows)
        rounds = min(params.max_iter, USUAL_ROUNDS)
        seconds = params.restarts * (0.005 + rounds * (2e-4 + trained * step)) + rows * step
        return Cost(seconds, rows * (columns * 8 + 40) + trained * (columns * 24 + params.k * 16))

    def fit(self, X: "Matrix", params: MixtureParams, seed: int, progress: Progress) -> Fit:
        """Keep the likeliest start; segments that no row is likeliest in are left out."""
        import numpy as np

        check_count(X, params.k)
        best = _likeliest(X, params, seed, progress, self.start)
        parts = (best.means_, best.weights_, _covariances(best, params))
        kept = np.unique(_probabilities(X, *parts).argmax(axis=1))
        parts = tuple(array[kept] for array in parts)
        found = _probabilities(X, *parts)
        return Fit(
            found.argmax(axis=1),
            parts[0],
            per_segment={"weights": parts[1], "covariances": parts[2]},
            confidence=found.max(axis=1),
            assign=lambda rows: _probabilities(rows, *parts).argmax(axis=1),
            confidence_of=lambda rows: _probabilities(rows, *parts).max(axis=1),
            details=_details(best, X, params.k - len(kept)),
        )

    def scorer(self, model: Model) -> Scorer:
        """Give rows the likeliest segment, and its probability."""
        arrays = (model.centers, model.per_segment["weights"], model.per_segment["covariances"])
        parts = tuple(model.as_fitted(array) for array in arrays)

        def score(rows: "Matrix") -> "tuple[Labels, NDArray[float64]]":
            found = _probabilities(rows, *parts)
            return model.renumbered(found.argmax(axis=1)), found.max(axis=1)

        return score

    def rule(self, model: Model) -> Likeliest:
        """Say the densities of the segments."""
        return mixture_rule(model)


def _probabilities(
    X: "Matrix",
    means: "NDArray[float64]",
    weights: "NDArray[float64]",
    covariances: "NDArray[float64]",
) -> "NDArray[float64]":
    """Return how likely each row (m, d) is of each segment, (m, k); rows add up to 1.

    ``covariances`` are full (k, d, d), of independent columns (k, d) or one width each (k,).
    Densities are compared as logarithms: far outside all of them would be 0.
    Source: Bishop, "Pattern Recognition and Machine Learning", 2006, equation 9.13.
    """
    import numpy as np

    found = np.empty((len(X), len(means)))
    for label, (mean, covariance) in enumerate(zip(means, covariances, strict=True)):
        found[:, label] = _log_density(X - mean, covariance)
    found += np.log(weights)
    found -= found.max(axis=1, keepdims=True)
    np.exp(found, out=found)
    found /= found.sum(axis=1, keepdims=True)
    return found


def _log_density(rows: "Matrix", covariance: "NDArray[float64]") -> "NDArray[float64]":
    """Return the logarithm of a normal density around 0 at rows (m, d), without the constant."""
    import numpy as np
    from scipy.linalg import solve_triangular

    if covariance.ndim < 2:
        variances = np.broadcast_to(covariance, rows.shape[1:])
        return -0.5 * (np.log(variances).sum() + np.sum(rows**2 / variances, axis=1))
    root = np.linalg.cholesky(covariance)
    scaled = solve_triangular(root, rows.T, lower=True)
    density: NDArray[float64] = -np.log(np.diag(root)).sum() - 0.5 * np.sum(scaled**2, axis=0)
    return density


def _likeliest(
    X: "Matrix", params: MixtureParams, seed: int, progress: Progress, first: "Matrix | None"
) -> Any:
    """Train every start and return the one with the highest bound of the likelihood."""
    best = None
    restarts = params.restarts if first is None else 1
    for number in range(restarts):
        share = (number / restarts, (number + 1) / restarts)
        tried = _start(X, params, seed + number, SubProgress(progress, *share), first)
        if best is None or tried.lower_bound_ > best.lower_bound_:
            best = tried
    return best


def _start(
    X: "Matrix", params: MixtureParams, seed: int, progress: Progress, first: "Matrix | None"
) -> Any:
    """Train one start, a few rounds at a time, and ask between whether to stop."""
    given: dict[str, Any] = {}
    if first is not None:
        weights, precisions = mixture_start(X, first, params.covariance, params.reg_covar)
        given = {"means_init": first, "weights_init": weights, "precisions_init": precisions}
    from sklearn.mixture import GaussianMixture as SklearnMixture

    model = SklearnMixture(
        params.k,
        covariance_type=params.covariance,
        reg_covar=params.reg_covar,
        random_state=seed,
        warm_start=True,
        **given,
    )
    done = 0
    while done < params.max_iter and not getattr(model, "converged_", False):
        progress.step(done / params.max_iter, f"Round {done + 1}")
        model.max_iter = min(CHUNK, params.max_iter - done)
        _rounds(model, X)
        done += model.n_iter_
    model.rounds_ = done
    return model


def _rounds(model: Any, X: "Matrix") -> None:
    """Go on for ``model.max_iter`` rounds."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    try:
        with warnings.catch_warnings():
            # Every chunk but the last ends before it has converged, which is meant.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X)
    except ValueError as error:
        if "ill-defined" not in str(error):
            raise
        sentence = "A segment shrank to a point: raise the regularisation or ask for fewer."
        raise UserError(sentence, {"reg_covar": sentence}) from error


def _covariances(model: Any, params: MixtureParams) -> Any:
    """Return one covariance per segment; a tied one is written out for each."""
    import numpy as np

    if params.covariance != "tied":
        return model.covariances_
    return np.repeat(model.covariances_[np.newaxis], params.k, axis=0)


def _details(model: Any, X: "Matrix", empty: int) -> dict[str, Any]:
    return {
        "iterations": int(model.rounds_),
        "converged": bool(model.converged_),
        "bic": float(model.bic(X)),
        "empty_segments": empty,
    }
