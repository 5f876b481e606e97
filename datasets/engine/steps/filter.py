"""Only the rows that fulfil a condition."""

from pydantic import Field

from datasets.engine.steps.base import Step, Table, steps
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Expression
from segplatform.kernel.params import Params as BaseParams


@steps.register
class Filter(Step):
    """Keeps the rows where the formula is true; a missing answer is not true."""

    key = "filter"
    title = "Filter"
    help = "Keeps the rows for which a formula is true; where its answer is missing, they go."
    icon = "funnel"
    order = 20

    class Params(BaseParams):
        expression: Expression = Field(
            title="Condition", description="For example Quantity > 0 and CustomerID is not null."
        )

    def apply(self, table: Table, params: Params) -> Table:
        """Return the table with fewer rows."""
        from datasets.engine.formula import condition

        try:
            kept = condition(params.expression, table.columns)
        except UserError as error:
            raise UserError(str(error), {"expression": str(error)}) from error
        return Table(table.query.where(kept), table.columns)

    def words(self, params: Params) -> str:
        """Say what the step does."""
        return f"Keep rows where {params.expression}"
