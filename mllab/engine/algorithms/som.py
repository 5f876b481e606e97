"""Self-organising map: a grid of cells unrolled over the rows, then cut into segments."""

from typing import TYPE_CHECKING

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.labelings import centroids
from mllab.engine.micro import CROWD
from mllab.engine.nearest import Scorer, batches, margin_scorer, nearest_centre
from mllab.engine.segment_count import SegmentCount, check_count, check_found
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix

LARGEST_SIDE = 12
ROWS_EACH = 20  # of a cell, on average
LAST_WIDTH = 0.5  # of the neighbourhood, in cells


class SomParams(Params):
    """Parameters of the self-organising map."""

    k: SegmentCount = 4
    side: int | None = Field(
        None,
        ge=2,
        le=30,
        title="Side of the map",
        description="How many cells the square map has along a side; more show finer detail. "
        "Empty: up to 12, so that a cell has some 20 rows.",
    )
    rounds: int = Field(
        30,
        ge=1,
        le=500,
        title="Rounds",
        description="How often all rows pull at the map. More are slower and leave it smoother.",
    )


@algorithms.register
class SelfOrganisingMap(Algorithm):
    """Kohonen's batch map (1995; 2013), cut by Ward's method (Vesanto and Alhoniemi, 2000).

    It starts flat along the two main directions of the rows, so that it needs no luck. Cells of
    fewer than five rows are left out, where the others still hold most rows: their rows go to the
    nearest cell that is left, and no customer is written into the model.
    """

    key = "som"
    label = "Self-organising map"
    blurb = "Fits where you want many fine groups laid out like a map before they are joined."
    what = (
        "A small neural network stretches a grid over the customers so that neighbouring cells "
        "hold similar ones, and joins the cells into segments."
    )
    source = "Kohonen, 2013; Vesanto and Alhoniemi, 2000"
    icon = "grid-3x3"
    family = "map"
    order = 60
    fit_rows = 50_000
    Params = SomParams

    def cost(self, rows: int, columns: int, params: SomParams) -> Cost:
        """Estimate from the distances of the sample to all cells in every round."""
        # Measured on one core: 1 ns × (columns + 5) for each distance to a cell.
        trained = min(rows, self.fit_rows or rows)
        cells = (params.side or _side(trained)) ** 2
        pair = (columns + 5) * 1e-9
        seconds = 0.02 + params.rounds * (2e-4 + trained * cells * pair + trained * columns * 5e-9)
        return Cost(seconds + rows * cells * pair, 20_000_000 + rows * (columns * 16 + 40))

    def fit(self, X: "Matrix", params: SomParams, seed: int, progress: Progress) -> Fit:
        """Train the map, round by round, and join its cells until k segments are left."""
        check_count(X, params.k)
        side = params.side or max(_side(len(X)), _root(2 * params.k))
        cells = _trained(X, side, params.rounds, progress)
        cells = _crowded(X, cells, params.k)
        joined = _joined(cells, params.k)
        labels = joined[nearest_centre(X, cells)]
        check_found(labels, params.k)
        return Fit(
            labels,
            centroids(X, labels),
            assign=lambda rows: joined[nearest_centre(rows, cells)],
            details={"side": side, "cells": len(cells)},
            scoring={"cells": cells.tolist(), "labels": joined.tolist()},
        )

    def scorer(self, model: Model) -> Scorer:
        """Give rows the segment of the nearest cell."""
        import numpy as np

        cells = np.asarray(model.scoring["cells"], dtype=np.float64)
        joined = model.renumbered(np.asarray(model.scoring["labels"], dtype=np.int64))
        return margin_scorer(lambda rows: joined[nearest_centre(rows, cells)], model.centers)


def _root(cells: int) -> int:
    return int(cells**0.5 + 0.999)


def _side(rows: int) -> int:
    """Return how many cells a side has, where nobody said."""
    return min(max(_root(rows // ROWS_EACH), 2), LARGEST_SIDE)


def _trained(X: "Matrix", side: int, rounds: int, progress: Progress) -> "Matrix":
    """Return the cells (side², d) after some rounds, ever less drawn along by their neighbours.

    A cell becomes the mean of all rows, weighed by how near their own cells are on the map.
    """
    import numpy as np
    from scipy.spatial.distance import cdist

    places = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    apart = cdist(places, places, "sqeuclidean")
    cells = _flat(X, places / max(side - 1, 1) - 0.5)
    for number in range(rounds):
        progress.step(0.95 * number / rounds, f"Round {number + 1} of {rounds}")
        done = number / max(rounds - 1, 1)
        width = max(side / 2, LAST_WIDTH) * (LAST_WIDTH / max(side / 2, LAST_WIDTH)) ** done
        sums, counts = np.zeros_like(cells), np.zeros(len(cells))
        for part in batches(len(X)):
            own = nearest_centre(X[part], cells)
            counts += np.bincount(own, minlength=len(cells))
            for column in range(X.shape[1]):
                sums[:, column] += np.bincount(own, X[part, column], minlength=len(cells))
        weights = np.exp(-apart / (2 * width * width))
        total = weights @ counts
        cells = np.where(total[:, None] > 0, weights @ sums / total[:, None], cells)
    return cells


def _flat(X: "Matrix", places: "Matrix") -> "Matrix":
    """Return cells (m, d) on the plane of the two main directions of X (n, d)."""
    import numpy as np

    middle = X.mean(axis=0)
    moved = X - middle
    values, vectors = np.linalg.eigh(moved.T @ moved / len(X))
    axes = (vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0)) * 4).T
    axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
    cells: Matrix = middle + places[:, : len(axes)] @ axes
    return cells


def _crowded(X: "Matrix", cells: "Matrix", k: int) -> "Matrix":
    """Return the cells nearest to five rows or more, if enough; else all that any row is."""
    import numpy as np

    sizes = np.bincount(nearest_centre(X, cells), minlength=len(cells))
    is_crowd = sizes >= CROWD
    if is_crowd.sum() < k or sizes[is_crowd].sum() < 0.75 * len(X):
        is_crowd = sizes > 0
    kept: Matrix = cells[is_crowd]
    return kept


def _joined(cells: "Matrix", k: int) -> "Labels":
    """Return the segment (m,) of each cell, by Ward's method."""
    import numpy as np
    from sklearn.cluster import AgglomerativeClustering

    if len(cells) <= k:
        return np.arange(len(cells))
    found: Labels = AgglomerativeClustering(k).fit(cells).labels_.astype(np.int64)
    return found
