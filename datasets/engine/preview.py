"""What a connector shows of the start of a table: types with reasons, rows, warnings."""

from collections.abc import Mapping
from typing import Any

from datasets.engine.convert import Target
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
        notes=plan.notes(),
        lost={plan.names[t.index]: _lost(plan, t, len(rows)) for t in targets if t.chosen},
    )


def _lost(plan: TypePlan, target: Target, shown: int) -> dict[str, Any]:
    """Say what a chosen type misses among the first rows; blank cells are just missing."""
    cells = plan.samples[target.index]
    missed = [row for row, cell in enumerate(cells) if not _fits(target, cell)]
    return {
        "values": sum(bool(cell and cell.strip(" \t")) for cell in cells),
        "misses": len(missed),
        "rows": [row for row in missed if row < shown],
    }


def _fits(target: Target, cell: str | None) -> bool:
    text = (cell or "").strip(" \t")
    return not text or target.kind is None or target.kind.fits(text)
