"""Dates long before any shop kept such records."""

from typing import Any

from datasets.engine.checks.base import Check, Sales, checks, keep

FIRST = "1990-01-01"
"""Placeholders lie before it: 1899-12-30 and 1900-01-01 of spreadsheets, 1970-01-01 of Unix."""


@checks.register
class AbsurdDates(Check):
    """Dates before 1990."""

    key = "absurd_dates"
    title = "Dates before 1990"
    why = (
        "Placeholders of programs, such as 1900-01-01 or 1970-01-01. They make a customer look as "
        "if they had been away for decades."
    )
    icon = "calendar-x"
    order = 90
    needs = ("date",)

    def step(self, sales: Sales) -> dict[str, Any]:
        """Keep later dates, or missing ones."""
        name = sales.name("date")
        return keep(f"{name} is null or {name} >= date('{FIRST}')")
