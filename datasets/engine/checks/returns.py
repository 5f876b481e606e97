"""Rows that bring something back, or write it off."""

from typing import Any

from datasets.engine.checks.base import Check, Sales, checks, keep


@checks.register
class Returns(Check):
    """Negative quantities, but for those of cancelled invoices, which have a check of their own."""

    key = "returns"
    title = "Returns and write-offs"
    why = (
        "Their quantity is negative though the invoice is not cancelled: goods that came back, "
        "were damaged or lost. They lower a total without being a purchase."
    )
    icon = "package-x"
    order = 20
    needs = ("quantity",)

    def step(self, sales: Sales) -> dict[str, Any]:
        """Keep quantities that are not negative, or missing."""
        name = sales.name("quantity")
        kept = f"{name} is null or {name} >= 0"
        if "invoice" in sales.roles and sales.is_text("invoice"):
            kept += f" or coalesce(starts_with({sales.text('invoice')}, 'C'), false)"
        return keep(kept)
