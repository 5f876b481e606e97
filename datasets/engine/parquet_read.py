"""Reading Parquet: columns keep what they mean; a type that a person chose is read from text."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.bounds import MAX_CELL_BYTES, ROW_GROUP_ROWS, SAMPLE_LINES
from datasets.engine.convert import Target
from datasets.engine.infer import Candidates, Verdict
from datasets.engine.kinds import TEXT, Number
from datasets.engine.names import clean_names
from datasets.engine.numbers import Numbers
from datasets.engine.parquet_kinds import (
    Native,
    Open,
    as_texts,
    is_text,
    nanoseconds,
    plain,
    settled,
)
from datasets.engine.parquet_open import PIECE_BYTES, ParquetOpened
from datasets.engine.rejects import Rejects
from datasets.engine.results import ReadResult
from datasets.engine.source import GROUP_BYTES, Tally, without_empty
from datasets.engine.text_cells import NUL, require_cells, without_nul
from datasets.engine.typed_read import TypedRead
from datasets.engine.types import ROW_COLUMN
from datasets.engine.typing_plan import TypeOptions, TypePlan, plan_types
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress, SubProgress


@dataclass
class NativePlan(TypePlan):
    """A plan in which ``natives`` are already what they are to be, by the place of the column."""

    natives: Mapping[int, Native] = field(default_factory=dict)
    words: Mapping[int, str] = field(default_factory=dict)

    def spare(self) -> set[int]:
        """Return nothing: a column of a typed file is meant."""
        return set()

    def verdicts(self) -> list[Verdict]:
        """Say of the natives what they are in the file."""
        return [
            Verdict(TEXT, self.words[place]) if place in self.natives else found
            for place, found in enumerate(super().verdicts())
        ]

    def targets(self) -> list[Target]:
        """Return what to write."""
        found = super().targets()
        for place, native in self.natives.items():
            text = native.type == "text"
            kind = TEXT if text else Number(native.type, Numbers())
            if not found[place].left_out:
                name = found[place].name
                found[place] = Target(place, name, kind, chosen=False, ready=not text)
        return found


class ParquetTable:
    """The columns of a file that are read, in order: what each becomes, and its values.

    Without ``progress`` only the first rows decide where the type in the file does not.
    """

    def __init__(self, opened: ParquetOpened, progress: Progress | None = None) -> None:
        self.opened = opened
        self.said = list(opened.said)
        found = {place: settled(opened.types[place]) for place in opened.columns}
        unknown = [place for place, native in found.items() if native is None]
        found |= self._decided(unknown, progress)
        self.places = [place for place, native in found.items() if native is not None]
        self.natives = [native for native in found.values() if native is not None]
        self.raw_names = [opened.columns[place] for place in self.places]
        self.names = clean_names(self.raw_names)
        left_out = [opened.columns[place] for place, native in found.items() if native is None]
        self.said += [f"{name[:100]}: it holds binary data and is left out." for name in left_out]
        if not self.places:
            raise UserError("The Parquet file has no column that can be read as a table.")

    def _decided(self, places: list[int], progress: Progress | None) -> dict[int, Native | None]:
        """Let the values of the columns decide where their type does not."""
        open_ones = {place: Open(self.opened.types[place]) for place in places}
        done = 0
        for batch in self.opened.batches() if places else ():
            for place, each in open_ones.items():
                each.look(plain(batch.column(place)))
            done += batch.num_rows
            if progress is None:
                break
            progress.step(min(done / max(self.opened.rows, 1), 1), "Looking at large numbers")
        return {place: each.decided() for place, each in open_ones.items()}

    def plan(self, types: TypeOptions) -> NativePlan:
        """Decide the types: the file's own, or those that a person chose."""
        wanted = dict(types.types or {})
        chosen = {i for i, name in enumerate(self.names) if name in wanted}
        plan = plan_types(self.raw_names, self.sample(SAMPLE_LINES, chosen), types)
        natives = {i: n for i, n in enumerate(self.natives) if i not in chosen}
        for place in natives:
            plan.candidates[place], plan.samples[place] = Candidates([]), []
        words = {i: f"Its type in the file is {self._kind(i)}." for i in natives}
        said = {each.name: getattr(plan, each.name) for each in fields(plan)}
        return NativePlan(**said, natives=natives, words=words)

    def _kind(self, index: int) -> str:
        kind = self.opened.types[self.places[index]]
        return str(kind.value_type if pa.types.is_dictionary(kind) else kind)[:200]

    def sample(self, rows: int, columns: set[int] | None = None) -> list[list[str | None]]:
        """Return the first rows as text; of other columns than these only None."""
        made: list[list[str | None]] = []
        for batch in islice(self.opened.batches(rows), 1):
            cells = [
                self.values(batch, i).cast(pa.string()).to_pylist()
                if columns is None or i in columns
                else [None] * batch.num_rows
                for i in range(len(self.places))
            ]
            made = [
                [cell and cell.replace(NUL, "") for cell in row] for row in zip(*cells, strict=True)
            ]
        return made[:rows]

    def values(self, batch: pa.RecordBatch, index: int) -> pa.Array:
        """Return a column's values as what they become."""
        return self.natives[index].convert(plain(batch.column(self.places[index])))

    def notes(self) -> Iterator[str]:
        """Yield a sentence for each column that had to be changed, and for what is left out."""
        for name, native in zip(self.names, self.natives, strict=True):
            if native.note:
                yield f"{name}: {native.note}"
        yield from self.said


def _spelled(column: pa.Array) -> pa.Array | None:
    """Write a column of a few texts, each of them once; None where cells must be looked at."""
    if not pa.types.is_dictionary(column.type) or not is_text(column.type.value_type):
        return None
    words = column.dictionary
    if len(words) > len(column) or words.nbytes > PIECE_BYTES:
        return None  # more of them than cells: a row group may have many times as many
    texts = as_texts(words)
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    if longest > MAX_CELL_BYTES or pc.any(pc.match_substring(texts, NUL)).as_py():
        return None  # the rows with such a text must be named or counted
    return texts.take(column.indices)


def _is_broken(values: pa.Array) -> bool:
    """Say whether numbers have decimals."""
    return bool(pc.any(pc.not_equal(pc.floor(values), values)).as_py())


class ParquetRead(TypedRead):
    """One reading of one file."""

    def __init__(self, out_dir: Path, scratch: Path, progress: Progress, memory_bytes: int) -> None:
        super().__init__(out_dir, scratch, progress, memory_bytes)
        self._lost: Counter[str] = Counter()
        self._broken: set[str] = set()
        self._cut: Counter[str] = Counter()
        self._nuls = 0

    def read(self, opened: ParquetOpened, types: TypeOptions) -> ReadResult:
        """Type and write all rows; raises ``UserError`` and ``Cancelled``."""
        self.progress.step(0, "Reading the file's columns")
        self._table = ParquetTable(opened, SubProgress(self.progress, 0, 0.1))
        self._plan = self._table.plan(types)
        return self.run(self._plan, types.null_words)

    def groups(
        self, rejects: Rejects | None, start: float, stop: float, message: str
    ) -> Iterator[pa.Table]:
        """Yield the rows in groups: natives as they are, other columns as text."""
        self.tally, self._nuls = Tally(), 0
        self._lost.clear()
        self._broken.clear()
        self._cut.clear()
        part = SubProgress(self.progress, start, stop)
        part.step(0, message)
        held: list[pa.Table] = []
        rows = size = 0
        for batch in self._table.opened.batches():
            held.append(without_empty(self._piece(batch), self.tally))
            rows, size = rows + held[-1].num_rows, size + held[-1].nbytes
            if rows >= ROW_GROUP_ROWS or size >= GROUP_BYTES:
                yield pa.concat_tables(held)
                held, rows, size = [], 0, 0
            part.step(min(self.tally.rows / max(self._table.opened.rows, 1), 1), message)
        if held:
            yield pa.concat_tables(held)

    def _piece(self, batch: pa.RecordBatch) -> pa.Table:
        table, first = self._table, self.tally.rows + 1
        numbers = pa.array(np.arange(first, first + batch.num_rows, dtype=np.int64))
        self.tally.rows += batch.num_rows
        columns = []
        for index, name in enumerate(table.names):
            before = batch.column(table.places[index])
            if (texts := _spelled(before)) is not None:
                columns.append(texts)
                continue
            values = table.values(batch, index)
            if pa.types.is_floating(values.type):
                self._lost[name] += values.null_count - before.null_count
                if name not in self._broken and _is_broken(values):
                    self._broken.add(name)
            self._cut[name] += nanoseconds(before)
            if index not in self._plan.natives:
                values = values.cast(pa.string())
            if pa.types.is_string(values.type):
                require_cells(values, name, numbers)
                values, nuls = without_nul(values)
                self._nuls += nuls
            columns.append(values)
        names = [*map(str, range(len(columns))), ROW_COLUMN]
        return pa.table([*columns, numbers], names=names)

    def said(self, kept: list[Target]) -> Iterator[str]:
        """Yield a sentence for everything that is not as the file has it."""
        yield from self._table.notes()
        for name, count in self._lost.items():
            if count:
                yield f"{name}: {count:,} values are NaN or infinite, which are left empty."
        for name, count in self._cut.items():
            if count:
                yield f"{name}: {count:,} times have nanoseconds, which were left out."
        for target in kept:
            filled = target.missing < self.tally.rows - self.tally.empty
            if target.type == "float" and target.name not in self._broken and filled:
                yield (
                    f"{target.name}: every value is a whole number. Choose the type integer if "
                    "it names or counts something."
                )
        if self._nuls:
            yield f"{self._nuls:,} cells held NUL characters, which were dropped."
        if self.tally.empty:
            yield f"{self.tally.empty:,} empty rows were left out."
        if self.tally.rows == self.tally.empty:
            yield "The file has no rows to read."
