"""What the list of use cases shows of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

# Kaufman and Rousseeuw, Finding Groups in Data (1990), table 4: how a silhouette is read.
SILHOUETTE_WORDS = ((0.7, "strong", "ok"), (0.5, "good", "ok"), (0.25, "fair", "warn"))


@dataclass(frozen=True)
class LabRow:
    """One use case of the list; ``tone`` is that of ``word``: ok, warn, bad or ""."""

    use_case: Any
    is_training: bool
    score: str
    word: str
    tone: str


def lab_rows(found: Iterable[Any], training: set[UUID]) -> list[LabRow]:
    """Give the rows of the list, for use cases as ``lab_list`` annotates them."""
    return [
        LabRow(item, item.pk in training, score_text(item.best), *score_word(item.best))
        for item in found
    ]


def score_text(value: float | None) -> str:
    """Write a silhouette: "0.42", "−0.05"; nothing for none."""
    return "" if value is None else f"{value:.2f}".replace("-", "−")


def score_word(value: float | None) -> tuple[str, str]:
    """Say in a word how good a silhouette is, and in which tone."""
    if value is None:
        return "", ""
    for least, word, tone in SILHOUETTE_WORDS:
        if value >= least:
            return word, tone
    return "weak", "bad"
