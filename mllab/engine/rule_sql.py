"""Conditions of rules, and rules as SQL: built as a tree of sqlglot, never by joining texts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Condition:
    """What one column must be: above and at most a number, or (not) a text; or ``missing``.

    Dates are days since 1970, of a boolean above 0.5 is yes. ``missing`` says whether a row
    without a value passes.
    """

    column: str
    kind: str
    above: float | None = None
    most: float | None = None
    equals: str | None = None
    differs: tuple[str, ...] = ()
    missing: bool = False

    def also(self, other: "Condition") -> "Condition":
        """Return the condition of rows that fulfil both, of the same column."""
        lows = [each for each in (self.above, other.above) if each is not None]
        highs = [each for each in (self.most, other.most) if each is not None]
        equals = self.equals if self.equals is not None else other.equals
        return replace(
            self,
            above=max(lows, default=None),
            most=min(highs, default=None),
            equals=equals,
            differs=() if equals is not None else (*self.differs, *other.differs),
            missing=self.missing and other.missing,
        )

    def holds(self, value: Any) -> bool:
        """Say whether a value fulfils it: a number, days, a text; None where it is missing."""
        if value is None:
            return self.missing
        if self.kind == "category":
            return value == self.equals if self.equals is not None else value not in self.differs
        above = self.above is None or value > self.above
        return above and (self.most is None or value <= self.most)

    def to_json(self) -> dict[str, Any]:
        """Return what is set, as plain JSON."""
        found = asdict(self) | {"differs": list(self.differs)}
        return {key: value for key, value in found.items() if value not in (None, [], False)}


def condition_from(found: Mapping[str, Any]) -> Condition:
    """Read what ``to_json`` wrote."""
    return Condition(**{**found, "differs": tuple(found.get("differs", ()))})


def where_of(paths: Sequence[Sequence[Condition]], types: Mapping[str, str]) -> str:
    """Write rules as the condition of a SELECT: any of the paths, each of which is all of it.

    Names are quoted, texts escaped; DuckDB, PostgreSQL and what follows the standard read it.
    """
    from sqlglot import exp

    ways = [_all([_sql(each, types[each.column]) for each in path]) for path in paths]
    return (
        exp.or_(*ways, copy=False).sql(dialect="duckdb")
        if len(ways) > 1
        else ways[0].sql(dialect="duckdb")
    )


def _all(parts: list[Any]) -> Any:
    from sqlglot import exp

    return exp.and_(*parts, copy=False) if parts else exp.true()


def _sql(condition: Condition, kind: str) -> Any:
    from sqlglot import exp

    column = exp.column(condition.column, quoted=True)
    parts: list[Any] = []
    if condition.kind == "category":
        parts += _texts(condition, column)
    elif condition.kind == "boolean":
        yes = condition.above is not None
        parts.append(column.copy() if yes else exp.not_(column.copy()))
    else:
        parts += _bounds(condition, column, kind)
    whole = exp.and_(*parts, copy=False)
    if not condition.missing:
        return whole
    return exp.paren(exp.or_(exp.Is(this=column.copy(), expression=exp.Null()), whole), copy=False)


def _texts(condition: Condition, column: Any) -> list[Any]:
    from sqlglot import exp

    if condition.equals is not None:
        return [exp.EQ(this=column.copy(), expression=exp.Literal.string(condition.equals))]
    return [
        exp.NEQ(this=column.copy(), expression=exp.Literal.string(text))
        for text in condition.differs
    ]


def _bounds(condition: Condition, column: Any, kind: str) -> list[Any]:
    from sqlglot import exp

    parts: list[Any] = []
    if condition.kind == "date":
        # A day ends where the next begins: also of a time, whatever its hour.
        if condition.above is not None:
            parts.append(exp.GTE(this=column.copy(), expression=_day(condition.above)))
        if condition.most is not None:
            parts.append(exp.LT(this=column.copy(), expression=_day(condition.most)))
        return parts
    if condition.above is not None:
        parts.append(exp.GT(this=column.copy(), expression=_number(condition.above)))
    if condition.most is not None:
        parts.append(exp.LTE(this=column.copy(), expression=_number(condition.most)))
    return parts


def _number(value: float) -> Any:
    from sqlglot import exp

    text = f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(value)
    found = exp.Literal.number(text.removeprefix("-"))
    return exp.Neg(this=found) if text.startswith("-") else found


def _day(days: float) -> Any:
    """Write the first day after ``days`` since 1970, as CAST('2011-03-01' AS DATE)."""
    from sqlglot import exp

    day = EPOCH + timedelta(days=int(days // 1) + 1)
    return exp.cast(exp.Literal.string(day.isoformat()), "date")
