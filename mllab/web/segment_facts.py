"""What sets each segment apart, in words: "Monetary is 4.1 × the average"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mllab.engine.effects import LARGE, MEDIUM, SMALL, Effect, effects
from mllab.web.numbers import number_words

FACTS = 3


@dataclass(frozen=True)
class Fact:
    """One difference in words, how strong it is, and the numbers behind it."""

    text: str
    strength: str
    detail: str
    is_display: bool


def segment_facts(profiles: Mapping[str, Any], count: int = FACTS) -> dict[int, list[Fact]]:
    """Name, by label, in what each segment differs most from everyone else, at most ``count``.

    ``profiles`` is that of a prototype. Wherever segments are told of, facts are ranked so: by
    effect size, what was trained on first (``mllab.engine.effects``).
    """
    return {label: facts_of(told, count) for label, told in effects(profiles).items()}


def facts_of(told: Sequence[Effect], count: int) -> list[Fact]:
    """Write the strongest differences of one segment, those that are large enough for a word."""
    return [fact_of(each) for each in told if abs(each.size) >= SMALL][:count]


def fact_of(effect: Effect) -> Fact:
    """Write one difference."""
    text = _share_text(effect) if effect.kind == "share" else number_text(effect)
    return Fact(text, _strength(effect.size), _detail(effect), effect.role != "input")


def number_text(effect: Effect) -> str:
    """Write "Monetary is 4.1 × the average"; where a ratio says little, the mean itself."""
    index, side = effect.index, "above" if effect.size > 0 else "below"
    if index is None or index <= 0 or 90 < index < 110:
        return f"{effect.column} is {side} the average, at {number_words(effect.mean)}"
    ratio = index / 100
    digits = 0 if ratio >= 10 else 1 if ratio >= 0.1 else 2
    return f"{effect.column} is {max(ratio, 0.01):,.{digits}f} × the average"


def _share_text(effect: Effect) -> str:
    inside, others = (f"{100 * part:.0f} %" for part in (effect.mean, effect.rest))
    return f"{effect.column} is “{effect.value[:40]}” for {inside}, for {others} of the others"


def _strength(size: float) -> str:
    steps = ((LARGE, "large"), (MEDIUM, "medium"), (SMALL, "small"))
    return next((word for least, word in steps if abs(size) >= least), "")


def _detail(effect: Effect) -> str:
    size = f"effect size {effect.size:+.1f}".replace("-", "−")
    if effect.kind == "share":
        return size
    return f"mean {number_words(effect.mean)}, of the others {number_words(effect.rest)}; {size}"
