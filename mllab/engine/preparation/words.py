"""What preparing does to one column, in one line."""

import datetime
import math

from mllab.engine.preparation.inputs import EPOCH, InputFit
from mllab.engine.preparation.numbers import NumberFit, rounded
from mllab.engine.settings import SKEWED

_BENDS = {"none": "", "log": "signed logarithm", "yeo_johnson": "Yeo-Johnson transform"}
_SCALES = {
    "standard": "standard scaling",
    "min_max": "scaling to 0…1",
    "robust": "robust scaling",
    "none": "no scaling",
}
_ENCODINGS = {
    "one_hot": "a column of 0 and 1 for each",
    "ordinal": "their place in order",
    "frequency": "their share of the rows",
}
VERY = 3.0


def words(fit: InputFit) -> str:
    """Say it: "Very skewed (12.4): signed logarithm, then standard scaling"."""
    if not fit.names:
        return "One value only: left out"
    if fit.number:
        head = "Yes or no" if fit.kind == "boolean" else _skew(fit.number.skew)
        if fit.latest is not None:
            day = EPOCH + datetime.timedelta(days=math.floor(fit.latest))
            head = f"Days up to {day.isoformat()}. {head}"
        return f"{head}: {_then([*_number(fit.number)])}"
    category = fit.category
    assert category
    steps = [_ENCODINGS[category.encoding]]
    if len(category.levels) < category.distinct:
        steps = ["a column of 0 and 1 for the most frequent and one for the others"]
    if category.weight != 1:
        steps.append(f"weight {category.weight:g}")
    return f"{category.distinct:,} values: {_then(steps)}"


def _skew(skew: float) -> str:
    size = abs(skew)
    if size <= SKEWED / 2:
        return f"Even ({rounded(skew)})"
    if size <= SKEWED:
        return f"Slightly skewed ({rounded(skew)})"
    return f"{'Very skewed' if size > VERY else 'Skewed'} ({rounded(skew)})"


def _number(number: NumberFit) -> list[str]:
    steps = []
    if number.filled and number.fill is not None:
        steps.append(f"missing values become {number.fill:g}")
    if number.low is not None and number.high is not None:
        steps.append(f"clipped to {number.low:g}…{number.high:g}")
    steps += [step for step in (_BENDS[number.bend], _SCALES[number.scaling]) if step]
    if number.weight != 1:
        steps.append(f"weight {number.weight:g}")
    return steps


def _then(steps: list[str]) -> str:
    if len(steps) < 2:
        return "".join(steps)
    return f"{', '.join(steps[:-1])}, then {steps[-1]}"
