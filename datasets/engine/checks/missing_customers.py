"""Sales of nobody known."""

from typing import Any

from datasets.engine.checks.base import Check, Sales, checks


@checks.register
class MissingCustomers(Check):
    """Rows without a customer."""

    key = "missing_customers"
    title = "Rows without a customer"
    why = "They belong to nobody, so that they cannot be in a segment. Totals still count them."
    icon = "user-x"
    order = 30
    needs = ("customer",)

    def step(self, sales: Sales) -> dict[str, Any]:
        """Leave them out."""
        return {"kind": "drop_missing", "columns": [sales.roles["customer"]]}
