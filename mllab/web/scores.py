"""Scores in words: values as people read them, what a tone means, what a number says."""

from dataclasses import dataclass
from typing import Any

from mllab.engine.metrics.base import Metric, Score
from mllab.models import Prototype

# Tone of a cell -> icon and word: a colour never stands alone.
TONES = {
    "best": ("chevrons-up", "best"),
    "good": ("chevron-up", "above the middle"),
    "middle": ("minus", "in the middle"),
    "poor": ("chevron-down", "below the middle"),
    "worst": ("chevrons-down", "worst"),
}
NONE = "\N{EN DASH}"
# After Kaufman and Rousseeuw (1990), table 4: how to read an average silhouette width.
SILHOUETTE_WORDS = ((0.5, "clear"), (0.25, "fair"), (-1.0, "segments overlap"))
# After Hennig (2007) and the notes to his clusterboot: how to read a mean Jaccard index.
STABILITY_WORDS = ((0.75, "stable"), (0.6, "a pattern, not sharp"), (0.5, "doubtful"),
                   (0.0, "does not last"))  # fmt: skip
WORDS = {"silhouette": SILHOUETTE_WORDS, "stability": STABILITY_WORDS}


@dataclass(frozen=True)
class ScoreView:
    """One score of one prototype, ready to be read."""

    key: str
    label: str
    blurb: str
    text: str
    error: str
    n: int
    tone: str
    icon: str
    said: str
    rank: int | None
    words: str
    is_tie: bool = False
    own_rows: str = ""
    """How many rows it looks at, where most prototypes beside it are scored on others."""

    @property
    def is_there(self) -> bool:
        """Whether the metric is defined for this prototype."""
        return self.text != NONE


def score_view(
    metric: type[Metric] | Metric,
    score: Score | None,
    tone: str = "",
    rank: int | None = None,
    is_tie: bool = False,
) -> ScoreView:
    """Write one score; ``tone``, ``rank`` and ``is_tie`` are those of the leaderboard."""
    value = score.value if score else None
    icon, said = TONES.get(tone, ("", ""))
    return ScoreView(
        metric.key, metric.label, metric.blurb,
        written(metric.format, value) if value is not None else NONE,
        spread(metric.format, score), score.n if score else 0,
        tone, icon, said, rank, score_words(metric.key, value), is_tie,
    )  # fmt: skip


def written(form: str, value: float) -> str:
    """Write a value: "0.423", "1,284" or "33.4 %"."""
    if form == "share":
        return f"{value * 100:.1f} %"
    if form == "large":
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
    return f"{value:.3f}"


def spread(form: str, score: Score | None) -> str:
    """Write a standard error as "± 0.010"; nothing for an exact value."""
    if score is None or score.value is None or score.standard_error is None:
        return ""
    return f"± {written(form, score.standard_error)}"


def score_words(key: str, value: float | None) -> str:
    """Say what a value means where there is a rule that people use."""
    if key not in WORDS or value is None:
        return ""
    return next((words for least, words in WORDS[key] if value >= least), "")


@dataclass(frozen=True)
class SteadyView:
    """How much of one segment comes back on other rows; ``css`` colours it, ``words`` say it."""

    text: str
    words: str
    css: str


def steady_view(prototype: Prototype, label: int) -> SteadyView | None:
    """Write the stability of a segment; None where nobody measured it."""
    segments = (prototype.details.get("stability") or {}).get("segments", [])
    value = segments[label] if 0 <= label < len(segments) else None
    if value is None:
        return None
    css = "sp-ok" if value >= 0.75 else "sp-warn" if value >= 0.5 else "sp-bad"
    return SteadyView(f"{value:.2f}", score_words("stability", value), css)


def share(part: float, whole: float) -> str:
    """Write a part of a whole as "33.4 %"."""
    return f"{100 * part / whole:.1f} %" if whole else NONE


def plain(value: Any) -> str:
    """Write a number of a profile with as many digits as say something."""
    if value is None:
        return NONE
    number = float(value)
    if abs(number) >= 1000:
        return f"{number:,.0f}"
    return f"{number:,.1f}" if abs(number) >= 10 else f"{number:.3g}"
