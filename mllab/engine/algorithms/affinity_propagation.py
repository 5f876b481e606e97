"""Affinity propagation: rows vote for the ones that should speak for them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, algorithms
from mllab.engine.knee import knee
from mllab.engine.labelings import spread
from mllab.engine.micro import typical_middles
from mllab.engine.nearest import nearest_centre
from mllab.engine.segment_count import check_count
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from numpy import bool_, float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

USUAL_ROUNDS = 60
STILL = 15  # rounds with the same exemplars
FIRST = 50  # rounds at least: a far row speaks for itself before the others have begun
MOST_TRIED = 10  # segments, where a preference is sought
STARTS = 3
TRIES = 4  # nearer to 0 each, where one segment only is found


class AffinityParams(Params):
    """Parameters of affinity propagation."""

    preference: float | None = Field(
        None,
        le=0,
        allow_inf_nan=False,
        title="Preference",
        description="What one more segment costs, as a squared distance below 0; nearer to 0 "
        "gives more segments. Empty: found from where more segments of K-Means stop to pay.",
    )
    damping: float = Field(
        0.9,
        ge=0.5,
        le=0.99,
        title="Damping",
        description="How much of the last round's votes is kept. Larger ones are slower, and "
        "settle where votes swing to and fro.",
    )
    max_iter: int = Field(
        300,
        ge=20,
        le=5_000,
        title="Iterations",
        description="The most rounds of votes. It ends earlier once the same rows are voted for.",
    )


@algorithms.register
class AffinityPropagation(Algorithm):
    """Messages between all pairs of rows (Frey and Dueck, 2007).

    scikit-learn's preference, the median, gives hundreds of segments; ours lies between what the
    last segment before the bend of K-Means' inertia gains and what the next one would. An
    exemplar is a customer, whose row no model may hold: the mean of the five rows nearest to it
    stands in for it, and rows belong to the nearest of these.
    """

    key = "affinity_propagation"
    label = "Affinity propagation"
    blurb = "Fits where you want typical customers as examples and no number of segments given."
    what = (
        "Customers vote for others like them until a few typical ones remain; everyone belongs "
        "to the nearest of these. How many remain is found from the data."
    )
    source = "Frey and Dueck, 2007"
    icon = "vote"
    family = "neighbours"
    order = 52
    finds_k = True
    # Four tables of all pairs, read in every round: 2,000 rows take four times as long.
    fit_rows = 1_000
    Params = AffinityParams

    def cost(self, rows: int, columns: int, params: AffinityParams) -> Cost:
        """Estimate from rounds over all pairs of the sample, and the nearest middle of all."""
        # Measured on one core: about 60 rounds of 12 ns for each pair, and K-Means for the bend.
        trained = min(rows, self.fit_rows or rows)
        rounds = min(params.max_iter, USUAL_ROUNDS)
        seconds = 0.05 + rounds * trained * trained * 12e-9 + trained * columns * 3e-6
        seconds += rows * (columns + 10) * 5e-9
        return Cost(seconds, 1_000_000 + 40 * trained * trained + rows * (columns * 16 + 40))

    def fit(self, X: "Matrix", params: AffinityParams, seed: int, progress: Progress) -> Fit:
        """Pass messages until the exemplars stay; asks in every round whether to stop."""
        import numpy as np

        check_count(X, 2)
        part = SubProgress(progress, 0.0, 0.2)
        preference = params.preference
        if preference is None:
            preference = _preference(X, seed, part)
        exemplars, rounds = _exemplars(X, preference, params, seed, progress)
        for _ in range(TRIES if params.preference is None else 0):
            if len(exemplars) > 1:
                break
            preference /= 4
            exemplars, rounds = _exemplars(X, preference, params, seed, progress)
        if len(exemplars) < 2:
            raise _one_only(len(exemplars), preference)
        own = nearest_centre(X, X[exemplars])
        middles = typical_middles(X, exemplars, own)
        kept, labels = np.unique(nearest_centre(X, middles), return_inverse=True)
        details = {
            "preference": preference,
            "preference_found": params.preference is None,
            "rounds": rounds,
        }
        return Fit(labels.astype(np.int64), middles[kept], details=details)


def _exemplars(
    X: "Matrix", preference: float, params: AffinityParams, seed: int, progress: Progress
) -> "tuple[Labels, int]":
    """Return the rows that speak for others (k,) at one preference, and the rounds it took."""
    import numpy as np

    similarity = _similarities(X, preference, seed)
    exemplars, rounds = np.empty(0, dtype=np.int64), 0
    rest = SubProgress(progress, 0.2, 1.0)
    for rounds, found in enumerate(_rounds(similarity, params), 1):
        rest.step(rounds / params.max_iter, f"Round {rounds} of votes")
        exemplars = np.flatnonzero(found)
    return exemplars, rounds


def _preference(X: "Matrix", seed: int, progress: Progress) -> float:
    """Return a preference at which about as many segments pay as K-Means' inertia bends at."""
    import numpy as np
    from sklearn.cluster import KMeans

    most = min(MOST_TRIED, len(np.unique(X, axis=0)))
    inertia = [float(np.sum((X - X.mean(axis=0)) ** 2))]
    for k in range(2, most + 1):
        progress.step(k / (most + 1), "Looking for a preference")
        model = KMeans(k, n_init=STARTS, random_state=seed).fit(X)
        inertia.append(float(model.inertia_))
    gains = np.maximum(-np.diff(inertia), 1e-9 * inertia[0])  # of segment 2, 3, …
    bend = len(inertia) - knee(np.asarray(inertia[::-1]))
    place = min(max(bend, 2), max(most - 1, 2)) - 2
    after = gains[min(place + 1, len(gains) - 1)]
    return -float(np.sqrt(gains[place] * after))


def _similarities(X: "Matrix", preference: float, seed: int) -> "Matrix":
    """Return negative squared distances (n, n), the preference on the diagonal.

    A trace of noise keeps rows that are equal from voting in circles, as in scikit-learn.
    """
    import numpy as np
    from scipy.spatial.distance import cdist

    found: Matrix = -cdist(X, X, "sqeuclidean")
    np.fill_diagonal(found, preference)
    noise = np.random.default_rng(seed).standard_normal(found.shape)
    found += noise * 1e-10 * max(spread(X) ** 2, abs(preference) / len(X), 1e-300)
    return found


def _rounds(S: "Matrix", params: AffinityParams) -> "Iterator[NDArray[bool_]]":
    """Give who is an exemplar (n,) after each round, until that stands still.

    Responsibilities and availabilities are equations 1 and 2 of Frey and Dueck.
    """
    import numpy as np

    n, places = len(S), np.arange(len(S))
    available, responsible = np.zeros_like(S), np.zeros_like(S)
    last, same = np.zeros(n, dtype=bool), 0
    for number in range(params.max_iter):
        message = available + S
        first = message.argmax(axis=1)
        best = message[places, first]
        message[places, first] = -np.inf
        second = message.max(axis=1)
        np.subtract(S, best[:, None], out=message)
        message[places, first] = S[places, first] - second
        _damped(responsible, message, params.damping)
        _damped(available, _availability(responsible, message), params.damping)
        found = (available.diagonal() + responsible.diagonal()) > 0
        same = same + 1 if found.any() and (found == last).all() else 0
        last = found
        yield found
        if same >= STILL and number >= FIRST:
            return


def _availability(responsible: "Matrix", out: "Matrix") -> "NDArray[float64]":
    """Return how fit each column is to speak for each row (n, n), in ``out``."""
    import numpy as np

    np.maximum(responsible, 0, out=out)
    np.fill_diagonal(out, responsible.diagonal())
    np.subtract(out.sum(axis=0), out, out=out)
    own = out.diagonal().copy()
    np.minimum(out, 0, out=out)
    np.fill_diagonal(out, own)
    return out


def _damped(values: "Matrix", message: "Matrix", damping: float) -> None:
    values *= damping
    message *= 1 - damping
    values += message


def _one_only(count: int, preference: float) -> UserError:
    nearer = f"{float(f'{preference / 2:.2g}'):.12g}"
    what = "one segment only" if count else "no typical rows"
    sentence = (
        f"Affinity propagation found {what}, with a preference of {preference:.3g}. Try one "
        f"nearer to 0, such as {nearer}, or K-Medoids."
    )
    return UserError(sentence, {"preference": sentence})
