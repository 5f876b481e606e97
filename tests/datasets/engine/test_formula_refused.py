"""Hostile and broken formulas: refused with a sentence, never handed to DuckDB."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.engine.formula import NODES, FormulaError, parse
from datasets.engine.formula_functions import FUNCTIONS
from datasets.engine.plan_sql import expression_type
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError

COLUMNS = [
    Column("Quantity", "integer"),
    Column("UnitPrice", "decimal"),
    Column("Unit Price", "decimal"),
    Column("Country", "text"),
    Column("Date", "date"),
]
HOSTILE = [
    "read_csv('/etc/passwd')",
    "read_text('/etc/passwd')",
    "(select content from read_text('/etc/passwd'))",
    "getenv('HOME')",
    "query('select 1')",
    "WITH x AS (COPY t TO '/tmp/x') SELECT 1",
    "(WITH x AS (DELETE FROM t) SELECT 1)",
    "COPY input_0 TO '/tmp/x'",
    "Quantity; DROP TABLE input_0",
    "Quantity FROM input_0",
    "1 UNION SELECT 2",
    "exists(select 1)",
    "Quantity in (select 1)",
    "Quantity in UnitPrice",
    "__row",
    "[__row] + 1",
    "input_0.Quantity",
    "main.abs(Quantity)",
    "sum(Quantity)",
    "sum(Quantity) over ()",
    "abs(Quantity) over ()",
    "abs(Quantity) filter (where true)",
    "abs(distinct Quantity)",
    "count(*)",
    "*",
    "COLUMNS('.*')",
    "abs(x -> x)",
    "lambda x: x",
    "Quantity -> '$.a'",
    "{'a': 1}",
    "[1, 2]",
    "struct_pack(a := 1)",
    "Quantity::int[]",
    "Quantity::json",
    "cast(Country as struct(a int))",
    "?",
    "$1",
    "$$text$$",
    ":name",
    "@x",
    "#1",
    "current_date",
    "today()",
    "now()",
    "random()",
    "repeat('x', 1000000000)",
    "range(1000000000)",
    "unnest([1])",
    "regexp_matches(Country, '(a+)+$')",
    "Country ~ '(a+)+$'",
    "Country similar to 'x'",
    "interval 1 day",
    "Quantity collate nocase",
    "Country at time zone 'x'",
    "Country like Country",
    "Country like 'a' escape 'b'",
    "replace(replace(Country, 'a', '" + "a" * 99 + "'), 'a', '" + "a" * 99 + "')",
    "replace(Country, 'a', Country)",
    "\x00Quantity",
    "Quanti\x00ty",
    "Quantity\u202e",
    "\u0421ountry",
    "Quantity \uff0b 1",
    "Quantity * \u2019a\u2019",
    "(" * 500 + "1" + ")" * 500,
    "(" * 30 + "1" + ")" * 30,
    "-(" * 600 + "1" + ")" * 600,
    "not " * 400 + "true",
    "case when true then " * 100 + "1" + " end" * 100,
    "+".join(["1"] * 400),
    "1" * 50,
    "1e999",
    "x" * 2001,
    "",
    "   ",
    "-- only a comment",
    "'open",
    "[open",
    "(1",
    "1)",
    "= Quantity",
    "Quantity +",
    "Quantity as x",
    "Quantity := 1",
    "abs()",
    "abs(1, 2)",
    "Quantity is Country",
    "__import__('os').system('id')",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:40]))
def test_it_refuses(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text, COLUMNS)
    assert str(caught.value)[-1] in ".?"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Quantty * 2", "There is no column “Quantty”. Did you mean Quantity?"),
        ("\u0421ountry", "Did you mean Country?"),
        ("uper(Country)", "There is no function “uper”. Did you mean upper?"),
        ('Country = "France"', "Text stands in single quotes"),
        ("Country > 5", "“Country” holds text and stands beside a number"),
        ("Country in (1, 2)", "“Country” holds text"),
        ("Quantity in (1, 'x')", "The text 'x' cannot stand beside a number"),
        ("Quantity between 1 and 'x'", "The text 'x'"),
        ("if(Quantity > 1, 'a', 5)", "The text 'a' cannot stand beside a number"),
        ("coalesce(Country, 0)", "“Country” holds text"),
        ("'a' * 2", "“a” is text and cannot be calculated with"),
        ("Date > '2011-13-01'", "“2011-13-01” is not a date; write it as '2011-12-31'"),
        ("date '31.12.2011'", "is not a date"),
        ("upper(Quantity)", 'write upper(text("Quantity")).'),
        ("year(Country)", 'write year(date("Country")).'),
        ("date_trunc('fortnight', Date)", "one of year, quarter, month"),
        ("Quantity // 2", "Use floor(a / b)"),
        ("round(1, 2, 3)", "Write round(number, digits); here it has 3 values."),
    ],
)
def test_it_says_what_to_do(text: str, sentence: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text, COLUMNS)
    assert sentence in str(caught.value)


def test_it_says_where() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("Quantity xor 1", COLUMNS)
    assert "“xor”" in str(caught.value)
    assert caught.value.position == 10


WORDS = [
    *(column.name for column in COLUMNS),
    *("[Unit Price]", '"Unit Price"', "1", "2.5", "'a'", "null", "true", "'2011-01-01'", "1e3"),
    *("+", "-", "*", "/", "%", "^", "=", "<", "<>", "||", "(", ")", ",", "::", ".", ";", "[", "]"),
    *("and", "or", "not", "in", "is", "like", "between", "case", "when", "then", "else", "end"),
    *("cast", "as", "date", "integer", "select", "from", "over", "->", "?", "*", "interval"),
    *FUNCTIONS,
]
SOUP = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
ATOMS = st.sampled_from([*WORDS[:14], "-1", "0"])
CALLS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "*", "/", "%", "=", "<", "and", "||"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, min_size=1, max_size=3)).map(
            lambda call: f"{call[0]}({', '.join(call[1])})"
        ),
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(max_size=60), SOUP, CALLS))
def test_any_text_is_refused_or_gives_a_tree_of_the_list(text: str) -> None:
    try:
        tree = parse(text, COLUMNS)
    except FormulaError:
        return
    assert {type(node) for node in tree.walk()} <= NODES
    assert not any(node.comments for node in tree.walk())
    with suppress(UserError):  # what DuckDB itself refuses comes as a sentence
        expression_type(tree, COLUMNS)
