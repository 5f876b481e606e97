"""Formulas: a person's expression, checked against an allow-list and written anew for DuckDB.

The text itself never reaches DuckDB: what does is a tree of node types on a list, over columns
that exist, with functions of ours. Division by zero and a failing cast give null.
"""

from collections.abc import Mapping, Sequence
from math import prod
from unicodedata import category

from sqlglot import exp

from datasets.engine import formula_build as build
from datasets.engine.formula_functions import FUNCTIONS, FunctionHelp
from datasets.engine.formula_grammar import read
from datasets.engine.formula_kinds import check_operands
from datasets.engine.formula_nodes import NODES, check_built, check_read
from datasets.engine.formula_words import FormulaError, column_find
from datasets.engine.plan_sql import expression_type
from datasets.engine.types import Column
from segplatform.kernel.errors import UserError

__all__ = ["FUNCTIONS", "NODES", "FormulaError", "FunctionHelp", "condition", "parse", "predicate"]

MAX_CHARACTERS = 2000
MAX_NODES = 500
MAX_DEPTH = 150


def parse(text: str, columns: Sequence[Column]) -> exp.Expr:
    """Return the formula as an expression over a table that has these columns.

    Raises ``FormulaError`` with one sentence that says what to change.
    """
    _check_text(text)
    tree = read(text, columns)
    nodes = list(tree.walk(bfs=True))
    _check_size(nodes)
    check_read(nodes)
    built = _rebuilt(nodes, {column.name: column for column in columns})
    finished = list(built.walk())
    check_built(finished)
    if prod(build.replace_growth(node) for node in finished) > build.MAX_GROWTH:
        raise FormulaError("These replacements make texts too long; use shorter new texts.")
    return built


def condition(text: str, columns: Sequence[Column]) -> exp.Expr:
    """Return a formula that is true or false, for WHERE (where null counts as false).

    Raises ``FormulaError`` where it gives something else than true or false.
    """
    tree = parse(text, columns)
    try:
        kind = expression_type(tree, columns)
    except FormulaError:
        raise
    except UserError as error:
        raise FormulaError(str(error)) from error
    if kind != "boolean":
        raise FormulaError(
            f"This gives a value of type {kind}, not true or false; compare it, as in Quantity > 0."
        )
    return tree


def predicate(text: str, columns: Sequence[Column]) -> exp.Expr:
    """Return a formula that is true or false in every row: a missing answer is false."""
    tree = condition(text, columns)
    return exp.func("COALESCE", tree, exp.false(), dialect="duckdb")


def _check_text(text: str) -> None:
    if not text.strip():
        raise FormulaError("Write a formula, for example Quantity * UnitPrice.")
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(f"A formula has at most {MAX_CHARACTERS:,} characters; make two steps.")
    if text.lstrip().startswith("="):
        raise FormulaError("Leave out the “=” at the start.", text.index("=") + 1)
    for place, char in enumerate(text, 1):
        if category(char) in ("Cc", "Cf", "Cs") and char not in "\t\r\n":
            raise FormulaError(f"Remove the invisible character at place {place}.", place)


def _check_size(nodes: Sequence[exp.Expr]) -> None:
    if len(nodes) > MAX_NODES:
        raise FormulaError(f"A formula has at most {MAX_NODES} parts; make it two steps.")
    depths: dict[int, int] = {}
    for node in nodes:
        depths[id(node)] = depths.get(id(node.parent), 0) + 1
    if max(depths.values()) > MAX_DEPTH:
        raise FormulaError(f"A formula has at most {MAX_DEPTH} values in a row; make it two steps.")


def _rebuilt(nodes: Sequence[exp.Expr], columns: Mapping[str, Column]) -> exp.Expr:
    """Write every node anew, the innermost first; comments go."""
    holder = exp.Paren(this=nodes[0])
    for node in reversed(nodes):
        node.comments = None
        fresh = _built(node, columns)
        check_operands(fresh, columns)
        if fresh is not node:
            node.replace(fresh)
    return holder.this.pop()


def _built(node: exp.Expr, columns: Mapping[str, Column]) -> exp.Expr:
    if isinstance(node, exp.Column):
        return _column(node, columns)
    if isinstance(node, exp.Literal):
        return build.build_literal(node)
    if isinstance(node, exp.Anonymous):
        return build.build_call(node, columns)
    if isinstance(node, exp.Cast):  # TryCast is one, too
        return build.build_cast(node)
    if isinstance(node, (exp.Div, exp.Mod)):
        return build.build_division(node)
    if isinstance(node, exp.Mul):
        return build.build_product(node, columns)
    if isinstance(node, exp.Pow):
        return build.build_power(node)
    if isinstance(node, (exp.Like, exp.ILike)):
        return build.build_like(node)
    if isinstance(node, exp.Is) and not isinstance(node.expression, (exp.Null, exp.Boolean)):
        raise FormulaError("After IS comes NULL, NOT NULL, TRUE or FALSE; use = to compare.")
    return node


def _column(node: exp.Column, columns: Mapping[str, Column]) -> exp.Expr:
    if not isinstance(node.this, exp.Identifier):
        raise FormulaError("Name the columns one by one; “*” only multiplies.")
    try:
        found = column_find(node.name, list(columns.values()))
    except FormulaError as error:
        if node.this.args.get("quoted"):
            raise FormulaError(f"{error} Text stands in single quotes: '…'.") from None
        raise
    return exp.column(found.name, quoted=True)
