"""Several files whose columns bring types of their own: the widest that holds for all is kept."""

from collections.abc import Sequence

import pyarrow as pa

from datasets.engine.convert import Target, arrow_type
from datasets.engine.rejects import Rejects
from datasets.engine.results import ReadResult
from datasets.engine.several_read import OneFile, SeveralRead
from datasets.engine.source import Irregular
from datasets.engine.store import PART_NAME, TableWriter
from datasets.engine.types import ROW_COLUMN, ColumnType
from datasets.engine.typing_plan import TypePlan

NUMBERS: tuple[ColumnType, ...] = ("integer", "decimal", "float")
MOMENTS: tuple[ColumnType, ...] = ("date", "datetime")


def types_common(names: Sequence[str], files: Sequence[OneFile]) -> dict[str, ColumnType]:
    """Return for each column the type that holds the values of all files."""
    found: dict[str, set[ColumnType]] = {name: set() for name in names}
    for file in files:
        if file.table is None or file.fit.refused:
            continue
        for name, place in zip(names, file.fit.places, strict=True):
            if place is not None:
                found[name].add(file.table.types[place])
    return {name: _widest(types) for name, types in found.items()}


def _widest(types: set[ColumnType]) -> ColumnType:
    """Return the one type, or what numbers or times of several kinds have in common, or text."""
    if len(types) == 1:
        return next(iter(types))
    if types and types <= set(NUMBERS):
        return "float"
    if types and types <= set(MOMENTS):
        return "datetime"
    return "text"


class SeveralTyped(SeveralRead):
    """Writes the columns as they are, or cast to the type that all files share."""

    def kinds(self, plan: TypePlan) -> list[pa.DataType]:
        """Return the common types."""
        return [arrow_type(target.type) for target in plan.targets()]

    def run(self, plan: TypePlan, null_words: tuple[str, ...]) -> ReadResult:
        """Write all rows; nothing is guessed."""
        targets = plan.targets()
        while True:
            rejects = Rejects(self.out_dir)
            for target in targets:
                target.missing = 0
            try:
                self._copy(targets, rejects)
                break
            except Irregular:
                rejects.discard()
        rejects.close()
        self.progress.step(0.97, "Checking what was written")
        return self._result(plan, targets, rejects)

    def _copy(self, targets: list[Target], rejects: Rejects) -> None:
        kept = [target for target in targets if not target.dropped]
        fields = [(t.name, arrow_type(t.type)) for t in kept]
        schema = pa.schema([(ROW_COLUMN, pa.int64()), *fields])
        with TableWriter(self.out_dir / PART_NAME, schema) as writer:
            for group in self.groups(rejects, 0.5, 0.95, "Reading rows"):
                columns = [group.column(str(target.index)) for target in kept]
                for target, column in zip(kept, columns, strict=True):
                    target.missing += column.null_count
                writer.write(
                    pa.Table.from_arrays([group.column(ROW_COLUMN), *columns], schema=schema)
                )
