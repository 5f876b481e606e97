"""One input column as its columns of the matrix, whatever its kind; and what to say about it."""

import datetime
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mllab.engine.preparation.categories import (
    MAX_COLUMNS,
    CategoryFit,
    apply_category,
    fit_category,
)
from mllab.engine.preparation.numbers import NumberFit, apply_number, fit_number, rounded
from mllab.engine.preparation.values import Kind, Values
from mllab.engine.settings import SKEWED, ColumnSettings
from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    from mllab.engine.preparation.values import Floats

EPOCH = datetime.date(1970, 1, 1)
_FILLS = {"auto": "the median", "median": "the median", "mean": "the mean"}


@dataclass(frozen=True)
class InputFit:
    """How one column is prepared: ``number`` or ``category``.

    ``latest`` is the day that dates count up to, in days since 1970.
    """

    column: str
    kind: Kind
    latest: float | None = None
    number: NumberFit | None = None
    category: CategoryFit | None = None

    @property
    def names(self) -> list[str]:
        """Name the columns of the matrix that it makes; none where it is constant."""
        if self.number:
            name = f"{self.column} (days ago)" if self.kind == "date" else self.column
            return [name] if self.number.scale else []
        found = self.category
        return (
            [f"{self.column} {name}".strip() for name in found.names]
            if found and found.scale
            else []
        )

    @property
    def leaves_out(self) -> bool:
        """Say whether rows without a value are left out."""
        found = self.number or self.category
        return found is not None and found.fill is None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self)


def input_from_json(found: dict[str, Any]) -> InputFit:
    """Read what ``to_json`` wrote."""
    category = dict(found["category"]) if found["category"] else None
    if category and category["number"]:
        category["number"] = NumberFit(**category["number"])
    return InputFit(
        column=found["column"],
        kind=found["kind"],
        latest=found["latest"],
        number=NumberFit(**found["number"]) if found["number"] else None,
        category=CategoryFit(**category) if category else None,
    )


def fit_input(column: str, values: Values, settings: ColumnSettings) -> InputFit:
    """Fit one column; raises ``UserError`` where its values cannot be an input."""
    if values.kind == "category":
        return InputFit(column, values.kind, category=fit_category(column, values, settings))
    latest = _latest(values, settings) if values.kind == "date" else None
    if values.kind == "boolean" and settings.missing == "auto":
        settings = settings.model_copy(update={"missing": "mode"})
    number = fit_number(_measured(values, latest), settings, may_bend=values.kind != "boolean")
    if not math.isfinite(number.scale):
        raise UserError(f"Some values of “{column}” are too large to be scaled: clip its outliers.")
    return InputFit(column, values.kind, latest, number)


def apply_input(fit: InputFit, values: Values) -> "Floats":
    """Return its columns (n, d) of the matrix."""
    if fit.category:
        return apply_category(fit.category, values)
    assert fit.number
    return apply_number(fit.number, _measured(values, fit.latest))[:, None]


def measured(fit: InputFit, values: Values) -> "Floats | None":
    """Return the numbers that a person sees in this column (n,): of a date the days since it."""
    return None if fit.category else _measured(values, fit.latest)


def _latest(values: Values, settings: ColumnSettings) -> float:
    import numpy as np

    if settings.reference:
        return float((settings.reference - EPOCH).days)
    present = values.array[values.present]
    return float(np.max(present)) if len(present) else 0.0


def _measured(values: Values, latest: float | None) -> "Floats":
    import numpy as np

    # The whole days of the calendar, as Recency counts them.
    return values.array if latest is None else np.floor(latest) - np.floor(values.array)


def notes(fit: InputFit, settings: ColumnSettings) -> list[str]:
    """Say in sentences what a person should know about how this column was prepared."""
    if not fit.names:
        return [f"“{fit.column}” has one value only: it was left out."]
    found = _number_notes(fit, settings) if fit.number else _category_notes(fit)
    return [f"“{fit.column}”: {note}." for note in found]


def _number_notes(fit: InputFit, settings: ColumnSettings) -> list[str]:
    number = fit.number
    assert number
    said = []
    if number.filled:
        word = _FILLS.get(settings.missing, "the most frequent value")
        word = f"{number.fill:g}" if settings.missing == "constant" else f"{word}, {number.fill:g}"
        said.append(f"{number.filled:,} missing values were filled with {word}")
    if number.bend != "none":
        said.append(
            f"its skew went from {rounded(number.skew)} to {rounded(number.skew_after)} by "
            f"{'a signed logarithm' if number.bend == 'log' else 'the Yeo-Johnson transform'}"
        )
    elif settings.skew == "auto" and abs(number.skew_after) > SKEWED and fit.kind != "boolean":
        said.append(f"it stays skewed ({rounded(number.skew_after)}): a logarithm would not help")
    if settings.scaling == "robust" and number.scaling == "standard":
        said.append("half of its values are equal, so that it has standard scaling, not robust")
    return said


def _category_notes(fit: InputFit) -> list[str]:
    category = fit.category
    assert category
    said = []
    if category.filled:
        said.append(f"{category.filled:,} missing values count as {category.fill}")
    if category.encoding == "one_hot" and category.distinct > MAX_COLUMNS:
        said.append(
            f"of its {category.distinct:,} values the {MAX_COLUMNS - 1} most frequent have a "
            "column each, the others share one"
        )
    return said


def skewed(fit: InputFit) -> dict[str, Any] | None:
    """Return {"column", "before", "after", "method"} where the column was bent."""
    number = fit.number
    if not number or number.bend == "none" or not fit.names:
        return None
    return {
        "column": fit.column,
        "before": number.skew,
        "after": number.skew_after,
        "method": number.bend,
    }
