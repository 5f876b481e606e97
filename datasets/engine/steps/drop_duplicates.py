"""Rows that repeat an earlier one go."""

from pydantic import Field

from datasets.engine.steps.base import Step, Table, steps
from datasets.engine.types import ROW_COLUMN
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Columns
from segplatform.kernel.params import Params as BaseParams


@steps.register
class DropDuplicates(Step):
    """Keeps the first of the rows that are equal, as the file has them; missing equals missing."""

    key = "drop_duplicates"
    title = "Drop repeated rows"
    help = "Keeps the first of the rows that are equal in all columns, or in those that you name."
    icon = "copy-minus"
    order = 40

    class Params(BaseParams):
        columns: Columns = Field(
            default_factory=list,
            title="Columns",
            description="Rows are the same when these are equal; none named: all columns.",
        )

    def apply(self, table: Table, params: Params) -> Table:
        """Return the table with the first of each."""
        from sqlglot import exp

        from datasets.engine.formula_words import column_find

        try:
            found = [column_find(name, table.columns) for name in params.columns]
        except UserError as error:
            raise UserError(str(error), {"columns": str(error)}) from error
        names = [column.name for column in found or table.columns]
        place = exp.Window(
            this=exp.RowNumber(),
            partition_by=[exp.column(name, quoted=True) for name in names],
            order=exp.Order(expressions=[exp.column(ROW_COLUMN, quoted=True)]),
        )
        first = exp.EQ(this=place, expression=exp.Literal.number(1))
        query = table.query.copy()
        query.set("qualify", exp.Qualify(this=first))
        return Table(query, table.columns)

    def words(self, params: Params) -> str:
        """Say what the step does."""
        same = f"equal {', '.join(params.columns)}" if params.columns else "all columns equal"
        return f"Keep the first of the rows with {same}"
