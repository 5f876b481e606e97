"""Rows with a missing value go."""

from pydantic import Field

from datasets.engine.steps.base import Step, Table, steps
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Columns
from segplatform.kernel.params import Params as BaseParams


@steps.register
class DropMissing(Step):
    """Drops the rows where one of the columns is null; an empty text is a value, not null."""

    key = "drop_missing"
    title = "Drop rows with missing values"
    help = "Drops the rows where one of the columns is missing (null); an empty text stays."
    icon = "eraser"
    order = 30

    class Params(BaseParams):
        columns: Columns = Field(
            title="Columns", description="A row goes when one of these is missing.", min_length=1
        )

    def apply(self, table: Table, params: Params) -> Table:
        """Return the table without the rows."""
        from sqlglot import exp

        from datasets.engine.formula_words import column_find

        try:
            found = [column_find(name, table.columns) for name in params.columns]
        except UserError as error:
            raise UserError(str(error), {"columns": str(error)}) from error
        present = [exp.column(column.name, quoted=True).is_(exp.null()).not_() for column in found]
        return Table(table.query.where(*present), table.columns)

    def words(self, params: Params) -> str:
        """Say what the step does."""
        return f"Drop rows where {' or '.join(params.columns)} is missing"
