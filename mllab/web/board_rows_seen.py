"""How many rows the scores of a leaderboard look at: the usual number above it, others in cells."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mllab.web.scores import ScoreView


def usual_rows(rows: Iterable[Sequence[ScoreView]]) -> dict[str, int]:
    """Return by score how many rows most prototypes were scored on."""
    counted: dict[str, Counter[int]] = {}
    for scores in rows:
        for score in scores:
            if score.is_there and score.n:
                counted.setdefault(score.key, Counter())[score.n] += 1
    return {key: max(counts, key=lambda n: (counts[n], n)) for key, counts in counted.items()}


def with_own_rows(scores: Sequence[ScoreView], usual: Mapping[str, int]) -> list[ScoreView]:
    """Note on each score that looks at another number of rows than most do how many these are."""
    return [
        replace(score, own_rows=f"{score.n:,}")
        if score.is_there and score.n and score.n != usual.get(score.key)
        else score
        for score in scores
    ]


def rows_words(scores: Sequence[ScoreView], usual: Mapping[str, int], resampled: str) -> str:
    """Write the usual numbers: "Silhouette 2,000 rows, Davies-Bouldin 43,676 rows"."""
    by_rows: dict[int, list[str]] = {}
    for score in scores:
        if score.key in usual and not (score.key == "stability" and resampled):
            by_rows.setdefault(usual[score.key], []).append(score.label)
    parts = [f"{_listed(names)} {n:,} rows" for n, names in by_rows.items()]
    if "stability" in usual and resampled:
        parts.append(f"Stability {resampled}")
    return "; ".join(parts)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
