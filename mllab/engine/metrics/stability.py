"""Stability: how much of each segment comes back when others are trained on."""

from mllab.engine.metrics.base import Metric, Score, ScoreContext, metrics


@metrics.register
class StabilityMetric(Metric):
    """The mean over segments of the Jaccard index with the most similar one of each resample."""

    key = "stability"
    label = "Stability"
    short = "Stability"
    blurb = (
        "How much of each segment comes back when the model is trained again on random parts of "
        "the customers, from 0 to 1. Above 0.75 one can rely on it; below 0.5 the segments are "
        "an accident of these rows."
    )
    source = "Hennig, 2007, doi:10.1016/j.csda.2006.11.025"
    order = 15
    higher_is_better = True

    def value(self, context: ScoreContext) -> Score:
        """Take what training found; None where there are not two segments, or nobody trained."""
        found = context.stability
        if found is None or found.mean is None:
            return Score(None, 0)
        return Score(found.mean, found.rows, found.standard_error)
