"""Invoices that take another one back."""

from typing import Any

from datasets.engine.checks.base import Check, Sales, checks, keep


@checks.register
class Cancellations(Check):
    """Invoices with a C before the number, as many shop systems write them."""

    key = "cancellations"
    title = "Cancelled invoices"
    why = (
        "Their number begins with C and their quantity is negative. Left in, each counts as one "
        "more order of the customer, though it lowers what they spent."
    )
    icon = "undo-2"
    order = 10
    needs = ("invoice",)

    def fits(self, sales: Sales) -> bool:
        """Only texts can begin with a letter."""
        return super().fits(sales) and sales.is_text("invoice")

    def step(self, sales: Sales) -> dict[str, Any]:
        """Keep the other invoices, and rows without one."""
        name = sales.name("invoice")
        return keep(f"{name} is null or not starts_with({sales.text('invoice')}, 'C')")
