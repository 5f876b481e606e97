"""The queries of RFM. Names of columns enter as quoted identifiers, the rest is fixed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from datasets.engine.rfm_groups import group_case
from datasets.engine.types import Column

if TYPE_CHECKING:
    from sqlglot import exp

Scheme = Literal["tie_safe", "article"]
LETTERS = {"R": "Recency", "F": "Frequency", "M": "Monetary"}

# Amounts are decimal before they are summed: float sums leave 1e-12 where 0 is meant.
_CUSTOMERS = """
    SELECT
        "Customer" AS "Customer",
        DATE_DIFF('day', CAST(MAX("Date") AS DATE), (SELECT "Reference" FROM "reference"))
            AS "Recency",
        COUNT(DISTINCT "Invoice") AS "Frequency",
        COALESCE(SUM("Amount"), 0) AS "Monetary"
    FROM "orders"
    WHERE "Customer" IS NOT NULL
    GROUP BY "Customer"
"""
_ROWS = """
    SELECT
        COUNT(*) AS "rows",
        COUNT(*) - COUNT("Customer") AS "without_customer",
        COUNT(*) - COUNT("Date") AS "without_date",
        COUNT(*) FILTER (WHERE CAST("Date" AS DATE) > (SELECT "Reference" FROM "reference"))
            AS "after_reference",
        COUNT(*) FILTER (WHERE "Given" AND "Amount" IS NULL) AS "unreadable_amounts",
        COUNT(DISTINCT "Invoice") FILTER (
            WHERE STARTS_WITH(CAST("Invoice" AS TEXT), 'C')
                OR STARTS_WITH(CAST("Invoice" AS TEXT), 'c')
        ) AS "cancelled_invoices",
        (SELECT "Reference" FROM "reference") AS "reference_date"
    FROM "orders"
"""
_DROPPED = """
    SELECT
        COUNT(*) AS "customers",
        COUNT(*) FILTER (WHERE "Day" IS NULL) AS "without_date",
        COUNT(*) FILTER (WHERE "Day" IS NOT NULL AND "Total" = 0) AS "zero_monetary",
        COUNT(*) FILTER (WHERE "Day" IS NOT NULL AND "Total" < 0) AS "negative_monetary"
    FROM (
        SELECT MAX("Date") AS "Day", COALESCE(SUM("Amount"), 0) AS "Total"
        FROM "orders" WHERE "Customer" IS NOT NULL GROUP BY "Customer"
    ) AS "totals"
"""
_GROUPS = """
    SELECT "Group" AS "group", COUNT(*) AS "customers", SUM("Monetary") AS "monetary"
    FROM "output" GROUP BY "Group" ORDER BY "customers" DESC, "group"
"""


@dataclass(frozen=True)
class Spec:
    """What the queries need: the columns, and how to score."""

    customer: Column
    date: Column
    invoice: Column
    amount: Column
    reference: str | None = None
    bins: int = 5
    scheme: Scheme = "tie_safe"
    drop_negative: bool = False
    breaks: Mapping[str, Sequence[str]] = field(default_factory=dict)


def scored(spec: Spec) -> "exp.Select":
    """Return the query of the result: one row per customer."""
    from sqlglot import exp

    kept = exp.select("*").from_(_table("customers")).where(_kept(spec))
    cuts = exp.select(*_cut_lists(spec, _values(spec))).from_(_source(spec, "kept"))
    text = "||".join(f'CAST("{letter}" AS TEXT)' for letter in _digits(spec))
    names = [_column("Customer").as_(spec.customer.name, quoted=True)]
    names += [_column(name) for name in (*LETTERS.values(), *LETTERS)]
    result = exp.select(*names, _parsed(text).as_("RFM", quoted=True))
    result = result.select(group_case(spec.bins).as_("Group", quoted=True))
    query = _with_orders(result.from_(_table("scored")), spec)
    query = query.with_(_name("customers"), _parsed(_CUSTOMERS)).with_(_name("kept"), kept)
    return query.with_(_name("cuts"), cuts).with_(_name("scored"), _scored(spec))


def facts(spec: Spec) -> "dict[str, exp.Query]":
    """Return the questions whose answers are kept with the run."""
    found: dict[str, exp.Query] = {
        "rows": _with_orders(_select(_ROWS), spec),
        "customers": _with_orders(_select(_DROPPED), spec),
        "groups": _select(_GROUPS),
    }
    found |= {f"scores_{letter}": _ranges(letter, name) for letter, name in LETTERS.items()}
    return {**found, "cuts": _cut_rows(spec)}


def _with_orders(query: "exp.Select", spec: Spec) -> "exp.Select":
    """Put the input before a query, under names of our own, and the reference date."""
    from sqlglot import exp

    amount = _column(spec.amount.name)
    orders = exp.select(
        _column(spec.customer.name).as_("Customer", quoted=True),
        _column(spec.date.name).as_("Date", quoted=True),
        _column(spec.invoice.name).as_("Invoice", quoted=True),
        exp.TryCast(this=amount, to=exp.DataType.build("DECIMAL(18, 4)")).as_(
            "Amount", quoted=True
        ),
        amount.is_(exp.null()).not_().as_("Given", quoted=True),
    ).from_(_table("input_0"))
    reference = _reference(spec)
    return query.with_(_name("orders"), orders).with_(_name("reference"), reference)


def _reference(spec: Spec) -> "exp.Select":
    """Return the query of the reference date; over the input, so that "orders" is read once."""
    from sqlglot import exp

    if spec.reference:
        day: exp.Expr = exp.cast(exp.Literal.string(spec.reference), "date")
        return exp.select(day.as_("Reference", quoted=True))
    last = exp.cast(exp.Max(this=_column(spec.date.name)), "date")
    day = exp.cast(last + _parsed("INTERVAL 1 DAY"), "date")
    return exp.select(day.as_("Reference", quoted=True)).from_(_table("input_0"))


def _kept(spec: Spec) -> "exp.Expr":
    sign = ">" if spec.drop_negative else "<>"
    return _parsed(f'"Recency" IS NOT NULL AND "Monetary" {sign} 0')


def _source(spec: Spec, name: str) -> "exp.Expr":
    """Return the customers to score; the article's scheme adds their rank by frequency."""
    if spec.scheme == "tie_safe":
        return _table(name)
    customer = "Customer" if name == "kept" else spec.customer.name
    rank = _parsed('ROW_NUMBER() OVER (ORDER BY "Frequency", "Customer")')
    for column in rank.find_all(type(_column("Customer"))):
        if column.name == "Customer":
            column.replace(_column(customer))
    from sqlglot import exp

    ranked = exp.select("*", rank.as_("Rank", quoted=True)).from_(_table(name))
    return ranked.subquery(_name("ranked"))


def _values(spec: Spec) -> dict[str, str]:
    """Return the column that each letter is scored by."""
    return {**LETTERS, "F": "Rank"} if spec.scheme == "article" else dict(LETTERS)


def _digits(spec: Spec) -> str:
    return "RF" if spec.scheme == "article" else "RFM"


def _cut_lists(spec: Spec, values: Mapping[str, str]) -> "list[exp.Expr]":
    return [_cuts(spec, letter, values[letter]).as_(letter, quoted=True) for letter in LETTERS]


def _cuts(spec: Spec, letter: str, value: str) -> "exp.Expr":
    """Return the ascending list of cuts of one letter: the person's own, or quantiles."""
    from sqlglot import exp

    own = spec.breaks.get(letter)
    if own:
        array = exp.Array(expressions=[_decimal(text) for text in own])
        return exp.func("ANY_VALUE", array)
    places = range(1, spec.bins)
    if spec.scheme == "article":  # pandas' qcut interpolates between two values
        array = _array(repr(place / spec.bins) for place in places)
        return exp.func("QUANTILE_CONT", exp.cast(_column(value), "double"), array)
    array = _array(_fraction(place, spec.bins) for place in places)
    return exp.func("QUANTILE_DISC", _column(value), array)


def _fraction(place: int, bins: int) -> str:
    """Write place/bins, never rounded up: 0.7142857142857143 of 7 values would be the sixth."""
    return f"0.{place * 10**12 // bins:012d}".rstrip("0")


def _array(numbers: Iterable[str]) -> "exp.Array":
    from sqlglot import exp

    return exp.Array(expressions=[exp.Literal.number(number) for number in numbers])


def _decimal(text: str) -> "exp.Expr":
    from sqlglot import exp

    return exp.cast(exp.Literal.string(text), "DECIMAL(18, 4)")


def _scored(spec: Spec) -> "exp.Select":
    """Give each customer its scores: 1 + the number of cuts strictly below the value."""
    from sqlglot import exp

    values = _values(spec)
    scores = [_score(spec, letter, values[letter]).as_(letter, quoted=True) for letter in LETTERS]
    customers = [_column(name) for name in ("Customer", *LETTERS.values())]
    query = exp.select(*customers, *scores).from_(_source(spec, "kept"))
    return query.join(_table("cuts"), join_type="cross")


def _score(spec: Spec, letter: str, value: str) -> "exp.Expr":
    below = f'LEN(LIST_FILTER("cuts"."{letter}", LAMBDA "cut" : "cut" < "{value}"))'
    return _parsed(f"{spec.bins} - {below}" if letter == "R" else f"1 + {below}")


def _ranges(letter: str, name: str) -> "exp.Select":
    """Ask for the lowest and highest value and the customers of each score of one letter."""
    return _select(
        f'SELECT "{letter}" AS "score", MIN("{name}") AS "from", MAX("{name}") AS "to", '
        f'COUNT(*) AS "customers" FROM "output" GROUP BY "{letter}" ORDER BY "{letter}" DESC'
    )


def _cut_rows(spec: Spec) -> "exp.Query":
    """Ask for the cuts between the scores."""
    from sqlglot import exp

    values = _values(spec)
    parts = []
    for letter in LETTERS:
        cut = exp.func("UNNEST", _cuts(spec, letter, values[letter])).as_("cut", quoted=True)
        name = exp.Literal.string(letter).as_("letter", quoted=True)
        parts.append(exp.select(name, cut).from_(_source(spec, "output")))
    return exp.union(*parts, distinct=False).order_by('"letter", "cut"', dialect="duckdb")


def _parsed(text: str) -> "exp.Expr":
    """Parse SQL that is written in this file."""
    from sqlglot import parse_one

    return parse_one(text, dialect="duckdb")


def _select(text: str) -> "exp.Select":
    from sqlglot import exp, parse_one

    return parse_one(text, into=exp.Select, dialect="duckdb")


def _name(name: str) -> "exp.Identifier":
    from sqlglot import exp

    return exp.to_identifier(name, quoted=True)


def _column(name: str) -> "exp.Column":
    from sqlglot import exp

    return exp.column(name, quoted=True)


def _table(name: str) -> "exp.Table":
    from sqlglot import exp

    return exp.Table(this=_name(name))
