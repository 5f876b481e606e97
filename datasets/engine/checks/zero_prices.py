"""Things that cost nothing."""

from typing import Any

from datasets.engine.checks.base import Check, Sales, checks, keep


@checks.register
class ZeroPrices(Check):
    """A price of exactly 0."""

    key = "zero_prices"
    title = "Prices of zero"
    why = (
        "Gifts, samples, or corrections of the stock. They count as orders and add nothing to what "
        "a customer spent."
    )
    icon = "gift"
    order = 40
    needs = ("price",)

    def step(self, sales: Sales) -> dict[str, Any]:
        """Keep other prices, or missing ones."""
        name = sales.name("price")
        return keep(f"{name} is null or {name} <> 0")
