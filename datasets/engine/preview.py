"""What a connector shows of the start of a table: types with reasons, rows, warnings."""

from collections.abc import Mapping
from typing import Any

from datasets.engine.results import Preview
from datasets.engine.typing_plan import Rows, TypePlan


def preview_of(
    plan: TypePlan,
    rows: Rows,
    options: dict[str, Any],
    guesses: Mapping[str, str],
    warnings: list[str],
) -> Preview:
    """Put a preview together from a plan of types and the first rows, in the table's width."""
    targets = [t for t in plan.targets() if not t.dropped]
    verdicts = zip(plan.names, plan.verdicts(), strict=True)
    why = {f"types.{name}": verdict.why for name, verdict in verdicts if verdict.why}
    return Preview(
        options=options,
        guesses={**guesses, **why},
        columns=[{"name": t.name, "type": t.type} for t in targets],
        rows=[[row[t.index] for t in targets] for row in rows],
        warnings=warnings,
    )
