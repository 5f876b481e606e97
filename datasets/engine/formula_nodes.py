"""The allow-list: what a formula may consist of, before and after our own rewriting."""

from collections.abc import Iterable

from sqlglot import exp

from datasets.engine.formula_words import FormulaError, quoted

_BINARY: dict[type[exp.Expr], frozenset[str]] = {
    kind: frozenset({"this", "expression"})
    for kind in (
        *(exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE),
        *(exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.Pow),
    )
}
_UNARY: dict[type[exp.Expr], frozenset[str]] = {
    kind: frozenset({"this"}) for kind in (exp.Not, exp.Neg, exp.Paren, exp.Boolean)
}

READ: dict[type[exp.Expr], frozenset[str]] = {
    **_BINARY,
    **_UNARY,
    exp.Null: frozenset(),
    exp.Div: frozenset({"this", "expression", "typed", "safe"}),
    exp.DPipe: frozenset({"this", "expression", "safe"}),
    exp.Like: frozenset({"this", "expression", "negate"}),
    exp.ILike: frozenset({"this", "expression", "negate"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.If: frozenset({"this", "true", "false"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.TryCast: frozenset({"this", "to", "safe", "requires_string"}),
    exp.DataType: frozenset({"this", "expressions"}),
    exp.DataTypeParam: frozenset({"this"}),
    exp.Column: frozenset({"this"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Concat: frozenset({"expressions", "safe", "coalesce"}),
    exp.Anonymous: frozenset({"this", "expressions"}),
}
"""Node types that the text may give, each with the parts that it may have."""

NODES: frozenset[type[exp.Expr]] = frozenset(
    {
        *(set(READ) - {exp.Anonymous, exp.Cast}),
        *(exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Sqrt, exp.Ln, exp.Log, exp.Exp, exp.Sign),
        *(exp.Greatest, exp.Least, exp.Coalesce, exp.Nullif, exp.Upper, exp.Lower, exp.Trim),
        *(exp.Length, exp.Left, exp.Right, exp.Substring, exp.Replace, exp.Contains),
        *(exp.StartsWith, exp.EndsWith, exp.Year, exp.Quarter, exp.Month, exp.Week, exp.Day),
        *(exp.DayOfWeekIso, exp.Hour, exp.DateDiff, exp.TimestampTrunc, exp.Var),
    }
)
"""Node types of a finished formula; nothing else ever reaches DuckDB."""

_WHY: dict[type[exp.Expr], str] = {
    exp.Star: "Name the columns one by one; “*” only multiplies.",
    exp.Window: "A formula looks at one row at a time; leave out OVER.",
    exp.Lambda: "Arrows are not part of formulas; leave “->” out.",
    exp.Dot: "Write the column's name alone, without a table and a point.",
    exp.IntDiv: "Use floor(a / b) for whole divisions.",
    exp.Placeholder: "Write the value itself in place of “?”, “$” or “:”.",
    exp.Parameter: "Write the value itself in place of the parameter.",
    exp.Interval: "Intervals are not part of formulas; use date_diff(from, to) to count days.",
    exp.Escape: "Leave out ESCAPE; use contains(text, part) for a text with % or _.",
    exp.Any: "Leave out ANY; write one comparison for each value.",
}


def check_read(nodes: Iterable[exp.Expr]) -> None:
    """Refuse what is not on the list; nothing of the text is used before this has passed."""
    for node in nodes:
        parts = READ.get(type(node))
        if parts is None:
            raise FormulaError(_reason(node))
        for part, value in node.args.items():
            if part not in parts and value not in (None, False, []):
                raise FormulaError(_odd_part(node, part))


def check_built(nodes: Iterable[exp.Expr]) -> None:
    """Assert that our own rewriting gave only what the list knows."""
    for node in nodes:
        if type(node) not in NODES:
            raise FormulaError(_reason(node))


def _reason(node: exp.Expr) -> str:
    if isinstance(node, (exp.Query, exp.Exists)):
        return "A formula cannot hold a query; use a Join or SQL recipe for that."
    for kind, sentence in _WHY.items():
        if isinstance(node, kind):
            return sentence
    return f"Formulas do not know {quoted(_words(node))}; use the functions of the list."


def _odd_part(node: exp.Expr, part: str) -> str:
    if isinstance(node, exp.Column):
        return "Write the column's name alone, without a table and a point."
    if isinstance(node, exp.In):
        return "Write the values after IN in brackets, separated by commas: IN ('a', 'b')."
    return f"Formulas do not know “{part}” here; leave it out."


def _words(node: exp.Expr) -> str:
    return type(node).__name__.upper()
