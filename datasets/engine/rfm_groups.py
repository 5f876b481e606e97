"""Named groups of customers: which name a recency and a frequency score come to."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

LEVELS = 5

_HIBERNATING, _AT_RISK, _CANT_LOSE = "Hibernating", "At risk", "Can't lose"
_POTENTIAL, _LOYAL, _CHAMPIONS = "Potential loyalists", "Loyal", "Champions"

GRID: dict[int, tuple[str, ...]] = {
    5: ("New customers", _POTENTIAL, _POTENTIAL, _CHAMPIONS, _CHAMPIONS),
    4: ("Promising", _POTENTIAL, _POTENTIAL, _LOYAL, _LOYAL),
    3: ("About to sleep", "About to sleep", "Need attention", _LOYAL, _LOYAL),
    2: (_HIBERNATING, _HIBERNATING, _AT_RISK, _AT_RISK, _CANT_LOSE),
    1: (_HIBERNATING, _HIBERNATING, _AT_RISK, _AT_RISK, _CANT_LOSE),
}
"""By recency score, then by frequency score 1 to 5."""


def level(score: int, bins: int) -> int:
    """Return the place of a score 1…``bins`` on the five levels of the grid.

    Proportional, with the ends on the ends and halves up: of three bins 1, 3, 5; of four
    1, 2, 4, 5; of seven 1, 2, 2, 3, 4, 4, 5.
    """
    steps = bins - 1
    return 1 + (2 * (LEVELS - 1) * (score - 1) + steps) // (2 * steps)


def group(recency: int, frequency: int, bins: int = LEVELS) -> str:
    """Return the name for two scores of ``bins`` bins."""
    return GRID[level(recency, bins)][level(frequency, bins) - 1]


def group_case(bins: int) -> "exp.Case":
    """Return the CASE that names the group from the columns ``R`` and ``F``."""
    from sqlglot import exp

    case = exp.Case()
    for recency in range(bins, 0, -1):
        for name, scores in _by_name(recency, bins).items():
            found = exp.column("F", quoted=True).isin(*scores)
            wanted = exp.and_(exp.column("R", quoted=True).eq(recency), found)
            case = case.when(wanted, exp.Literal.string(name))
    return case


def _by_name(recency: int, bins: int) -> dict[str, list[int]]:
    names: dict[str, list[int]] = {}
    for frequency in range(1, bins + 1):
        names.setdefault(group(recency, frequency, bins), []).append(frequency)
    return names
