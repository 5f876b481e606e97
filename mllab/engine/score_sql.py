"""A stored model as one SELECT that gives each row of a table the segment that scoring gives it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from mllab.engine.labelings import NOISE
from mllab.engine.made import algorithm_of
from mllab.engine.model import model_from
from mllab.engine.score_columns import preprocessing_of
from mllab.engine.score_sql_columns import Prepared, components
from mllab.engine.score_sql_rules import forest_steps, rule_steps
from mllab.engine.score_sql_terms import column, is_finite, match, when, whole
from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    from sqlglot import exp

    from mllab.engine.preprocessing import Fitted
    from mllab.engine.score_sql_terms import Expr

Dialect = Literal["duckdb", "postgres"]
DIALECTS: dict[Dialect, str] = {"duckdb": "DuckDB", "postgres": "PostgreSQL"}
TABLE = "customers"
SEGMENT = "segment"
MOST_COLUMNS = 1_600
"""PostgreSQL has no more in one table."""


def score_sql(
    model: Mapping[str, Any],
    names: Mapping[str, str],
    dialect: Dialect = "duckdb",
    table: str = TABLE,
) -> str:
    """Return the SELECT that scores the rows of ``table`` by a model (``segmodel/1``).

    It gives all columns of the table (in PostgreSQL those that the model knows), ``segment``, −1
    for noise, and ``segment_name`` by ``names``; both are empty where a value is missing that
    the model needs, or is too large. Raises ``UserError`` where its rule cannot be said in SQL.
    """
    fitted = preprocessing_of(model)
    steps, label = _steps(model, fitted, prefix := _prefix(fitted))
    if dialect == "postgres" and sum(map(len, steps)) + len(fitted.features) > MOST_COLUMNS:
        raise UserError(
            "This model compares each row with more small groups than PostgreSQL can hold columns: "
            "take the SQL for DuckDB."
        )
    steps = [*steps, {f"{prefix}label": label}]
    made = [name for step in steps for name in step]
    ctes = _chained(steps, table, prefix)
    return _written(_selected(ctes, fitted, names, made, dialect), dialect)


def sql_refusal(model: Mapping[str, Any]) -> str:
    """Say in a sentence why a model cannot be SQL; "" where it can."""
    try:
        _rule(model)
    except UserError as error:
        return str(error)
    return ""


def _rule(model: Mapping[str, Any]) -> Any:
    try:
        algorithm = algorithm_of(model["algorithm"])
    except KeyError:
        raise UserError(f"There is no algorithm “{model['algorithm']}” in this version.") from None
    rule = algorithm().rule(model_from(model))
    if rule is None:
        raise UserError(
            f"The rule of {algorithm.label} for new rows cannot be written as SQL; score with it "
            "in the flow, or use the model's JSON."
        )
    return rule


def _steps(
    model: Mapping[str, Any], fitted: "Fitted", prefix: str
) -> "tuple[list[dict[str, Expr]], Expr]":
    """Return what is computed one after the other, and the label of a row at the end."""
    rule = _rule(model)
    prepared = Prepared(fitted.inputs, prefix)
    steps, space = list(prepared.steps), prepared.scaled
    apart = None
    if fitted.forest:
        more, apart = forest_steps(fitted.forest, space, prefix)
        steps += more
    if fitted.pca:
        found = components(fitted.pca, space, prefix)
        steps, space = [*steps, found], list(found)
    more, label = rule_steps(rule, space, prefix)
    if apart is not None:
        label = when([(apart, whole(NOISE))], label)
    return [*steps, *more], _guarded(label, prepared.scaled)


def _guarded(label: "Expr", scaled: Sequence[str]) -> "Expr":
    """Give a label only where every prepared value is there and finite."""
    from sqlglot import exp

    whole_row = exp.and_(*(is_finite(column(name)) for name in scaled), copy=False)
    return when([(whole_row, label)])


def _prefix(fitted: "Fitted") -> str:
    """Return what the names of our own columns begin with: no column of the model does."""
    taken = [feature.column.casefold() for feature in fitted.features]
    prefix = "seg_"
    while any(name.startswith(prefix) for name in taken):
        prefix += "_"
    return prefix


def _chained(
    steps: "Sequence[Mapping[str, Expr]]", table: str, prefix: str
) -> "list[tuple[str, exp.Select]]":
    """Make a SELECT of each step, over the one before."""
    from sqlglot import exp

    source, found = table, []
    for place, step in enumerate(step for step in steps if step):
        made = [exp.alias_(value, name, quoted=True) for name, value in step.items()]
        select = exp.select(exp.Star(), *made, copy=False)
        found.append((f"{prefix}{place + 1}", select.from_(_named(source))))
        source = f"{prefix}{place + 1}"
    return found


def _selected(
    ctes: "list[tuple[str, exp.Select]]",
    fitted: "Fitted",
    names: Mapping[str, str],
    made: list[str],
    dialect: Dialect,
) -> "exp.Select":
    """Select the table's own columns and the two of the segment, over all steps."""
    from sqlglot import exp

    label = column(made[-1])
    pairs = [(whole(int(key)), exp.Literal.string(name)) for key, name in sorted(names.items())]
    own: list[Any] = [column(feature.column) for feature in fitted.features]
    if dialect == "duckdb":
        own = [exp.Star(except_=[exp.to_identifier(name, quoted=True) for name in made])]
    segment, name = _free(fitted)
    found = exp.select(
        *own,
        exp.alias_(label, segment, quoted=True),
        exp.alias_(match(label.copy(), pairs), name, quoted=True),
        copy=False,
    )
    found = found.from_(_named(ctes[-1][0]))
    for alias, select in ctes:
        found = found.with_(exp.to_identifier(alias, quoted=True), as_=select, copy=False)
    return found


def _named(table: str) -> "exp.Table":
    from sqlglot import exp

    return exp.Table(this=exp.to_identifier(table, quoted=True))


def _written(found: "exp.Select", dialect: Dialect) -> str:
    """Write a statement with a line for each column: sqlglot's own layout has one for each word."""
    # PostgreSQL would put each step's text into the next one, which doubles it every time.
    kept = "MATERIALIZED " if dialect == "postgres" else ""
    ctes = [
        f"{each.args['alias'].sql(dialect)} AS {kept}(\n{_lines(each.this, dialect)}\n)"
        for each in found.args["with_"].expressions
    ]
    return f"WITH {', '.join(ctes)}\n{_lines(found, dialect)}\n"


def _lines(select: "exp.Select", dialect: Dialect) -> str:
    columns = ",\n    ".join(each.sql(dialect) for each in select.expressions)
    return f"  SELECT\n    {columns}\n  {select.args['from_'].sql(dialect)}"


def _free(fitted: "Fitted") -> tuple[str, str]:
    """Return names of our two columns that no column of the model has."""
    taken = {feature.column.casefold() for feature in fitted.features}
    segment, number = SEGMENT, 2
    while {segment, f"{segment}_name"} & taken:
        segment, number = f"{SEGMENT}_{number}", number + 1
    return segment, f"{segment}_name"
