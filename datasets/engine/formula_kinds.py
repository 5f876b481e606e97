"""Finds text mixed with numbers and dates before DuckDB would, in the middle of a run."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlglot import exp

from datasets.engine.formula_functions import FunctionHelp
from datasets.engine.formula_words import FormulaError, quoted
from datasets.engine.types import Column

_KINDS = {
    "text": "text",
    "integer": "number",
    "decimal": "number",
    "float": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "date",
}
_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_CALCULATED = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Pow, exp.Neg)


def kind_of(node: exp.Expr | None, columns: Mapping[str, Column]) -> str | None:
    """Return text, number, date or boolean for a column or a plain value; None if not plain."""
    while isinstance(node, (exp.Paren, exp.Neg)):
        node = node.this
    if isinstance(node, exp.Literal):
        return "text" if node.is_string else "number"
    if isinstance(node, exp.Boolean):
        return "boolean"
    if isinstance(node, exp.Column):
        return _KINDS[columns[node.name].type]
    return None


def check_operands(node: exp.Expr, columns: Mapping[str, Column]) -> None:
    """Refuse comparisons, outcomes and sums whose plain values cannot go together."""
    if isinstance(node, _COMPARED):
        _together([node.this, node.expression], columns)
    elif isinstance(node, exp.In):
        _together([node.this, *node.expressions], columns)
    elif isinstance(node, exp.Between):
        _together([node.this, node.args["low"], node.args["high"]], columns)
    elif isinstance(node, (exp.Coalesce, exp.Greatest, exp.Least, exp.Nullif)):
        _together([node.this, node.args.get("expression"), *node.expressions], columns)
    elif isinstance(node, exp.Case):
        _together([*(i.args["true"] for i in node.args["ifs"]), node.args.get("default")], columns)
        if node.this:
            _together([node.this, *(branch.this for branch in node.args["ifs"])], columns)
    elif isinstance(node, _CALCULATED):
        _no_text([node.this, node.args.get("expression")], columns)


def check_argument(
    known: FunctionHelp, arguments: Sequence[exp.Expr], columns: Mapping[str, Column]
) -> None:
    """Refuse a first argument of another kind than the function takes."""
    found = kind_of(arguments[0], columns)
    if not known.takes or found is None or found == known.takes:
        return
    more = ", …" if known.most > 1 else ""
    value = f"{known.takes}({arguments[0].sql('duckdb')})"
    raise FormulaError(
        f"{known.signature} works on a {known.takes}; write {known.name}({value}{more})."
    )


def _together(nodes: Iterable[exp.Expr | None], columns: Mapping[str, Column]) -> None:
    plain = [(node, kind_of(node, columns)) for node in nodes if node is not None]
    kinds = {kind for _node, kind in plain if kind}
    if "text" not in kinds or len(kinds) == 1:
        return
    texts = [node for node, kind in plain if kind == "text"]
    if kinds <= {"text", "date"} and all(isinstance(node, exp.Literal) for node in texts):
        for node in texts:
            check_date(node.name)
        return
    raise FormulaError(_mixed(texts[0], kinds))


def check_date(text: str) -> None:
    """Refuse a text that is not a date or date and time as ISO 8601 writes them."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise FormulaError(
            f"{quoted(text)} is not a date; write it as '2011-12-31' or '2011-12-31 09:30'."
        ) from None


def _mixed(text: exp.Expr, kinds: set[str]) -> str:
    other = next(kind for kind in ("number", "date", "boolean") if kind in kinds)
    if isinstance(text, exp.Literal):
        return (
            f"The text '{text.name[:40]}' cannot stand beside a {other}; write a {other}, or make "
            "both text with text(…)."
        )
    return (
        f"{quoted(text.name)} holds text and stands beside a {other}; put values in single quotes, "
        f"or convert it with {other}([{text.name[:60]}])."
    )


def _no_text(nodes: Iterable[exp.Expr | None], columns: Mapping[str, Column]) -> None:
    for node in nodes:
        if node is not None and kind_of(node, columns) == "text":
            raise FormulaError(
                f"{quoted(node.name)} is text and cannot be calculated with; convert it with "
                "number(…), or join texts with ||."
            )
