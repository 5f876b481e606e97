"""Rows that are in the file twice."""

from typing import Any

from datasets.engine.checks.base import Check, Sales, checks


@checks.register
class Duplicates(Check):
    """Rows that equal an earlier one in every column."""

    key = "duplicates"
    title = "Exact repeats of a row"
    why = (
        "Equal to an earlier row in every column. Often an export that was joined twice; but a "
        "till may also write one line for each piece. Look at the examples first."
    )
    icon = "copy-minus"
    order = 70
    needs = ()
    advised = False

    def step(self, sales: Sales) -> dict[str, Any]:
        """Keep the first of each."""
        return {"kind": "drop_duplicates", "columns": []}
