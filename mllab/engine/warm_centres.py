"""Centres of one training space in another one: back to what people read, and prepared anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mllab.engine.preparation.categories import CategoryFit
from mllab.engine.preparation.components import Components, project
from mllab.engine.preparation.inputs import InputFit
from mllab.engine.preparation.numbers import NumberFit, apply_number
from mllab.engine.preprocessing import Fitted, from_json

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Matrix

    Column = NDArray[float64]

SAME, RAW = "same", "raw"
"""Whether the spaces are one, or centres went through values that people read."""


@dataclass(frozen=True)
class Raw:
    """One input of the centres (k,): ``numbers``, or ``shares`` of a category's levels."""

    numbers: "Column | None" = None
    shares: "Mapping[str, Column] | None" = None
    level: list[str] | None = None


def centres_moved(
    centers: "Matrix", old: Mapping[str, Any], new: Mapping[str, Any]
) -> "tuple[Matrix, str]":
    """Return centres (k, d) of the space ``old`` as points (k, e) of ``new``, and how.

    Both are stored preprocessings of the same inputs. Numbers are unscaled and unbent, and then
    prepared as the new space does; of categories the shares of each value go over. What one space
    left out as constant stands at the mean.
    """
    import numpy as np

    before, after = from_json(old), from_json(new)
    if _is_same(before, after):
        return np.array(centers, dtype=np.float64), SAME
    raw = _raw(before, centers)
    parts = [_prepared(fit, raw.get(fit.column), len(centers)) for fit in after.inputs]
    found = np.column_stack(parts)
    return (project(after.pca, found) if after.pca else found), RAW


def _is_same(a: Fitted, b: Fitted) -> bool:
    return [f.to_json() for f in a.inputs] == [f.to_json() for f in b.inputs] and a.pca == b.pca


def _raw(fitted: Fitted, centers: "Matrix") -> dict[str, Raw]:
    """Read the centres as values of the inputs."""
    found = _unprojected(fitted.pca, centers) if fitted.pca else centers
    raw, start = {}, 0
    for fit in fitted.inputs:
        stop = start + len(fit.names)
        raw[fit.column] = _unprepared(fit, found[:, start:stop])
        start = stop
    return raw


def _unprojected(pca: Components, points: "Matrix") -> "Matrix":
    """Go back from components to columns: what the components left out stands at the mean."""
    import numpy as np

    back: Matrix = points @ np.array(pca.components) + np.array(pca.mean)
    return back


def _unprepared(fit: InputFit, part: "Matrix") -> Raw:
    import numpy as np

    if fit.number:
        found = _unscaled(fit.number, part[:, 0])
        return Raw(numbers=found if fit.latest is None else np.floor(fit.latest) - found)
    assert fit.category
    category = fit.category
    if category.number is None:
        shares = part * (category.scale / category.weight) + np.array(category.shares)
        return Raw(shares=dict(zip(category.levels, shares.T, strict=False)))
    codes = _unscaled(category.number, part[:, 0])
    nearest = np.abs(codes[:, None] - np.array(category.codes)).argmin(axis=1)
    return Raw(level=[category.levels[place] for place in nearest])


def _prepared(fit: InputFit, raw: Raw | None, count: int) -> "Matrix":
    """Return the columns (k, e) of one input of the new space; the mean where nothing is known."""
    import numpy as np

    if fit.number and raw and raw.numbers is not None:
        measured = raw.numbers if fit.latest is None else np.floor(fit.latest) - raw.numbers
        return apply_number(fit.number, measured)[:, None]
    if fit.category and raw:
        return _category(fit.category, raw, count)
    return np.zeros((count, len(fit.names)))


def _category(fit: CategoryFit, raw: Raw, count: int) -> "Matrix":
    import numpy as np

    if fit.number is not None:
        known = dict(zip(fit.levels, fit.codes, strict=True))
        levels = raw.level or _largest(raw, count)
        other = fit.other if fit.other is not None else 0.0
        codes = np.array([known.get(level, other) for level in levels])
        return apply_number(fit.number, codes)[:, None]
    shares = np.zeros((count, len(fit.shares)))
    for level, column in (raw.shares or _hot(raw.level or [])).items():
        if level in fit.levels:
            shares[:, fit.levels.index(level)] = column
    rest = np.clip(1 - shares.sum(axis=1), 0, 1)
    if len(fit.shares) > len(fit.levels):
        shares[:, -1] = rest
    return (shares - np.array(fit.shares)) * (fit.weight / fit.scale)


def _largest(raw: Raw, count: int) -> list[str]:
    """Name the most frequent value of each centre."""
    import numpy as np

    shares = raw.shares or {}
    if not shares:
        return [""] * count
    names = list(shares)
    return [names[place] for place in np.column_stack([*shares.values()]).argmax(axis=1)]


def _hot(levels: list[str]) -> "dict[str, Column]":
    import numpy as np

    return {level: np.array([each == level for each in levels], float) for level in set(levels)}


def _unscaled(fit: NumberFit, x: "Column") -> "Column":
    """Undo scaling and bending of x (k,); the cut of outliers cannot be undone and need not."""
    import numpy as np

    bent = x / (fit.weight or 1.0) * fit.scale + fit.center
    if fit.bend == "log":
        found: Column = np.copysign(np.expm1(np.abs(bent)), bent)
        return found
    if fit.bend == "yeo_johnson" and fit.power is not None:
        return _yeo_johnson_undone(bent, fit.power)
    return bent


def _yeo_johnson_undone(y: "Column", power: float) -> "Column":
    """Return the x whose power transform is y; where there is none, as far as there is one."""
    import numpy as np

    def undone(found: "Column", by: float) -> "Column":
        if abs(by) < np.finfo(np.float64).eps:
            return np.expm1(found)
        inside = np.maximum(found * by + 1.0, 1e-12)
        back: Column = np.expm1(np.log(inside) / by)
        return back

    below = y < 0
    x = undone(np.where(below, 0.0, y), power)
    x[below] = -undone(-y[below], 2.0 - power)
    return x
