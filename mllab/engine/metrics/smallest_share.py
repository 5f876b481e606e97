"""The smallest segment's share of the rows."""

from mllab.engine.labelings import segment_sizes
from mllab.engine.metrics.base import Metric, Score, ScoreContext, metrics


@metrics.register
class SmallestShare(Metric):
    """The rows of the smallest segment over all rows, noise too."""

    key = "smallest_share"
    label = "Smallest segment"
    short = "Smallest"
    blurb = (
        "The share of all rows in the smallest segment. Below one percent a segment is a "
        "handful of outliers more than a group to act on."
    )
    order = 50
    format = "share"
    higher_is_better = None

    def value(self, context: ScoreContext) -> Score:
        """Divide; None where there is no segment."""
        n = len(context.labels)
        sizes = [size for label, size in segment_sizes(context.labels).items() if label >= 0]
        return Score(min(sizes) / n if sizes else None, n)
