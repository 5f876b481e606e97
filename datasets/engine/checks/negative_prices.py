"""Prices below zero."""

from typing import Any

from datasets.engine.checks.base import Check, Sales, checks, keep


@checks.register
class NegativePrices(Check):
    """A price below 0: no sale, but a booking of the accounts."""

    key = "negative_prices"
    title = "Negative prices"
    why = (
        "No sale has one: they are bookings such as “adjust bad debt”, few and often very large, "
        "so that a single one can change an average."
    )
    icon = "circle-minus"
    order = 50
    needs = ("price",)

    def step(self, sales: Sales) -> dict[str, Any]:
        """Keep other prices, or missing ones."""
        name = sales.name("price")
        return keep(f"{name} is null or {name} >= 0")
