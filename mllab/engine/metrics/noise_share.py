"""The share of rows that are in no segment."""

from mllab.engine.labelings import NOISE, segment_sizes
from mllab.engine.metrics.base import Metric, Score, ScoreContext, metrics


@metrics.register
class NoiseShare(Metric):
    """The rows labeled noise over all rows."""

    key = "noise_share"
    label = "Noise"
    short = "Noise"
    blurb = (
        "The share of all rows that the algorithm put in no segment. The other scores leave "
        "these rows out, so a high share makes them look better than they are."
    )
    order = 70
    format = "share"
    higher_is_better = None

    def value(self, context: ScoreContext) -> Score:
        """Divide; 0 where every row is in a segment."""
        n = len(context.labels)
        noise = segment_sizes(context.labels).get(NOISE, 0)
        return Score(noise / n if n else None, n)
