"""Writes each call, division and cast of a formula anew, as DuckDB shall compute it."""

from collections.abc import Callable, Mapping

from sqlglot import exp

from datasets.engine.formula_functions import ALIASES, FUNCTIONS, UNITS
from datasets.engine.formula_kinds import check_argument, check_date
from datasets.engine.formula_words import FormulaError, quoted, suggestion
from datasets.engine.types import Column, ColumnType, duckdb_type

MAX_GROWTH = 1000
"""How many times larger all replacements of one formula together may make a text."""

MAX_PATTERN = 200
_AGGREGATES = frozenset({"sum", "avg", "mean", "median", "count", "min", "max", "any_value"})
_WIDE = "DECIMAL(38,4)"
_MAX_DIGITS = 38  # what DuckDB's decimals hold

_Type = exp.DType
_TYPES: dict[ColumnType, tuple[exp.DType, ...]] = {
    "text": (_Type.TEXT, _Type.VARCHAR, _Type.CHAR),
    "integer": (_Type.BIGINT, _Type.INT, _Type.SMALLINT, _Type.TINYINT),
    "decimal": (_Type.DECIMAL,),
    "float": (_Type.DOUBLE, _Type.FLOAT),
    "boolean": (_Type.BOOLEAN,),
    "date": (_Type.DATE,),
    "datetime": (_Type.TIMESTAMP, _Type.TIMESTAMPNTZ, _Type.DATETIME),
}
_COLUMN_TYPE = {dtype: kind for kind, dtypes in _TYPES.items() for dtype in dtypes}


def cast(value: exp.Expr, kind: ColumnType) -> exp.Expr:
    """Return the value as this type; null where it cannot be."""
    return exp.TryCast(this=value, to=exp.DataType.build(duckdb_type(kind), dialect="duckdb"))


def build_cast(node: exp.Expr) -> exp.Expr:
    """Return CAST, TRY_CAST, ``::`` and DATE '…' as a TRY_CAST to one of our own types."""
    wanted = node.args["to"]
    kind = _COLUMN_TYPE.get(wanted.this)
    if kind is None or wanted.args.get("nested"):
        names = ", ".join(_TYPES)
        raise FormulaError(f"A value can be made one of: {names}; choose one of these types.")
    value = node.this
    if kind in ("date", "datetime") and isinstance(value, exp.Literal) and value.is_string:
        check_date(value.name)
    return cast(value, kind)


def build_division(node: exp.Expr) -> exp.Expr:
    """Return the division or remainder, null instead of infinity or an error for zero."""
    divisor = node.expression.unnest()
    if not (isinstance(divisor, exp.Literal) and _nonzero(divisor)):
        divisor = exp.Nullif(this=divisor, expression=exp.Literal.number(0))
    return type(node)(this=node.this, expression=divisor)


def build_product(node: exp.Expr, columns: Mapping[str, Column]) -> exp.Expr:
    """Return the product, with room for it: DuckDB keeps decimal * decimal at 18 digits.

    So 100,000.00 * 200,000.00 would be an error; times a whole number it makes room by itself.
    """
    sides = {"this": node.this.unnest(), "expression": node.expression.unnest()}
    if any(_is_whole(side, columns) for side in sides.values()):
        return node
    for name, side in sides.items():
        if isinstance(side, exp.Column) and columns[side.name].type == "decimal":
            wide = exp.DataType.build(_WIDE, dialect="duckdb")
            node.set(name, exp.TryCast(this=side.copy(), to=wide))
    return node


def _is_whole(node: exp.Expr, columns: Mapping[str, Column]) -> bool:
    if isinstance(node, exp.Column):
        return columns[node.name].type == "integer"
    return isinstance(node, exp.Literal) and node.name.isdigit() and not node.is_string


def build_power(node: exp.Expr) -> exp.Expr:
    """Return ``a ^ b`` as our function does it."""
    return _finite("power", [node.this.unnest(), node.expression.unnest()])


def build_literal(node: exp.Literal) -> exp.Expr:
    """Return the value as it is; refuse numbers that no column can hold."""
    digits = sum(char.isdigit() for char in node.name.lower().split("e")[0])
    try:
        finite = node.is_string or abs(float(node.name)) < 1e300
    except ValueError:
        finite = False
    if not finite or (not node.is_string and digits > _MAX_DIGITS):
        raise FormulaError(f"{quoted(node.name)} is not a number that a column can hold.")
    return node


def build_like(node: exp.Expr) -> exp.Expr:
    """Return LIKE with a plain, short pattern."""
    pattern = node.expression
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        raise FormulaError("Write the pattern after LIKE in single quotes, as 'A%'.")
    if len(pattern.name) > MAX_PATTERN:
        raise FormulaError(f"The pattern after LIKE has at most {MAX_PATTERN} characters.")
    return node


def build_call(node: exp.Anonymous, columns: Mapping[str, Column]) -> exp.Expr:
    """Return a call of one of our functions, whatever else the name may mean in SQL."""
    name = str(node.name).casefold()
    known = FUNCTIONS.get(ALIASES.get(name, name))
    if name in _AGGREGATES:
        raise FormulaError(
            f"A formula looks at one row at a time and knows no {name}(…) of rows; for the largest "
            "or smallest of several columns use greatest(a, b) or least(a, b)."
        )
    if known is None:
        hint = suggestion(name, FUNCTIONS) or " Choose one of the list."
        raise FormulaError(f"There is no function {quoted(str(node.name))}.{hint}")
    arguments = node.expressions
    if not known.least <= len(arguments) <= known.most:
        raise FormulaError(f"Write {known.signature}; here it has {len(arguments)} values.")
    check_argument(known, arguments, columns)
    return _BUILDERS.get(known.name, _same)(known.name, arguments)


def replace_growth(node: exp.Expr) -> float:
    """Return how many times longer a text one ``replace`` can make."""
    if not isinstance(node, exp.Replace):
        return 1.0
    old, new = len(node.expression.name), len(node.args["replacement"].name)
    return max(1.0, new / max(1, old))


def _nonzero(literal: exp.Literal) -> bool:
    return not literal.is_string and float(literal.name) != 0


def _same(name: str, arguments: list[exp.Expr]) -> exp.Expr:
    return exp.func(name.upper(), *arguments, dialect="duckdb")


def _to(kind: ColumnType) -> "_Builder":
    return lambda _name, arguments: cast(arguments[0], kind)


def _if(_name: str, arguments: list[exp.Expr]) -> exp.Expr:
    branch = exp.If(this=arguments[0], true=arguments[1])
    return exp.Case(ifs=[branch], default=arguments[2] if len(arguments) > 2 else None)


def _logarithm(name: str, arguments: list[exp.Expr]) -> exp.Expr:
    """Null for zero and below: ``greatest`` passes nulls over, so they come to zero and null."""
    zero = exp.Literal.number(0)
    above = exp.func("GREATEST", arguments[0], zero, dialect="duckdb")
    return _same(name, [exp.Nullif(this=above, expression=zero.copy())])


def _finite(name: str, arguments: list[exp.Expr]) -> exp.Expr:
    """Null where DuckDB gives "not a number" or infinity."""
    result = _same(name, arguments)
    for odd in ("nan", "inf", "-inf"):
        result = exp.Nullif(this=result, expression=cast(exp.Literal.string(odd), "float"))
    return result


def _mod(_name: str, arguments: list[exp.Expr]) -> exp.Expr:
    this, by = (exp.Paren(this=part) for part in arguments)
    return exp.Paren(this=build_division(exp.Mod(this=this, expression=by)))


def _replace(name: str, arguments: list[exp.Expr]) -> exp.Expr:
    if not all(isinstance(part, exp.Literal) and part.is_string for part in arguments[1:]):
        raise FormulaError("Write replace(text, 'old', 'new') with both texts in single quotes.")
    return _same(name, arguments)


def _date_diff(_name: str, arguments: list[exp.Expr]) -> exp.Expr:
    start, end = (cast(part, "date") for part in arguments)
    return exp.DateDiff(this=end, expression=start, unit=exp.var("DAY"))


def _date_trunc(name: str, arguments: list[exp.Expr]) -> exp.Expr:
    unit, value = arguments
    if not (isinstance(unit, exp.Literal) and unit.is_string and unit.name.lower() in UNITS):
        raise FormulaError(f"Write date_trunc('month', date) with one of {', '.join(UNITS)}.")
    start = _same(name, [unit, cast(value, "datetime")])
    return start if unit.name.lower() in ("hour", "minute") else cast(start, "date")


def _weekday(_name: str, arguments: list[exp.Expr]) -> exp.Expr:
    return exp.DayOfWeekIso(this=arguments[0])


_Builder = Callable[[str, list[exp.Expr]], exp.Expr]
_BUILDERS: dict[str, _Builder] = {
    "if": _if,
    "ln": _logarithm,
    "log10": _logarithm,
    "sqrt": _finite,
    "exp": _finite,
    "power": _finite,
    "mod": _mod,
    "replace": _replace,
    "date_diff": _date_diff,
    "date_trunc": _date_trunc,
    "weekday": _weekday,
    "text": _to("text"),
    "number": _to("float"),
    "integer": _to("integer"),
    "decimal": _to("decimal"),
    "boolean": _to("boolean"),
    "date": _to("date"),
    "datetime": _to("datetime"),
}
