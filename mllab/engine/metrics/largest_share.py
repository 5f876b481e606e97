"""The largest segment's share of the rows."""

from mllab.engine.labelings import segment_sizes
from mllab.engine.metrics.base import Metric, Score, ScoreContext, metrics


@metrics.register
class LargestShare(Metric):
    """The rows of the largest segment over all rows, noise too."""

    key = "largest_share"
    label = "Largest segment"
    short = "Largest"
    blurb = (
        "The share of all rows in the largest segment. Above 80 percent nearly everyone is "
        "treated alike, however good the other scores look."
    )
    order = 60
    format = "share"
    higher_is_better = None

    def value(self, context: ScoreContext) -> Score:
        """Divide; None where there is no segment."""
        n = len(context.labels)
        sizes = [size for label, size in segment_sizes(context.labels).items() if label >= 0]
        return Score(max(sizes) / n if sizes else None, n)
