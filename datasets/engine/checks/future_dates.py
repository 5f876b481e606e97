"""Dates that are still to come."""

import datetime
from typing import Any

from datasets.engine.checks.base import Check, Sales, checks, keep


@checks.register
class FutureDates(Check):
    """Dates after the day on which the data came here; a day more, as clocks differ."""

    key = "future_dates"
    title = "Dates in the future"
    why = (
        "After the day on which this data came here. One of them moves the reference date, and "
        "with it the recency of every customer."
    )
    icon = "calendar-clock"
    order = 80
    needs = ("date",)

    def step(self, sales: Sales) -> dict[str, Any]:
        """Keep earlier dates, or missing ones."""
        name, last = sales.name("date"), sales.made + datetime.timedelta(days=2)
        return keep(f"{name} is null or {name} < date('{last.isoformat()}')")
