"""Hierarchical: rows join to ever larger groups until as many are left as asked for."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.dendrogram import top_of_tree
from mllab.engine.micro import crowd_middles, micro_scorer, micro_scoring
from mllab.engine.nearest import Scorer, nearest_row
from mllab.engine.segment_count import SegmentCount, check_count
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Matrix

MERGES = 30  # of the last ones; the top of the tree is all that a person reads
LINKAGES = {
    "ward": "Ward: the least spread inside segments",
    "complete": "Complete: the farthest two rows",
    "average": "Average: all pairs of rows",
    "single": "Single: the nearest two rows",
}


class HierarchyParams(Params):
    """Parameters of the hierarchy."""

    k: SegmentCount = 4
    linkage: Literal["ward", "complete", "average", "single"] = Field(
        "ward",
        title="Linkage",
        description="What makes two groups near. Ward gives balanced segments; single linkage "
        "often leaves one large segment and a few far rows.",
        json_schema_extra={"choices": dict(LINKAGES)},
    )


@algorithms.register
class Agglomerative(Algorithm):
    """Ward's method and its kin (Ward, 1963; Müllner, 2011).

    Trained on a sample where there are many rows, as it looks at every pair of them. The others
    take the segment of the nearest row of the sample, not of the nearest centre: the segments of
    a hierarchy may have any shape, and a centre may lie outside its own.
    """

    key = "agglomerative"
    label = "Hierarchical"
    blurb = "Fits where segments hold smaller ones; shows how they join into larger groups."
    what = (
        "Starts with every customer alone and joins the two most similar groups again and again, "
        "until as many are left as you ask for."
    )
    source = "Ward, 1963; Müllner, 2011"
    icon = "network"
    family = "hierarchy"
    scores_exactly = False
    order = 30
    recommended = True
    # Two tables of all pairs, 200 MB, and one call that nobody can stop: of 5,000 rows a second.
    fit_rows = 5_000
    Params = HierarchyParams

    def cost(self, rows: int, columns: int, params: HierarchyParams) -> Cost:
        """Estimate from all pairs of the sample and the search of the others' neighbours."""
        # Measured on one core: 35 ns for joining a pair of rows and 0.5 ns for each
        # column of their distance; 5 µs and 1.2 for each column to find a neighbour, more in many.
        trained = min(rows, self.fit_rows or rows)
        pair = (10e-9 if params.linkage == "single" else 35e-9) + 0.5e-9 * columns
        neighbour = 5e-6 + 1.2e-6 * columns if columns <= 15 else trained * columns * 0.1e-9
        seconds = 0.005 + trained * trained * pair + rows * 1e-7 + (rows - trained) * neighbour
        tables = 24 * trained if params.linkage == "single" else 8 * trained * trained
        return Cost(seconds, tables + rows * (columns * 8 + 40))

    def fit(self, X: "Matrix", params: HierarchyParams, seed: int, progress: Progress) -> Fit:
        """Join rows until k groups are left."""
        from sklearn.cluster import AgglomerativeClustering

        check_count(X, params.k)
        progress.step(0.0, "Joining rows")
        model = AgglomerativeClustering(
            params.k, linkage=params.linkage, compute_full_tree=True, compute_distances=True
        ).fit(X)
        labels = model.labels_.astype("int64")
        progress.step(0.95)
        return Fit(
            labels,
            crowd_middles(X, labels),
            assign=nearest_row(X, labels),
            details=_details(model, params.k),
            scoring=micro_scoring(X, labels),
        )

    def scorer(self, model: Model) -> Scorer:
        """Give rows the segment of the nearest stored average."""
        return micro_scorer(model)


def _details(model: Any, k: int) -> dict[str, Any]:
    """Return the heights of the last joins, highest first, and of the first that was not made."""
    heights = model.distances_[::-1]
    tree = top_of_tree(model.children_, model.distances_)
    return {"heights": heights[:MERGES].tolist(), "cut": float(heights[k - 2]), "tree": tree}
