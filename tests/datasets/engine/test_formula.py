"""Honest formulas: what they give, in which type, and how they name columns."""

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from datasets.engine.formula import FUNCTIONS, condition, parse, predicate
from datasets.engine.plan_sql import expression_type
from datasets.engine.types import Column, duckdb_type

COLUMNS = [
    Column("Quantity", "integer"),
    Column("UnitPrice", "decimal"),
    Column("Unit Price", "decimal"),
    Column("Country", "text"),
    Column("Date", "date"),
    Column("InvoiceDate", "datetime"),
    Column("Order", "float"),
    Column("Paid", "boolean"),
]
ROW = (3, "2.5", "1.25", "France", "2011-03-06", "2011-03-06 14:30:00", 0.5, True)
SAMPLE_CALLS = {
    "number": "Quantity",
    "text": "Country",
    "date": "InvoiceDate",
}


def value(text: str, row: tuple[Any, ...] = ROW) -> Any:
    """Compute one formula over one row."""
    cells = ", ".join(
        f'CAST(? AS {duckdb_type(column.type)}) AS "{column.name}"' for column in COLUMNS
    )
    tree = parse(text, COLUMNS).sql("duckdb")
    with duckdb.connect() as con:
        found = con.execute(f"SELECT {tree} FROM (SELECT {cells})", list(row)).fetchone()
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Quantity * UnitPrice", Decimal("7.5")),
        ("quantity * [unit price]", Decimal("3.75")),
        ('Quantity * "Unit Price"', Decimal("3.75")),
        ("Quantity / 0", None),
        ("Quantity / (Quantity - 3)", None),
        ("6 / Quantity", 2.0),
        ("Quantity % 0", None),
        ("2 * mod(Quantity + 2, 3)", 4),
        ("2 ^ 3 + 1", 9.0),
        ("power(-1, 0.5)", None),
        ("sqrt(Quantity - 4)", None),
        ("sqrt(4)", 2.0),
        ("ln(0)", None),
        ("log10(1000)", 3.0),
        ("log10(null)", None),
        ("exp(100000)", None),
        ("Order + 1", 1.5),
        ("if(Quantity > 2, 'many', 'few')", "many"),
        ("if(Quantity > 5, 'many')", None),
        ("case when Paid then 'yes' else 'no' end", "yes"),
        ("Country = 'France' and not Quantity < 0", True),
        ("Country in ('Spain', 'France')", True),
        ("Country not like 'F%'", False),
        ("Quantity between 1 and 3", True),
        ("Country is not null", True),
        ("upper(left(Country, 2)) || '-' || right(Country, 1)", "FR-e"),
        ("replace(Country, 'France', 'it''s')", "it's"),
        ("length(trim('  a '))", 1),
        ("year(Date) * 100 + month(Date)", 201103),
        ("weekday(Date)", 7),
        ("hour(InvoiceDate)", 14),
        ("date_diff(Date, '2011-03-10')", 4),
        ("date_diff('2011-03-05', InvoiceDate)", 1),
        ("text(date_trunc('month', InvoiceDate))", "2011-03-01"),
        ("Date >= '2011-03-01'", True),
        ("integer(Country)", None),
        ("cast('12' as integer) + '3'::int", 15),
        ("decimal('1.23456')", Decimal("1.2346")),
        ("Quantity -- a comment\n + 1", 4),
        ("coalesce(null, Quantity)", 3),
    ],
)
def test_it_computes(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_it_gives_money_as_decimal() -> None:
    assert expression_type(parse("Quantity * UnitPrice", COLUMNS), COLUMNS) == "decimal"


def test_products_of_money_have_room() -> None:
    large = (200_000, "100000", "200000.5", *ROW[3:])
    assert value("UnitPrice * [Unit Price]", large) == Decimal("20000050000")
    assert value("[Unit Price] * 1.23456 * UnitPrice * 0.5", large) == Decimal("12345630864")
    assert value("UnitPrice * UnitPrice * UnitPrice", large) == Decimal(10) ** 15


def test_it_writes_the_tree_and_not_the_text() -> None:
    tree = parse("quantity /* x */ * [unit price] -- y", COLUMNS)
    assert tree.sql("duckdb") == '"Quantity" * "Unit Price"'


def test_it_keeps_a_name_that_is_a_word_of_sql() -> None:
    assert parse("Date", COLUMNS).sql("duckdb") == '"Date"'
    assert value("cast('2011-01-02' as date) < Date") is True


def test_it_quotes_names_that_try_to_break_out() -> None:
    odd = [Column('a"b; DROP TABLE x --', "integer"), Column("a]b", "integer")]
    tree = parse('"a""b; DROP TABLE x --" + [a]]b]', odd)
    assert tree.sql("duckdb") == '"a""b; DROP TABLE x --" + "a]b"'


def test_a_condition_has_to_be_true_or_false() -> None:
    with pytest.raises(Exception, match="not true or false; compare it"):
        condition("Quantity + 1", COLUMNS)
    assert condition("Paid", COLUMNS).sql("duckdb") == '"Paid"'


def test_a_predicate_takes_missing_for_false() -> None:
    tree = predicate("Quantity > 0", [Column("Quantity", "integer")])
    with duckdb.connect() as con:
        query = f'SELECT {tree.sql("duckdb")} FROM (SELECT NULL::BIGINT AS "Quantity")'
        assert con.execute(query).fetchall() == [(False,)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_can_be_called_and_is_explained(name: str) -> None:
    known = FUNCTIONS[name]
    special = {
        "date_trunc": "date_trunc('month', Date)",
        "date_diff": "date_diff(Date, InvoiceDate)",
        "if": "if(Paid, 1, 2)",
        "replace": "replace(Country, 'a', 'b')",
        "substring": "substring(Country, 1, 2)",
        "left": "left(Country, 1)",
        "right": "right(Country, 1)",
    }
    first = SAMPLE_CALLS[known.takes or "number"]
    call = special.get(name, f"{name}({', '.join([first] * known.least)})")
    value(call)
    assert known.signature.startswith(f"{name}(")
    assert known.sentence.endswith((".", "…"))
