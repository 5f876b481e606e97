"""Reading whole tables of text: types that hold for every row, Parquet, and the report of it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from datasets.engine.convert import Converter, Misfit, Target
from datasets.engine.duck import OnDemand
from datasets.engine.rejects import Rejects
from datasets.engine.results import ReadResult, unread_words
from datasets.engine.source import Irregular, Tally
from datasets.engine.store import PART_NAME, TableWriter, file_info
from datasets.engine.totals import Totals, totals_in, totals_said
from datasets.engine.typing_plan import TypePlan
from segplatform.kernel.progress import Progress


class TypedRead(ABC):
    """One reading of one source, which a subclass gives as groups of text columns.

    A type that the sample suggested is dropped as soon as one value refutes it, and the whole
    source decides anew.
    """

    def __init__(self, out_dir: Path, scratch: Path, progress: Progress, memory_bytes: int) -> None:
        self.out_dir, self.scratch = out_dir, scratch
        self.progress, self.memory_bytes = progress, memory_bytes
        self.warnings: list[str] = []
        self.tally = Tally()
        self.totals: list[Totals] = []

    @abstractmethod
    def groups(
        self, rejects: Rejects | None, start: float, stop: float, message: str
    ) -> Iterator[pa.Table]:
        """Yield all rows from the first on as columns "0", "1", … and ``__row``; count in
        ``self.tally``; report progress from ``start`` to ``stop``. May raise ``Irregular``."""

    @abstractmethod
    def said(self, kept: list[Target]) -> Iterator[str]:
        """Yield a sentence for everything that is not as the source has it."""

    def exact(self) -> None:
        """Read exactly from now on: the fast way has met something ``Irregular``."""
        raise AssertionError("this source has one way of reading")

    def run(self, plan: TypePlan, null_words: tuple[str, ...]) -> ReadResult:
        """Read all rows into ``part-0.parquet``; raises ``UserError`` and ``Cancelled``."""
        rejects = Rejects(self.out_dir)
        # One thread: it converts a row group at a time, and more only hold more memory.
        with OnDemand(self.memory_bytes // 4, self.scratch / "spill", 1) as database:
            if plan.unsettled():
                self._survey(database, plan, null_words)
            while True:
                converter = Converter(database, plan.targets(), null_words)
                try:
                    self._write(converter, rejects)
                    break
                except (Irregular, Misfit) as error:
                    rejects.discard()
                    if isinstance(error, Irregular):
                        self.exact()
                    else:
                        self._survey(database, plan, null_words)
                rejects = Rejects(self.out_dir)
        rejects.close()
        self.progress.step(0.97, "Checking what was written")
        return self._result(plan, list(converter.targets), rejects)

    def _survey(self, database: OnDemand, plan: TypePlan, null_words: tuple[str, ...]) -> None:
        """Count over the whole source what each possible type of each open column misses."""
        converter = Converter(database, [], null_words)
        self.progress.log("The first rows do not settle every type: checking all of them.")
        while True:
            found = plan.reopen()
            try:
                for group in self.groups(None, 0.1, 0.5, "Checking types"):
                    converter.survey(group, found)
                return
            except Irregular:
                self.exact()

    def _write(self, converter: Converter, rejects: Rejects) -> None:
        last = None
        with TableWriter(self.out_dir / PART_NAME, converter.schema) as writer:
            for group in self.groups(rejects, 0.5, 0.95, "Reading rows"):
                writer.write(converter.convert(group, rejects))
                last = group if group.num_rows else last
        self.totals = self.find_totals(last)

    def find_totals(self, last: pa.Table | None) -> list[Totals]:
        """Return the rows that look like totals; ``last`` are the last rows."""
        found = totals_in(last) if last is not None else None
        return [found] if found else []

    def _result(self, plan: TypePlan, targets: list[Target], rejects: Rejects) -> ReadResult:
        kept = [target for target in targets if not target.dropped]
        tally, part = self.tally, file_info(self.out_dir / PART_NAME)
        # Of what a person left out there is nothing to say: it is there, as the rest is.
        said = [*self.warnings, *self.said([t for t in targets if t.left_out or not t.dropped])]
        for target in kept:
            said.extend(_said_of(target))
        said += [totals_said(self.totals)] if self.totals else []
        report = {
            "rows_in_file": tally.rows,
            "rows_read": part["rows"],
            "rows_rejected": tally.rejected + tally.repeated,
            "rows_empty": tally.empty,
            "columns": {
                t.name: {"unreadable": t.unreadable, "wanted": t.type} for t in kept if t.unreadable
            },
            "left_out": plan.left_out,
            "rejected": rejects.first,
            "rejected_total": rejects.count,
            "warnings": [*said, *plan.warnings()],
        }
        columns = [{"name": t.name, "type": t.type, "missing": t.missing} for t in kept]
        return ReadResult(columns, part["rows"], [dict(part)], part["bytes"], report)


def _said_of(target: Target) -> Iterator[str]:
    """Yield what happened to the values of a column whose type was chosen."""
    if target.unreadable:
        yield unread_words(target.name, target.unreadable)
    if target.rounded:
        yield f"{target.name}: {target.rounded:,} values were rounded to four decimals."
