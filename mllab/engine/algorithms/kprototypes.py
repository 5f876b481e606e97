"""K-Prototypes: K-Means for numbers and categories together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.labelings import centroids
from mllab.engine.nearest import PAIRS, Scorer, margin_scorer
from mllab.engine.segment_count import SegmentCount, check_count, check_found
from mllab.engine.space import Block
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.random import Generator
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

HALF = 0.5  # of the deviation of the numbers: Huang's advice for the weight of a category


class KPrototypesParams(Params):
    """Parameters of K-Prototypes."""

    k: SegmentCount = 4
    gamma: float | None = Field(
        None,
        ge=0,
        le=1_000,
        allow_inf_nan=False,
        title="Weight of categories (gamma)",
        description="What another category counts, as a squared distance; larger ones let "
        "categories decide more. Empty: half of the mean deviation of the numbers.",
    )
    restarts: int = Field(
        5,
        ge=1,
        le=50,
        title="Restarts",
        description="Trained this often from other starting rows; the tightest result is kept. "
        "More are slower and more steady.",
    )
    max_iter: int = Field(
        100,
        ge=1,
        le=1_000,
        title="Iterations",
        description="The most rounds of one start. It ends earlier once no row changes segment.",
    )


@algorithms.register
class KPrototypes(Algorithm):
    """Means of numbers and modes of categories (Huang, 1998).

    The columns of one-hot categories are read back as one category each: two rows differ in it
    or not, however rare their values are. Without a category among the inputs it is K-Means.
    Rounds are matrix operations, several hundred times as fast as the package kmodes, whose
    rounds cannot be left before they end.
    """

    key = "kprototypes"
    label = "K-Prototypes"
    blurb = "Fits where inputs such as the country stand beside numbers; else it is K-Means."
    what = (
        "As K-Means, but a segment's middle has the mean of each number and the most frequent "
        "value of each category. Another category counts the same however rare it is."
    )
    source = "Huang, 1998"
    icon = "blocks"
    family = "centres"
    order = 18
    fit_rows = 50_000
    takes_start = True
    Params = KPrototypesParams

    def cost(self, rows: int, columns: int, params: KPrototypesParams) -> Cost:
        """Estimate from the rounds of all starts over the sample, and one labelling of all."""
        # Measured on one core: about 25 rounds of 4 ns × (columns + 12) for each distance.
        trained = min(rows, self.fit_rows or rows)
        rounds = min(params.max_iter, 25)
        pair = (columns + 12) * 4e-9
        seconds = 5e-3 + params.restarts * (5e-4 + rounds * (1e-4 + trained * params.k * pair))
        return Cost(seconds + rows * params.k * pair, 4_000_000 + rows * (columns * 16 + 40))

    def fit(self, X: "Matrix", params: KPrototypesParams, seed: int, progress: Progress) -> Fit:
        """Keep the start with the smallest cost; asks in every round whether to stop."""
        import numpy as np

        check_count(X, params.k)
        blocks = [block for block in self.space.blocks if block.is_category]
        numbers = _numbers(X.shape[1], blocks)
        mixed = _Mixed(X[:, numbers], _codes(X, blocks), _weights(X, numbers, blocks, params))
        best: tuple[float, _Prototypes] | None = None
        restarts, first = params.restarts, None
        if self.start is not None:
            restarts, first = 1, _Prototypes(self.start[:, numbers], _codes(self.start, blocks))
        for number in range(restarts):
            draw = np.random.default_rng((seed, number))
            share = number / restarts
            message = f"Start {number + 1} of {restarts}"
            look = partial(progress.step, share, message)
            tried = _start(mixed, params, draw, look, first)
            if best is None or tried[0] < best[0]:
                best = tried
        assert best is not None
        cost, prototypes = best
        labels = _nearest(mixed, prototypes)[0]
        check_found(labels, params.k)
        rule = {
            "numbers": numbers,
            "blocks": [[block.start, block.stop] for block in blocks],
            "weights": mixed.weights.tolist(),
            "means": prototypes.means.tolist(),
            "modes": prototypes.modes.tolist(),
        }
        return Fit(
            labels,
            centroids(X, labels),
            assign=lambda rows: _labelled(rows, rule),
            details={"cost": cost, "categories": [block.column for block in blocks]},
            scoring=rule,
        )

    def scorer(self, model: Model) -> Scorer:
        """Give rows the nearest prototype, by numbers and categories."""
        return margin_scorer(
            lambda rows: model.renumbered(_labelled(rows, model.scoring)), model.centers
        )


@dataclass(frozen=True)
class _Mixed:
    """Rows as numbers (n, a) and codes of categories (n, b), with the weight (b,) of each."""

    numbers: "Matrix"
    codes: "Labels"
    weights: "NDArray[float64]"


@dataclass(frozen=True)
class _Prototypes:
    """Means (k, a) and modes (k, b)."""

    means: "Matrix"
    modes: "Labels"


def _numbers(columns: int, blocks: Sequence[Block]) -> list[int]:
    """Return the places of the columns that are numbers."""
    taken = {place for block in blocks for place in range(block.start, block.stop)}
    return [place for place in range(columns) if place not in taken]


def _codes(X: "Matrix", blocks: Sequence[Block]) -> "Labels":
    import numpy as np

    found = [block.codes(X) for block in blocks]
    return np.column_stack(found) if found else np.empty((len(X), 0), dtype=np.int64)


def _weights(
    X: "Matrix", numbers: list[int], blocks: Sequence[Block], params: KPrototypesParams
) -> "NDArray[float64]":
    """Return what another value of each category counts (b,), as a squared distance.

    Times the variance of its columns: 1, but where a person gave the input another weight.
    """
    import numpy as np

    gamma = params.gamma
    if gamma is None:
        gamma = HALF * float(X[:, numbers].std(axis=0).mean()) if numbers else 1.0
    spreads = [float(X[:, block.start : block.stop].var(axis=0).sum()) for block in blocks]
    return gamma * np.asarray(spreads)


def _start(
    mixed: _Mixed,
    params: KPrototypesParams,
    draw: "Generator",
    look: Any,
    first: _Prototypes | None = None,
) -> tuple[float, _Prototypes]:
    """Move one set of prototypes until no row changes; return the cost (Huang's equation 3)."""
    import numpy as np

    prototypes = first or _drawn(mixed, params.k, draw)
    labels, costs = _nearest(mixed, prototypes)
    for _ in range(params.max_iter):
        look()
        prototypes = _moved(mixed, labels, prototypes)
        before = labels
        labels, costs = _nearest(mixed, prototypes)
        if np.array_equal(before, labels):
            break
    return float(costs.sum()), prototypes


def _drawn(mixed: _Mixed, k: int, draw: "Generator") -> _Prototypes:
    """Draw rows far from each other as the first prototypes, as k-means++ does."""
    import numpy as np

    places = [int(draw.integers(len(mixed.numbers)))]
    while len(places) < k:
        first = _Prototypes(mixed.numbers[places], mixed.codes[places])
        far = _nearest(mixed, first)[1]
        total = far.sum()
        chances = far / total if total > 0 else np.full(len(far), 1 / len(far))
        places.append(int(draw.choice(len(far), p=chances)))
    return _Prototypes(mixed.numbers[places], mixed.codes[places])


def _moved(mixed: _Mixed, labels: "Labels", before: _Prototypes) -> _Prototypes:
    """Return the means and modes of the segments; one without rows stays where it was."""
    import numpy as np

    k = len(before.means)
    means, modes = before.means.copy(), before.modes.copy()
    sizes = np.bincount(labels, minlength=k)
    some = sizes > 0
    for column, values in enumerate(mixed.numbers.T):
        sums = np.bincount(labels, values, minlength=k)
        means[some, column] = sums[some] / sizes[some]
    for column, codes in enumerate(mixed.codes.T):
        width = int(codes.max()) + 1
        counts = np.bincount(labels * width + codes, minlength=k * width).reshape(k, width)
        modes[some, column] = counts.argmax(axis=1)[some]
    return _Prototypes(means, modes)


def _nearest(mixed: _Mixed, prototypes: _Prototypes) -> "tuple[Labels, NDArray[float64]]":
    """Return the nearest prototype of each row and the cost of it, (n,) each."""
    import numpy as np
    from scipy.spatial.distance import cdist

    n, k = len(mixed.codes), len(prototypes.modes)
    labels, costs = np.empty(n, dtype=np.int64), np.empty(n)
    size = max(1, PAIRS // k)
    for start in range(0, n, size):
        part = slice(start, start + size)
        numbers = mixed.numbers[part]
        far = np.zeros((len(numbers), k))
        if numbers.shape[1]:
            far += cdist(numbers, prototypes.means, "sqeuclidean")
        for column, weight in enumerate(mixed.weights):
            far += weight * (mixed.codes[part, column, None] != prototypes.modes[:, column])
        labels[part], costs[part] = far.argmin(axis=1), far.min(axis=1)
    return labels, costs


def _labelled(rows: "Matrix", rule: dict[str, Any]) -> "Labels":
    """Return the labels (m,) that a stored rule gives rows (m, d)."""
    import numpy as np

    blocks = [Block("", start, stop, True) for start, stop in rule["blocks"]]
    weights = np.asarray(rule["weights"], dtype=np.float64)
    mixed = _Mixed(rows[:, rule["numbers"]], _codes(rows, blocks), weights)
    k = len(rule["means"])
    means = np.asarray(rule["means"], dtype=np.float64).reshape(k, -1)
    modes = np.asarray(rule["modes"], dtype=np.int64).reshape(k, -1)
    return _nearest(mixed, _Prototypes(means, modes))[0]
