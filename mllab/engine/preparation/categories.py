"""A column of texts as numbers: a column for each value, its place in order, or its share."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mllab.engine.preparation.numbers import NumberFit, apply_number, fit_number
from mllab.engine.settings import ColumnSettings
from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mllab.engine.preparation.values import Floats, Values

MAX_COLUMNS = 20
"""Of more values than this, the most frequent have a column each, the others share the last."""

MAX_LEVELS = 10_000
"""More different values are a text, not a category: their codes would only fill the file."""

MISSING = "(missing)"
OTHER = "other values"
Encoding = Literal["one_hot", "ordinal", "frequency"]


@dataclass(frozen=True)
class CategoryFit:
    """How one column of texts becomes numbers.

    ``levels`` are the values that have a code of their own, ``codes`` what they become: for
    one-hot the place of their column, else the number itself; every other value becomes
    ``other`` (None: none of the columns). A missing value counts as the level ``fill`` (None: its
    row is left out). One-hot columns are centred by their ``shares`` and divided by ``scale``, so
    that all of them together have variance 1: one category weighs like one number. ``number``
    prepares the codes of the other encodings.
    """

    encoding: Encoding
    levels: list[str]
    codes: list[float]
    other: float | None
    fill: str | None
    filled: int
    distinct: int
    names: list[str]
    shares: list[float]
    scale: float
    weight: float
    number: NumberFit | None = None


def fit_category(column: str, values: "Values", settings: ColumnSettings) -> CategoryFit:
    """Fit one column of texts; raises ``UserError`` where it has too many different values."""
    import numpy as np

    counts = np.bincount(values.array[values.array >= 0], minlength=len(values.levels))
    present = {
        level: int(count) for level, count in zip(values.levels, counts, strict=True) if count
    }
    missing = len(values.array) - sum(present.values())
    if len(present) > MAX_LEVELS:
        raise UserError(
            f"“{column}” has {len(present):,} different values: too many for an input; "
            "ignore it or group its values first."
        )
    fill = _fill(present, settings)
    if fill is not None and missing:
        present[fill] = present.get(fill, 0) + missing
    filled = missing if fill is not None else 0
    if settings.categories in ("auto", "one_hot"):
        return _one_hot(present, fill, filled, settings)
    return _coded(present, fill, filled, settings, values)


def _fill(present: dict[str, int], settings: ColumnSettings) -> str | None:
    if settings.missing == "drop_row":
        return None
    if settings.missing == "constant" or not present:
        return MISSING
    return _by_count(present)[0]


def _by_count(counts: dict[str, int]) -> list[str]:
    return sorted(counts, key=lambda level: (-counts[level], level))


def _one_hot(
    counts: dict[str, int], fill: str | None, filled: int, settings: ColumnSettings
) -> CategoryFit:
    ranked = _by_count(counts)
    own = ranked if len(ranked) <= MAX_COLUMNS else ranked[: MAX_COLUMNS - 1]
    rows = sum(counts.values())
    shares = [counts[level] / rows for level in own]
    rest = len(own) < len(ranked)
    if rest:
        shares.append(sum(counts[level] for level in ranked[len(own) :]) / rows)
    spread = sum(share * (1 - share) for share in shares) ** 0.5
    plain = settings.scaling == "none" and spread > 0
    return CategoryFit(
        encoding="one_hot",
        levels=own,
        codes=[float(place) for place in range(len(own))],
        other=float(len(own)) if rest else None,
        fill=fill,
        filled=filled,
        distinct=len(ranked),
        names=[f"= {level}" for level in own] + [OTHER] * rest,
        shares=[0.0] * len(shares) if plain else shares,
        scale=1.0 if plain else spread,
        weight=settings.weight,
    )


def _coded(
    counts: dict[str, int],
    fill: str | None,
    filled: int,
    settings: ColumnSettings,
    values: "Values",
) -> CategoryFit:
    rows = max(sum(counts.values()), 1)
    ordinal = settings.categories == "ordinal"
    levels = sorted(counts, key=_natural)
    codes = [float(i) if ordinal else counts[level] / rows for i, level in enumerate(levels)]
    # A value never seen stands in the middle of an order, and is no share of the rows.
    other = (len(levels) - 1) / 2 if ordinal else 0.0
    found = _codes(values, levels, codes, other, fill)
    # What is missing was filled as a level; rows without a value stay NaN and are left out.
    number = fit_number(found, settings, may_bend=not ordinal)
    return CategoryFit(
        encoding="ordinal" if ordinal else "frequency",
        levels=levels,
        codes=codes,
        other=other,
        fill=fill,
        filled=filled,
        distinct=len(levels),
        names=[""],
        shares=[],
        scale=number.scale,
        weight=settings.weight,
        number=number,
    )


def _natural(level: str) -> tuple[int, float, str]:
    """Order levels that are numbers as numbers ("9" before "10"), before all texts."""
    try:
        number = float(level)
    except ValueError:
        return 1, 0.0, level
    return (0, number, level) if number == number else (1, 0.0, level)


def _codes(
    values: "Values", levels: list[str], codes: list[float], other: float | None, fill: str | None
) -> "Floats":
    """Return the code of each row (n,); NaN for none."""
    import numpy as np

    known = dict(zip(levels, codes, strict=True))
    unknown = np.nan if other is None else other
    missing = np.nan if fill is None else known.get(fill, unknown)
    # The place −1 of a missing value is the last of the table.
    lookup = np.array([*(known.get(level, unknown) for level in values.levels), missing])
    found: NDArray[np.float64] = lookup[values.array]
    return found


def apply_category(fit: CategoryFit, values: "Values") -> "Floats":
    """Return the prepared columns (n, d) of a column of texts."""
    import numpy as np

    codes = _codes(values, fit.levels, fit.codes, fit.other, fit.fill)
    if fit.number is not None:
        return apply_number(fit.number, codes)[:, None]
    hot = codes[:, None] == np.arange(len(fit.shares))
    matrix: Floats = (hot - np.array(fit.shares)) * (fit.weight / fit.scale)
    return matrix
