"""A new column from the others of its row."""

from typing import TYPE_CHECKING

from pydantic import Field

from datasets.engine.names import clean_name
from datasets.engine.steps.base import Step, Table, steps
from datasets.engine.types import ROW_COLUMN, Column, ColumnType, duckdb_type
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Expression, NewColumn
from segplatform.kernel.params import Params as BaseParams

if TYPE_CHECKING:
    from sqlglot import exp


@steps.register
class Formula(Step):
    """Computes a column; onto the name of one that exists it takes that one's place."""

    key = "formula"
    title = "Formula"
    help = "Adds a column computed from the others, or replaces one in its place."
    icon = "calculator"
    order = 10

    class Params(BaseParams):
        column: NewColumn = Field(
            title="Column", description="The name of the new column, or of one to replace."
        )
        expression: Expression = Field(
            title="Formula", description="For example Quantity * UnitPrice."
        )

    def apply(self, table: Table, params: Params) -> Table:
        """Return the table with the column, at its old place or at the end."""
        from datasets.engine.formula import parse
        from datasets.engine.plan_sql import expression_type

        name = _target(params.column, table.columns)
        try:
            tree = parse(params.expression, table.columns)
            kind = expression_type(tree, table.columns)
        except UserError as error:
            raise UserError(str(error), {"expression": str(error)}) from error
        made = Column(name, kind)
        selected = _typed(tree, kind).as_(name, quoted=True)
        places = [place for place, column in enumerate(table.columns) if column.name == name]
        columns, query = list(table.columns), table.query.copy()
        shown = list(query.selects)
        if places:
            columns[places[0]] = made
            shown[places[0] + 1] = selected  # the first is __row
        else:
            columns.append(made)
            shown.append(selected)
        return Table(query.select(*shown, append=False), columns)

    def words(self, params: Params) -> str:
        """Say what the step does."""
        return f"{params.column} = {params.expression}"


def _target(name: str, columns: list[Column]) -> str:
    """Return the name to write to: an existing column's own, whatever the case, or a new one."""
    for column in columns:
        if column.name.casefold() == name.casefold():
            return column.name
    if clean_name(name) != name:
        message = "A column's name has no invisible characters; write it anew."
        raise UserError(message, {"column": message})
    if name.casefold() == ROW_COLUMN:
        message = f"“{ROW_COLUMN}” is kept for the row numbers; choose another name."
        raise UserError(message, {"column": message})
    return name


def _typed(tree: "exp.Expr", kind: ColumnType) -> "exp.Expr":
    """Return the value in exactly the type that the column is declared with."""
    from sqlglot import exp

    wanted = exp.DataType.build(duckdb_type(kind), dialect="duckdb")
    already = isinstance(tree, exp.Column) or kind == "boolean"
    if already or (isinstance(tree, exp.TryCast) and tree.to == wanted):
        return tree
    return exp.cast(tree, wanted)
