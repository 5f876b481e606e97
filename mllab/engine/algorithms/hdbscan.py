"""HDBSCAN: dense regions of different density; lonely rows are noise."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.micro import crowd_middles, micro_scorer, micro_scoring
from mllab.engine.nearest import Scorer, nearest_row
from mllab.engine.reachability import reach_details, walked
from mllab.engine.segment_count import SmallestSegment, check_count
from mllab.engine.watched import watched
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Matrix

SHARE = 100  # one row in so many is a segment, where nobody said
FEWEST, MOST_NEIGHBOURS = 5, 20
TREE_COLUMNS = 15  # more columns: all pairs are quicker than a tree of rows
SELECTIONS = {
    "eom": "Large, steady segments",
    "leaf": "Small, fine segments and more noise",
}


class HdbscanParams(Params):
    """Parameters of HDBSCAN."""

    min_cluster_size: SmallestSegment = None
    min_samples: int | None = Field(
        None,
        ge=1,
        le=1_000,
        title="Neighbours",
        description="How many near rows, itself counted, say how dense it is around a row; more "
        "give fewer segments. Empty: as the smallest segment, at most 20.",
    )
    selection: Literal["eom", "leaf"] = Field(
        "eom",
        title="Keep",
        description="Which groups of the hierarchy of densities become segments; small, fine ones "
        "leave more rows out as noise.",
        json_schema_extra={"choices": dict(SELECTIONS)},
    )


@algorithms.register
class Hdbscan(Algorithm):
    """Density-based segments of any density (Campello, Moulavi and Sander, 2013).

    Trained on a sample where there are many rows; the others take the label of the nearest row of
    the sample, noise too.
    """

    key = "hdbscan"
    label = "HDBSCAN"
    blurb = "Finds the number of segments, also where some are dense and some are sparse."
    what = (
        "Looks for dense crowds at every density at once and keeps those that last longest. "
        "Who belongs to none of them is noise."
    )
    source = "Campello, Moulavi and Sander, 2013"
    icon = "radar"
    family = "density"
    order = 42
    recommended = True
    finds_k = True
    finds_noise = True
    scores_exactly = False
    # Time grows with the square: 7,500 rows take half a second in few columns; in many all pairs
    # are held, 450 MB.
    fit_rows = 7_500
    Params = HdbscanParams

    def cost(self, rows: int, columns: int, params: HdbscanParams) -> Cost:
        """Estimate from all pairs of the sample and the nearest row of the others."""
        # Measured on one core: 8 ns for a pair of rows in few columns, 35 ns where all pairs
        # are held; 5 µs and 1.2 for each column to find a neighbour, more in many.
        trained = min(rows, self.fit_rows or rows)
        few = columns <= TREE_COLUMNS
        pair = 8e-9 + 2e-9 * columns if few else 25e-9 + 0.1e-9 * columns
        neighbour = 5e-6 + 1.2e-6 * columns if few else trained * columns * 0.1e-9
        seconds = 0.01 + trained * trained * pair + rows * 1e-7 + (rows - trained) * neighbour
        return Cost(seconds, trained * (400 if few else 16 * trained) + rows * (columns * 8 + 40))

    def fit(self, X: "Matrix", params: HdbscanParams, seed: int, progress: Progress) -> Fit:
        """Join rows by density and keep the groups that last longest."""
        from sklearn.cluster import HDBSCAN

        check_count(X, 2)
        smallest, neighbours = _sizes(len(X), params)
        model = HDBSCAN(
            min_cluster_size=smallest,
            min_samples=neighbours,
            cluster_selection_method=params.selection,
            algorithm="kd_tree" if X.shape[1] <= TREE_COLUMNS else "brute",
            copy=True,
        )
        estimate = self.cost(len(X), X.shape[1], params).seconds
        part = SubProgress(progress, 0.0, 0.95)
        watched(lambda: model.fit(X), part, "Measuring density", estimate)
        labels = model.labels_.astype("int64")
        progress.step(0.95)
        if labels.max() < 0:
            raise _noise_only(smallest, params)
        details = {
            "min_cluster_size": smallest,
            "min_samples": neighbours,
            **reach_details(*walked(model._single_linkage_tree_, labels)),
        }
        return Fit(
            labels,
            crowd_middles(X, labels),
            assign=nearest_row(X, labels),
            details=details,
            scoring=micro_scoring(X, labels),
        )

    def scorer(self, model: Model) -> Scorer:
        """Give rows the segment of the nearest stored average, and noise beyond its reach."""
        return micro_scorer(model)


def _sizes(rows: int, params: HdbscanParams) -> tuple[int, int]:
    """Return the rows of the smallest segment and the neighbours, with what nobody gave."""
    smallest = params.min_cluster_size or max(min(FEWEST, rows), rows // SHARE)
    neighbours = params.min_samples or min(smallest, MOST_NEIGHBOURS, rows)
    for field, value in (("min_cluster_size", smallest), ("min_samples", neighbours)):
        if value > rows:
            sentence = f"Ask for at most {rows} rows here: the data has no more to train on."
            raise UserError(sentence, {field: sentence})
    return smallest, neighbours


def _noise_only(smallest: int, params: HdbscanParams) -> UserError:
    """Say that no two groups stand apart, and what to try."""
    ways = "fewer neighbours, or K-Means"
    if smallest > 2:
        ways = f"a smaller one, such as {max(2, smallest // 2)}, {ways}"
    sentence = (
        f"HDBSCAN found noise only: no two dense groups of {smallest} rows or more stand apart. "
        f"Try {ways}."
    )
    return UserError(sentence, {"min_cluster_size": sentence})
