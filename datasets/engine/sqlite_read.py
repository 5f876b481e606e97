"""Reading a table of an SQLite file: each cell as text, typed as any other table's.

SQLite stores a type with every cell, not with a column, so the values decide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.bounds import ROW_GROUP_ROWS
from datasets.engine.convert import Target
from datasets.engine.rejects import Rejects
from datasets.engine.results import ReadResult
from datasets.engine.source import GROUP_BYTES, Tally, without_empty
from datasets.engine.sqlite_open import LOGGED, SqliteOpened, SqliteTable
from datasets.engine.text_cells import NUL, require_cells, without_nul
from datasets.engine.typed_read import TypedRead
from datasets.engine.types import ROW_COLUMN
from datasets.engine.typing_plan import TypeOptions, plan_types
from datasets.engine.xlsx_cells import number_text
from segplatform.kernel.progress import SubProgress

SAMPLE_ROWS = 1_000
CHUNK = 200
"""Rows that are fetched together: a cell may hold a megabyte."""
PIECE_ROWS, PIECE_BYTES = 2**13, 2**22
"""Rows that are looked at together."""
BINARY = "binary data"
WHOLE = 1e15
"""Whole numbers below are exact as SQLite's REAL; above they are written with an exponent."""


def cell_text(value: Any) -> str | None:
    """Write a cell as text; bytes are none."""
    if value is None or value == "" or isinstance(value, bytes):
        return None
    if isinstance(value, float):
        if value.is_integer() and abs(value) < WHOLE:
            return str(int(value))
        text = repr(value)
        return text if "e" not in text or abs(value) >= WHOLE else number_text(value)
    return str(value)


@dataclass
class Held:
    """Cells of one column that are looked at together, and of which types they are."""

    name: str
    cells: list[Any] = field(default_factory=list)
    kinds: set[type] = field(default_factory=set)

    def take(self, cells: Sequence[Any], kinds: set[type]) -> int:
        """Add cells of these types; return how long they are together."""
        self.cells.extend(cells)
        self.kinds |= kinds
        if str in kinds and kinds <= {str, NoneType}:
            return len("".join(filter(None, cells)))  # faster than their lengths one by one
        if str in kinds or bytes in kinds:
            return sum(len(cell) for cell in cells if isinstance(cell, str | bytes))
        return 0


def column_text(cells: Sequence[Any], kinds: set[type]) -> pa.Array:
    """Write cells of these types as text; of fractions many occur again and again."""
    kinds = kinds - {NoneType}
    if not kinds or kinds == {str}:
        return pa.array(cells, pa.string())
    if kinds == {int}:
        return pa.array(cells, pa.int64()).cast(pa.string())
    if kinds == {float}:
        found = pa.array(cells, pa.float64()).dictionary_encode()
        texts = [cell_text(number) for number in found.dictionary.to_pylist()]
        return pa.array(texts, pa.string()).take(found.indices)
    return pa.array([cell_text(cell) for cell in cells], pa.string())


def sample_rows(opened: SqliteOpened, table: SqliteTable, most: int) -> list[list[str | None]]:
    """Return the first rows as text."""
    rows = ([cell_text(cell) for cell in row] for row in opened.rows(table, most))
    return [[cell and cell.replace(NUL, "") for cell in row] for row in rows if any(row)]


class SqliteRead(TypedRead):
    """One reading of one table."""

    def read(self, opened: SqliteOpened, table: SqliteTable, types: TypeOptions) -> ReadResult:
        """Type and write all rows; raises ``UserError`` and ``Cancelled``."""
        self.progress.step(0, "Counting rows")
        opened.step = lambda: self.progress.step(0.01, "Counting rows")
        self._opened, self._table, self._sound = opened, table, True
        names = opened.names(table)
        self._expected = max(opened.count(table), 1)
        plan = plan_types(names, sample_rows(opened, table, SAMPLE_ROWS), types)
        self._names = plan.names
        return self.run(plan, types.null_words)

    def groups(
        self, rejects: Rejects | None, start: float, stop: float, message: str
    ) -> Iterator[pa.Table]:
        """Yield the rows as text; cells of bytes go to ``rejects``."""
        self.tally, self._nuls = Tally(), 0
        part = SubProgress(self.progress, start, stop)
        part.step(0, message)
        self._opened.step = lambda: part.step(min(self.tally.rows / self._expected, 1), message)
        held: list[pa.Table] = []
        count = size = 0
        for piece in self._pieces(rejects):
            held.append(without_empty(piece, self.tally))
            count, size = count + held[-1].num_rows, size + held[-1].nbytes
            if count >= ROW_GROUP_ROWS or size >= GROUP_BYTES:
                yield pa.concat_tables(held).combine_chunks()
                held, count, size = [], 0, 0
                self._opened.step()
        if held:
            yield pa.concat_tables(held).combine_chunks()

    def exact(self) -> None:
        """Mend texts that are not UTF-8."""
        self._sound = False

    def _pieces(self, rejects: Rejects | None) -> Iterator[pa.Table]:
        """Yield the rows in tables of some thousand, fewer where they are wide."""
        held = [Held(name) for name in self._names]
        count = size = 0
        for rows in self._opened.chunks(self._table, CHUNK, sound=self._sound):
            for column, cells in zip(held, zip(*rows, strict=True), strict=True):
                kinds = set(map(type, cells))
                if bytes in kinds and rejects is not None:
                    _refuse(column.name, cells, rejects, self.tally.rows + count + 1)
                size += column.take(cells, kinds)
            count += len(rows)
            if count >= PIECE_ROWS or size >= PIECE_BYTES:
                yield self._piece(held, count)
                held, count, size = [Held(name) for name in self._names], 0, 0
        if count:
            yield self._piece(held, count)

    def _piece(self, held: list[Held], count: int) -> pa.Table:
        first = self.tally.rows + 1
        numbers = pa.array(np.arange(first, first + count, dtype=np.int64))
        self.tally.rows += count
        columns = []
        for each in held:
            column = column_text(each.cells, each.kinds)
            if str in each.kinds:
                require_cells(column, each.name, numbers)
                column, nuls = without_nul(column)
                self._nuls += nuls
                column = _without_blank(column)
            columns.append(column)
        names = [*map(str, range(len(columns))), ROW_COLUMN]
        return pa.table([*columns, numbers], names=names)

    def said(self, kept: list[Target]) -> Iterator[str]:
        """Yield a sentence for everything that is not as the table has it."""
        if self._opened.logged:
            yield LOGGED
        if self._nuls:
            yield f"{self._nuls:,} cells held NUL characters, which were dropped."
        if self.tally.empty:
            yield f"{self.tally.empty:,} empty rows were left out."
        if self.tally.rows == self.tally.empty:
            yield "The table has no rows to read."


def _refuse(name: str, cells: Sequence[Any], rejects: Rejects, first: int) -> None:
    """Put cells of bytes to the ``rejects``; ``first`` is the number of the first row."""
    for row, value in enumerate(cells, first):
        if isinstance(value, bytes):
            shown = f"{len(value):,} bytes: {value[:40].hex(' ')}"
            rejects.add(row, name, shown, BINARY)


def _without_blank(column: pa.Array) -> pa.Array:
    """Make empty texts null."""
    blank = pc.equal(column, "")
    if not pc.any(blank).as_py():
        return column
    return pc.if_else(blank, pa.scalar(None, pa.string()), column)
