"""Reading several files of one shape as one table: types that hold for every row of all of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.bounds import ROW_GROUP_ROWS
from datasets.engine.convert import Target
from datasets.engine.rejects import Rejects
from datasets.engine.results import ReadResult
from datasets.engine.several_shape import Fit
from datasets.engine.several_table import FileTable
from datasets.engine.source import GROUP_BYTES, Irregular, Tally
from datasets.engine.totals import Totals, totals_in
from datasets.engine.typed_read import TypedRead
from datasets.engine.types import ROW_COLUMN
from datasets.engine.typing_plan import TypePlan
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress, SubProgress

SHOWN_NAMES = 5
SHOWN_SENTENCES = 20


@dataclass
class OneFile:
    """One of the files: ``table`` is None where it cannot be opened; ``fit`` says why."""

    name: str
    table: FileTable | None
    fit: Fit
    tally: Tally = field(default_factory=Tally)
    totals: Totals | None = None

    @property
    def is_read(self) -> bool:
        """Whether its rows are part of the whole."""
        return self.table is not None and not self.fit.refused

    def counted(self) -> dict[str, Any]:
        """Give the file's line of the report."""
        tally = self.tally
        read = tally.rows - tally.rejected - tally.empty
        return {
            "name": self.name,
            "rows": tally.rows,
            "read": read if self.is_read else 0,
            "rejected": tally.rejected + (0 if self.is_read else read),
            "empty": tally.empty,
            "lacks": list(self.fit.lacks[:SHOWN_NAMES]),
            "lacks_count": len(self.fit.lacks),
            "left_out": self.fit.refused,
        }


class _Renumbered:
    """Passes on what one file refuses, with the number that its rows have among all."""

    def __init__(self, rejects: Rejects, before: int, names: Mapping[str, str]) -> None:
        self.rejects, self.before, self.names = rejects, before, names

    def add(self, row: int, column: str | None, text: str, reason: str) -> None:
        """Keep one refused row or cell."""
        known = None if column is None else self.names.get(column, column)
        self.rejects.add(self.before + row, known, text, reason)


class SeveralRead(TypedRead):
    """One reading of several files, one after the other; ``__row`` counts through all of them.

    ``source`` adds a last column with the file's name.
    """

    def __init__(
        self,
        files: Sequence[OneFile],
        out_dir: Path,
        scratch: Path,
        progress: Progress,
        memory_bytes: int,
        *,
        source: bool,
    ) -> None:
        super().__init__(out_dir, scratch, progress, memory_bytes)
        self.files, self.source = files, source
        self._names: list[str] = []
        self._kinds: list[pa.DataType] = []

    def read(self, plan: TypePlan, null_words: tuple[str, ...]) -> ReadResult:
        """Read all rows; the report has a line for every file. Raises as ``run`` does."""
        self._names = [target.name for target in plan.targets()]
        self._kinds = self.kinds(plan)
        result = self.run(plan, null_words)
        result.report["files"] = [file.counted() for file in self.files]
        return result

    def kinds(self, plan: TypePlan) -> list[pa.DataType]:
        """Return the types that the groups' columns have: text, which is typed later."""
        return [pa.string() for _ in plan.names]

    def exact(self) -> None:
        """Do nothing: the file that was ``Irregular`` is read otherwise by now."""

    def groups(
        self, rejects: Rejects | None, start: float, stop: float, message: str
    ) -> Iterator[pa.Table]:
        """Yield the rows of all files, small files together; see ``TypedRead``."""
        part = SubProgress(self.progress, start, stop)
        self.tally = Tally()
        held: list[pa.Table] = []
        rows = size = 0
        for number, file in enumerate(self.files):
            part.step(number / len(self.files), f"{message}: {self._place(number)}")
            for group in self._of_file(file, rejects):
                held.append(group)
                rows, size = rows + group.num_rows, size + group.nbytes
                if rows >= ROW_GROUP_ROWS or size >= GROUP_BYTES:
                    whole, held, rows, size = pa.concat_tables(held), [], 0, 0
                    yield whole
            self._add(file)
        if held:
            yield pa.concat_tables(held)

    def _place(self, number: int) -> str:
        return f"file {number + 1:,} of {len(self.files):,}"

    def _add(self, file: OneFile) -> None:
        """Count the rows of a file that has been read, or left out."""
        counted, tally = file.counted(), self.tally
        tally.rows += counted["rows"]
        tally.empty += counted["empty"]
        tally.rejected += counted["rejected"]
        if file.is_read:
            tally.padded += file.tally.padded
            tally.mended += file.tally.mended

    def _of_file(self, file: OneFile, rejects: Rejects | None) -> Iterator[pa.Table]:
        """Yield the rows of one file in the columns of all; a broken one is left out from now on.

        Where that shows only after some of its rows were given, everything starts anew.
        """
        if file.table is None or file.fit.refused:
            return
        before, last = self.tally.rows, None
        try:
            for group in self._steady(file.table, self._renumbered(file, rejects, before)):
                last = self._placed(group, file, before)
                yield last
        except UserError as error:
            file.fit = Fit(refused=str(error))
            file.tally = Tally()
            raise Irregular from error
        file.tally = file.table.tally
        file.totals = totals_in(last) if last is not None else None

    def find_totals(self, last: pa.Table | None) -> list[Totals]:
        """Return the last row of each file that looks like totals."""
        return [file.totals for file in self.files if file.is_read and file.totals]

    def _steady(self, table: FileTable, rejects: Any) -> Iterator[pa.Table]:
        """Yield a file's groups; an irregular one is read exactly, anew where it is short."""
        held: list[pa.Table] | None = []
        try:
            for group in table.groups(rejects):
                if held is None:
                    yield group
                    continue
                held.append(group)
                if sum(each.num_rows for each in held) >= ROW_GROUP_ROWS:
                    yield from held
                    held = None
        except Irregular:
            table.exact()
            if held is None:
                raise
            yield from table.groups(rejects)
            return
        yield from held or ()

    def _renumbered(
        self, file: OneFile, rejects: Rejects | None, before: int
    ) -> _Renumbered | None:
        if rejects is None or file.table is None:
            return None
        own = file.table.names
        names = {
            own[place]: name
            for place, name in zip(file.fit.places, self._names, strict=False)
            if place is not None
        }
        return _Renumbered(rejects, before, names)

    def _placed(self, group: pa.Table, file: OneFile, before: int) -> pa.Table:
        """Put a file's columns where those of all files are, and its name beside them."""
        rows = group.num_rows
        cells: list[Any] = [
            pa.nulls(rows, kind) if place is None else group.column(str(place)).cast(kind)
            for place, kind in zip(file.fit.places, self._kinds, strict=False)
        ]
        if self.source:
            cells.append(pa.repeat(pa.scalar(file.name, pa.string()), rows))
        numbers = pc.add(group.column(ROW_COLUMN), before)
        names = [*map(str, range(len(cells))), ROW_COLUMN]
        return pa.table([*cells, numbers], names=names)

    def said(self, kept: list[Target]) -> Iterator[str]:
        """Yield a sentence for everything that is not as the files have it."""
        tally = self.tally
        long = sum(file.tally.rejected for file in self.files if file.is_read)
        counted = (
            (long, "row has", "rows have", "more cells than their file has columns: rejected."),
            (tally.padded, "short row was", "short rows were", "filled up with empty cells."),
            (tally.empty, "empty row was", "empty rows were", "left out."),
            (len(tally.mended), "line has", "lines have",
             "quotes that do not close properly, which were kept as text."),
            (len(self._names) - len(kept), "empty column", "empty columns",
             "without a name at the edge left out."),
        )  # fmt: skip
        for count, one, many, words in counted:
            if count:
                yield f"{count:,} {one if count == 1 else many} {words}"
        files = [file for file in self.files if file.is_read and file.table]
        found = Counter(said for f in files if f.table for said in f.table.warnings)
        for sentence, count in found.most_common(SHOWN_SENTENCES):
            yield sentence if count == len(files) else f"In {_files(count)}: {sentence}"
        if not self.tally.rows - self.tally.rejected - self.tally.empty:
            yield "There are no rows to read below the column names."


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"
