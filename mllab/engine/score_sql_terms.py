"""Small parts of SQL expressions, as sqlglot trees: numbers that keep every bit, and curves."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp

    Expr = exp.Expr


def column(name: str) -> "exp.Column":
    """Name a column."""
    from sqlglot import exp

    return exp.column(name, quoted=True)


def number(value: float) -> "Expr":
    """Write a float with an exponent: without one DuckDB reads a decimal, and rounds it."""
    from sqlglot import exp

    text = repr(float(abs(value)))
    found = exp.Literal.number(text if "e" in text else f"{text}e0")
    return exp.Neg(this=found) if value < 0 else found


def whole(value: int) -> "Expr":
    """Write a whole number."""
    from sqlglot import exp

    found = exp.Literal.number(str(abs(int(value))))
    return exp.Neg(this=found) if value < 0 else found


def double(value: "Expr") -> "Expr":
    """Cast to a float of 64 bits."""
    from sqlglot import exp

    return exp.cast(value, "DOUBLE")


def infinite() -> "Expr":
    """Write +∞; whatever is not below it is infinite or no number, in DuckDB and PostgreSQL."""
    from sqlglot import exp

    return double(exp.Literal.string("Infinity"))


def is_finite(value: "Expr") -> "Expr":
    """Say that a value is a number; neither true nor false where there is none."""
    from sqlglot import exp

    return exp.LT(this=exp.Abs(this=value), expression=infinite())


def minus(left: "Expr", right: "Expr") -> "Expr":
    """Subtract, in parentheses."""
    from sqlglot import exp

    return exp.paren(exp.Sub(this=left, expression=right), copy=False)


def plus(left: "Expr", right: "Expr") -> "Expr":
    """Add, in parentheses."""
    from sqlglot import exp

    return exp.paren(exp.Add(this=left, expression=right), copy=False)


def times(left: "Expr", right: "Expr") -> "Expr":
    """Multiply."""
    from sqlglot import exp

    return exp.Mul(this=left, expression=right)


def divided(left: "Expr", right: "Expr") -> "Expr":
    """Divide floats."""
    from sqlglot import exp

    return exp.Div(this=left, expression=right, typed=True, safe=False)


def total(parts: Iterable["Expr"]) -> "Expr":
    """Add from left to right, in parentheses, as a loop does: the order decides the last bit."""
    from sqlglot import exp

    found: Any = None
    for part in parts:
        found = part if found is None else exp.Add(this=found, expression=part)
    return exp.paren(found, copy=False) if found is not None else number(0.0)


def when(pairs: Iterable[tuple["Expr", "Expr"]], otherwise: "Expr | None" = None) -> "exp.Case":
    """Write CASE WHEN … THEN … ELSE … END."""
    from sqlglot import exp

    ifs = [exp.If(this=test, true=value) for test, value in pairs]
    return exp.Case(ifs=ifs, default=otherwise)


def match(
    value: "Expr", pairs: Iterable[tuple["Expr", "Expr"]], otherwise: "Expr | None" = None
) -> "exp.Case":
    """Write CASE value WHEN … THEN … ELSE … END: the first that is equal counts."""
    found = when(pairs, otherwise)
    found.set("this", value)
    return found


def least(values: Sequence["Expr"]) -> "Expr":
    """Return the smallest of some."""
    from sqlglot import exp

    if len(values) == 1:
        return values[0]
    return exp.Least(this=values[0], expressions=list(values[1:]), ignore_nulls=True)


def log1p(a: str) -> "Expr":
    """Return log(1 + a) of a column a ≥ 0, to a few units in the last place.

    ln(1 + a) alone loses small a. Source: Kahan, "Hewlett-Packard HP-15C Advanced Functions
    Handbook", 1982; proved by Goldberg, ACM Computing Surveys 23 (1991), theorem 4.
    """
    from sqlglot import exp

    one, moved = number(1.0), plus(number(1.0), column(a))
    ratio = exp.paren(divided(column(a), minus(moved.copy(), one.copy())), copy=False)
    curve = times(exp.Ln(this=moved), ratio)
    return when([(exp.EQ(this=moved.copy(), expression=one.copy()), column(a))], curve)


def expm1(y: str) -> "Expr":
    """Return exp(y) − 1 of a column, for small y by the same trick as ``log1p``."""
    from sqlglot import exp

    power, one = exp.Exp(this=column(y)), number(1.0)
    less = minus(power.copy(), one.copy())
    ratio = exp.paren(divided(column(y), exp.Ln(this=power.copy())), copy=False)
    return when(
        [
            (exp.GT(this=exp.Abs(this=column(y)), expression=one.copy()), less.copy()),
            (exp.EQ(this=power.copy(), expression=one.copy()), column(y)),
        ],
        times(less, ratio),
    )
