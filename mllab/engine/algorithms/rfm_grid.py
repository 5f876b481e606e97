"""RFM grid: the ten named groups of recency and frequency, by a fixed rule."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from datasets.engine.rfm_groups import GRID, group
from mllab.engine.algorithms.base import Algorithm, Cost, Fit, Model, algorithms
from mllab.engine.labelings import centroids
from mllab.engine.nearest import Scorer
from mllab.engine.space import match, plain
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix

RECENCY = ("recency", "dayssince", "lastorder", "lastpurchase", "lastinvoice")
FREQUENCY = ("frequency", "orders", "invoices", "purchases", "transactions", "visits")
GROUPS = tuple(dict.fromkeys(name for row in GRID.values() for name in row))
"""The ten names, those of the recipe RFM."""


class RfmGridParams(Params):
    """Parameters of the RFM grid."""

    bins: int = Field(
        5,
        ge=2,
        le=9,
        title="Scores",
        description="How many scores recency and frequency each have. 5 is usual; more cut finer "
        "before the ten groups are named.",
    )
    recency: str | None = Field(
        None,
        max_length=200,
        title="Recency",
        description="The input that says how many days ago a customer last bought; fewer score "
        "higher. Empty: the one that is named so.",
    )
    frequency: str | None = Field(
        None,
        max_length=200,
        title="Frequency",
        description="The input that says how often a customer bought; more score higher. Empty: "
        "the one that is named so, or after orders, invoices or purchases.",
    )


@algorithms.register
class RfmGrid(Algorithm):
    """Scores by quantiles, equal values alike, and the table of groups of the recipe RFM.

    As there the name comes from recency and frequency alone. Preparing keeps the order of values,
    so that the scores of prepared columns are those of the raw ones.
    """

    key = "rfm_grid"
    label = "RFM grid"
    blurb = "Fits where everybody knows the RFM groups, and as what the others must beat."
    what = (
        "Scores how recently and how often each customer bought, and looks the group up in a "
        "fixed table: Champions, Loyal, At risk and seven more. Nothing is learned."
    )
    source = "Hughes, 1994"
    icon = "table-2"
    family = "rule"
    order = 70
    finds_k = True
    recommended = True
    Params = RfmGridParams

    def lacks(self, inputs: Sequence[str], params: RfmGridParams) -> str:
        """Name what is missing of recency and frequency."""
        names = [plain(name) for name in inputs]
        missing = [
            word
            for word, given, words in (
                ("recency", params.recency, RECENCY),
                ("frequency", params.frequency, FREQUENCY),
            )
            if match(names, _words(given, words)) is None
        ]
        if not missing:
            return ""
        return f"It lacks an input for {' and one for '.join(missing)}: the recipe RFM makes both."

    def cost(self, rows: int, columns: int, params: RfmGridParams) -> Cost:
        """Estimate from sorting two columns."""
        # Measured on one core: 0.3 µs to sort and score a row, 20 ns for each column of the means.
        return Cost(2e-3 + rows * (0.3e-6 + columns * 20e-9), rows * (columns * 8 + 120))

    def fit(self, X: "Matrix", params: RfmGridParams, seed: int, progress: Progress) -> Fit:
        """Find the cuts between the scores and look up the groups."""
        import numpy as np

        progress.step(0.0, "Scoring recency and frequency")
        places = self._places(X.shape[1], params)
        bins = params.bins
        cuts = [_cuts(X[:, place], bins) for place in places]
        rule = {"columns": places, "cuts": cuts, "bins": bins, "groups": []}
        found = _grouped(X, rule)
        kept, labels = np.unique(found, return_inverse=True)
        if len(kept) < 2:
            raise UserError(
                f"All customers are {GROUPS[int(kept[0])]}: recency and frequency hardly differ."
            )
        rule["groups"] = kept.tolist()
        sure = np.ones(len(X))
        return Fit(
            labels.astype(np.int64),
            centroids(X, labels),
            per_segment={"group": kept.astype(np.float64)},
            confidence=sure,
            assign=lambda rows: _labels(_grouped(rows, rule), rule),
            confidence_of=lambda rows: np.ones(len(rows)),
            scoring=rule,
        )

    def segment_names(self, per_segment: "dict[str, NDArray[float64]]") -> list[str]:
        """Name the segments as the recipe RFM names its groups."""
        return [GROUPS[int(place)] for place in per_segment["group"]]

    def scorer(self, model: Model) -> Scorer:
        """Look rows up by the stored cuts; a group that training had no row of is noise."""
        import numpy as np

        def score(rows: "Matrix") -> "tuple[Labels, NDArray[float64]]":
            found = _labels(_grouped(rows, model.scoring), model.scoring)
            is_known = found >= 0
            found[is_known] = model.renumbered(found[is_known])
            return found, is_known.astype(np.float64)

        return score

    def _places(self, columns: int, params: RfmGridParams) -> list[int]:
        """Return the columns of recency and frequency; of a matrix without names the first two."""
        if not self.space.blocks and columns >= 2 and not (params.recency or params.frequency):
            raise UserError(
                "The RFM grid needs the inputs themselves: switch principal components off."
            )
        blocks = [
            self.space.named(_words(given, words))
            for given, words in ((params.recency, RECENCY), (params.frequency, FREQUENCY))
        ]
        if None in blocks:
            names = [block.column for block in self.space.blocks if not block.is_category]
            raise UserError(self.lacks(names, params) or "The RFM grid lacks recency or frequency.")
        return [block.start for block in blocks if block]


def _words(given: str | None, words: tuple[str, ...]) -> tuple[str, ...]:
    return (plain(given),) if given else words


def _cuts(values: "NDArray[float64]", bins: int) -> list[float]:
    """Return the values between the scores, ascending; each is a value of the column.

    The i-th is the first value that at least i in ``bins`` rows do not exceed, as in the recipe.
    """
    import numpy as np

    ordered = np.sort(values)
    places = [max(-(-len(ordered) * place // bins) - 1, 0) for place in range(1, bins)]
    found: list[float] = ordered[places].tolist()
    return found


def _grouped(rows: "Matrix", rule: dict[str, object]) -> "Labels":
    """Return the place in ``GROUPS`` of each row (m,)."""
    import numpy as np

    columns, cuts, bins = rule["columns"], rule["cuts"], int(str(rule["bins"]))
    assert isinstance(columns, list)
    assert isinstance(cuts, list)
    below = [
        np.searchsorted(np.asarray(cut), rows[:, column], side="left")
        for column, cut in zip(columns, cuts, strict=True)
    ]
    table = np.array(
        [[GROUPS.index(group(bins - r, 1 + f, bins)) for f in range(bins)] for r in range(bins)]
    )
    found: Labels = table[below[0], below[1]]
    return found


def _labels(found: "Labels", rule: dict[str, object]) -> "Labels":
    """Return the labels of the fit for places in ``GROUPS``, −1 for groups that it had not."""
    import numpy as np

    groups = rule["groups"]
    assert isinstance(groups, list)
    number = np.full(len(GROUPS), -1, dtype=np.int64)
    number[groups] = np.arange(len(groups))
    labels: Labels = number[found]
    return labels
