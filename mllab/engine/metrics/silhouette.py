"""Silhouette: how much nearer rows are to their own segment than to the next one."""

from mllab.engine.metrics.base import Metric, Score, ScoreContext, metrics


@metrics.register
class Silhouette(Metric):
    """The mean silhouette; on large tables an estimate, with its standard error."""

    key = "silhouette"
    label = "Silhouette"
    short = "Silhouette"
    blurb = (
        "How much nearer customers are to their own segment than to the next one, from −1 to 1. "
        "Above 0.5 is clear, 0.25 to 0.5 is usual for customers, below that segments overlap."
    )
    source = "Rousseeuw, 1987, doi:10.1016/0377-0427(87)90125-7"
    order = 10
    higher_is_better = True

    def value(self, context: ScoreContext) -> Score:
        """Take the mean over the rows that are looked at; None without two segments."""
        found = context.silhouettes
        return Score(found.mean, found.n, found.standard_error)
