"""Histograms as small drawings: before and after the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mllab.web.numbers import number_words

WIDTH, HEIGHT = 120.0, 30.0
GAP = 0.16  # of a bar's place


@dataclass(frozen=True)
class Drawing:
    """One histogram: the bars as an SVG path, and the skew in words."""

    bars: str
    skew: str = ""


@dataclass(frozen=True)
class Sketch:
    """What the settings do to one column; ``after`` is missing while it is not known."""

    before: Drawing | None = None
    after: Drawing | None = None
    words: str = ""

    @property
    def spoken(self) -> str:
        """Say what the drawings show."""
        parts = [
            f"{name}: skew {drawing.skew}" if drawing.skew else name
            for name, drawing in (("Before", self.before), ("After", self.after))
            if drawing
        ]
        return "Distribution. " + ", ".join(parts)


def sketch_profile(profile: Mapping[str, Any]) -> Sketch:
    """Draw what the profile knows: the column as it is."""
    part = {"bins": profile.get("histogram") or profile.get("top"), "skew": profile.get("skew")}
    return Sketch(before=drawing(part))


def sketch_asked(found: Mapping[str, Any]) -> Sketch:
    """Draw one column of ``sketch_ask``."""
    before, after = found.get("before") or {}, found.get("after") or {}
    return Sketch(drawing(before), drawing(after), str(found.get("words") or ""))


def drawing(part: Mapping[str, Any]) -> Drawing | None:
    """Draw one histogram; None where there is nothing to draw."""
    counts = counts_of(part.get("bins"))
    if not counts or max(counts) <= 0:
        return None
    skew = part.get("skew")
    return Drawing(bars(counts), "" if skew is None else number_words(round(float(skew), 1)))


def counts_of(bins: Any) -> list[float]:
    """Read counts: a list of them, of ``{"count"}``, or a ``{"counts"}``."""
    if isinstance(bins, Mapping):
        bins = bins.get("counts")
    if not isinstance(bins, Sequence):
        return []
    return [float(item["count"] if isinstance(item, Mapping) else item) for item in bins]


def bars(counts: Sequence[float]) -> str:
    """Write bars as an SVG path in a box of ``WIDTH`` × ``HEIGHT``; a bar of few rows is seen."""
    step, top = WIDTH / max(len(counts), 6), max(counts)
    wide = step * (1 - GAP)
    parts = []
    for place, count in enumerate(counts):
        if count > 0:
            high = max(HEIGHT * count / top, 1.0)
            left = place * step + step * GAP / 2
            parts.append(f"M{left:.1f} {HEIGHT - high:.1f}h{wide:.1f}v{high:.1f}h-{wide:.1f}z")
    return "".join(parts)
