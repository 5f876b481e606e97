"""Preparing columns as SQL: the same steps, in the same order, as ``mllab.engine.preparation``."""

from typing import TYPE_CHECKING

from mllab.engine.preparation.categories import CategoryFit
from mllab.engine.preparation.inputs import InputFit
from mllab.engine.preparation.numbers import NumberFit
from mllab.engine.score_sql_terms import (
    column,
    divided,
    double,
    expm1,
    is_finite,
    log1p,
    match,
    minus,
    number,
    times,
    total,
    when,
)

if TYPE_CHECKING:
    from mllab.engine.preparation.components import Components
    from mllab.engine.score_sql_terms import Expr

EPOCH = "1970-01-01"
TINY = 2.220446049250313e-16
"""λ of Yeo-Johnson that counts as 0 (``shape._power``)."""


class Prepared:
    """The steps of preparing: each is a list of columns, made of those of the steps before."""

    def __init__(self, inputs: list[InputFit], prefix: str) -> None:
        self.prefix = prefix
        self.steps: list[dict[str, Expr]] = [{}, {}, {}, {}, {}, {}]
        self.scaled: list[str] = []
        for place, fit in enumerate(inputs):
            self._add(fit, f"{prefix}{place}")

    def _add(self, fit: InputFit, name: str) -> None:
        if fit.category:
            self._add_category(fit.column, fit.category, name)
            return
        assert fit.number
        self.steps[0][name] = _filled(_measured(fit), fit.number.fill)
        self._add_number(fit.number, name)

    def _add_category(self, source: str, fit: CategoryFit, name: str) -> None:
        self.steps[0][name] = _code(source, fit)
        if fit.number is not None:
            self._add_number(fit.number, name)
            return
        factor = fit.weight / fit.scale
        for place, share in enumerate(fit.shares):
            hot = match(column(name), [(number(place), number(1.0 - share))], number(0.0 - share))
            scaled = times(hot, number(factor))
            self._scaled(when([(is_finite(column(name)), scaled)]))

    def _add_number(self, fit: NumberFit, name: str) -> None:
        if fit.bend == "none":
            bent = _clipped(column(name), fit)
        else:
            self.steps[1].update(_sizes(name, fit))
            self.steps[2][f"{name}_log"] = log1p(f"{name}_size")
            if fit.bend == "yeo_johnson":
                self.steps[3][f"{name}_power"] = _power_log(name, fit.power or 0.0)
            self.steps[4][f"{name}_bent"] = _bent(name, fit)
            bent = column(f"{name}_bent")
        moved = exp_paren(divided(minus(bent, number(fit.center)), number(fit.scale)))
        self._scaled(times(moved, number(fit.weight)))

    def _scaled(self, value: "Expr") -> None:
        name = f"{self.prefix}x{len(self.scaled)}"
        self.steps[5][name] = value
        self.scaled.append(name)


def exp_paren(value: "Expr") -> "Expr":
    """Put parentheses around it."""
    from sqlglot import exp

    return exp.paren(value, copy=False)


def components(found: "Components", names: list[str], prefix: str) -> "dict[str, Expr]":
    """Return the coordinates along the directions of principal components."""
    moved = [minus(column(n), number(m)) for n, m in zip(names, found.mean, strict=True)]
    return {
        f"{prefix}p{place}": total(
            times(each.copy(), number(share)) for each, share in zip(moved, direction, strict=True)
        )
        for place, direction in enumerate(found.components)
    }


def _measured(fit: InputFit) -> "Expr":
    """Return the value as a float: yes is 1, a date the days up to the reference."""
    import math

    from sqlglot import exp

    value = column(fit.column)
    if fit.kind == "boolean":
        return double(exp.cast(value, "INT"))
    if fit.latest is None:
        return double(value)
    days = exp.Sub(
        this=exp.cast(value, "DATE"), expression=exp.cast(exp.Literal.string(EPOCH), "DATE")
    )
    return exp_paren(
        exp.Sub(this=number(math.floor(fit.latest)), expression=double(exp_paren(days)))
    )


def _filled(value: "Expr", fill: float | None) -> "Expr":
    """Keep finite values; others become the fill, or nothing where their rows are left out."""
    return when([(is_finite(value), value.copy())], None if fill is None else number(fill))


def _code(source: str, fit: CategoryFit) -> "Expr":
    """Return the code of a text: those not learned have one together, or none at all (−1)."""
    from sqlglot import exp

    known = dict(zip(fit.levels, fit.codes, strict=True))
    # −1 is no place of a one-hot column: all of them are 0 then.
    unknown = -1.0 if fit.other is None else fit.other
    pairs = [(exp.Literal.string(level), number(code)) for level, code in known.items()]
    coded: Expr = match(column(source), pairs, number(unknown)) if pairs else number(unknown)
    missing = None if fit.fill is None else number(known.get(fit.fill, unknown))
    return when([(exp.Not(this=column(source).is_(exp.null())), coded)], missing)


def _clipped(value: "Expr", fit: NumberFit) -> "Expr":
    from sqlglot import exp

    if fit.low is None or fit.high is None:
        return value
    raised = when(
        [(exp.LT(this=value, expression=number(fit.low)), number(fit.low)),
         (exp.GT(this=value.copy(), expression=number(fit.high)), number(fit.high))],
        value.copy(),
    )  # fmt: skip
    return raised


def _sizes(name: str, fit: NumberFit) -> "dict[str, Expr]":
    """Return the clipped value and its size without a sign."""
    from sqlglot import exp

    cut = _clipped(column(name), fit)
    return {f"{name}_cut": cut, f"{name}_size": exp.Abs(this=cut.copy())}


def _power_log(name: str, power: float) -> "Expr":
    """Return λ·log(1 + size) of Yeo-Johnson; its λ is 2 − λ below 0."""
    powers = [(_is_negative(name), number(_plain(2.0 - power)))]
    return times(exp_paren(when(powers, number(_plain(power)))), column(f"{name}_log"))


def _plain(power: float) -> float:
    return 0.0 if abs(power) < TINY else power


def _bent(name: str, fit: NumberFit) -> "Expr":
    """Return the bent value: sign(x)·log(1 + |x|), or the power transform of Yeo-Johnson."""
    from sqlglot import exp

    logs = column(f"{name}_log")
    if fit.bend == "log" or fit.power is None:
        return when([(_is_negative(name), exp.Neg(this=logs))], logs.copy())
    above, below = (_power(name, power) for power in (fit.power, 2.0 - fit.power))
    return when([(_is_negative(name), exp.Neg(this=exp_paren(below)))], above)


def _power(name: str, power: float) -> "Expr":
    if not _plain(power):
        return column(f"{name}_log")
    return divided(exp_paren(expm1(f"{name}_power")), number(power))


def _is_negative(name: str) -> "Expr":
    from sqlglot import exp

    return exp.LT(this=column(f"{name}_cut"), expression=number(0.0))
