"""Objects of JSON as rows of text: nested ones flattened, columns in order of first appearance."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc as ipc

from datasets.engine.bounds import MAX_COLUMNS, ROW_GROUP_ROWS
from datasets.engine.json_blocks import Alike, Rows
from datasets.engine.json_scan import Broken
from datasets.engine.json_values import Key, Row, flattened, name_of, whole
from datasets.engine.source import GROUP_BYTES
from datasets.engine.text_cells import NUL, require_cells, without_nul
from datasets.engine.types import ROW_COLUMN
from segplatform.kernel.errors import UserError

BATCH_CHARACTERS = 2**23
"""So much JSON is turned at once: as Python's objects it takes ten times as much memory."""
SHOWN_LACKING = 5

_BAD = pa.schema([("row", pa.int64()), ("text", pa.string()), ("reason", pa.string())])


class JsonRows:
    """Rows as they come, with the columns that they turn out to have.

    With a ``folder`` they are kept there in batches; without one they stay in ``rows``.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.columns: dict[Key, int] = {}
        self.rows: list[Row] = []
        self.count = self.objects = self.rejected = self.nuls = self.batches = 0
        self._numbers: list[int] = []
        self._bad: list[tuple[int, str, str]] = []
        self._shapes: Counter[tuple[Key, ...]] = Counter()
        self._size = 0

    def add(self, value: Any, text: str) -> None:
        """Take one value that should be an object; ``text`` is how it is written."""
        self.count += 1
        self._size += len(text)
        self._take(self.count, value, text)
        if self.folder and (self._size > BATCH_CHARACTERS or len(self.rows) >= ROW_GROUP_ROWS):
            self.flush()

    def put(self, found: Rows) -> None:
        """Take rows that were read together, and write them to the folder."""
        if self.rows or self._bad:
            self.flush()
        first, singles = self.count + 1, iter(found.single)
        self.count += found.count
        held = next(singles, None)
        # Columns come in the order in which rows name them first.
        for alike in sorted(found.alike, key=lambda each: int(each.rows[0])):
            while held and held[0] < alike.rows[0]:
                self._take(first + held[0], *held[1:])
                held = next(singles, None)
            self._shaped(alike.keys, len(alike.rows))
        while held:
            self._take(first + held[0], *held[1:])
            held = next(singles, None)
        self.flush([(pa.array(first + each.rows), each) for each in found.alike])

    def _take(self, number: int, value: Any, text: str) -> None:
        """Hold one row."""
        if type(value) is dict:
            row = flattened(value)
            self._shaped(tuple(row), int(bool(text)))
            self.rows.append(row)
            self._numbers.append(number)
        else:
            self.rejected += 1
            why = f"not JSON: {value.why}" if isinstance(value, Broken) else "not an object"
            self._bad.append((number, text, why))

    def _shaped(self, shape: tuple[Key, ...], count: int) -> None:
        """Count objects with these columns."""
        if shape not in self._shapes:
            self._widen(shape)
        self._shapes[shape] += count
        self.objects += count

    def _widen(self, shape: tuple[Key, ...]) -> None:
        for key in shape:
            self.columns.setdefault(key, len(self.columns))
        if len(self.columns) > MAX_COLUMNS:
            raise UserError(
                f"The objects have more than {MAX_COLUMNS:,} different names in them; a table may "
                f"have {MAX_COLUMNS:,} columns. If the names are values, such as dates, turn them "
                "into rows."
            )

    @property
    def names(self) -> list[str]:
        """Return the columns' names as the file has them: ``address.city``."""
        return list(map(name_of, self.columns))

    def sample(self) -> list[list[str | None]]:
        """Return the rows that are held, all as wide as the table is by now."""
        rows = [[row.get(key) for key in self.columns] for row in self.rows if any(row.values())]
        return [[cell and whole(cell).replace(NUL, "") for cell in row] for row in rows]

    def flush(self, together: Sequence[tuple[pa.Array, Alike]] = ()) -> None:
        """Write what is held to the folder, with rows that were read together."""
        if self.folder is None:
            raise AssertionError("there is no folder")
        if self._bad:
            bad = pa.table(list(map(list, zip(*self._bad, strict=True))), schema=_BAD)
            _write(self.folder / f"bad-{self.batches}", bad)
        pieces = [self._piece(numbers, alike) for numbers, alike in together]
        if self.rows or not pieces:
            pieces.append(self._held())
        table = pieces[0]
        if len(pieces) > 1:
            table = pa.concat_tables(pieces)
            table = table.take(pc.sort_indices(table.column(ROW_COLUMN)))
        _write(self.folder / str(self.batches), table)
        self.batches += 1
        self.rows, self._numbers, self._bad, self._size = [], [], [], 0

    def _held(self) -> pa.Table:
        """Return the rows that are held."""
        columns = {key: self._column(key) for key in self.columns}
        return self._table(pa.array(self._numbers, pa.int64()), columns)

    def _column(self, key: Key) -> pa.Array:
        cells = [row.get(key) for row in self.rows]
        try:
            return pa.array(cells, pa.string())
        except UnicodeEncodeError:
            return pa.array([cell and whole(cell) for cell in cells], pa.string())

    def _piece(self, numbers: pa.Array, alike: Alike) -> pa.Table:
        """Return rows that were read together, as wide as the table is by now."""
        columns = dict(zip(alike.keys, alike.columns, strict=True))
        return self._table(numbers, columns, escaped=alike.escaped)

    def _table(
        self, numbers: pa.Array, columns: dict[Key, pa.Array], *, escaped: bool = True
    ) -> pa.Table:
        """Put columns beside each other, those that are lacking empty."""
        made: list[pa.Array] = []
        for key in self.columns:
            if (column := columns.get(key)) is None:
                made.append(pa.nulls(len(numbers), pa.string()))
                continue
            require_cells(column, name_of(key), numbers)
            if escaped:
                column, nuls = without_nul(column)
                self.nuls += nuls
            made.append(column)
        return pa.table([*made, numbers], names=[*map(str, range(len(made))), ROW_COLUMN])

    def tables(self) -> Iterator[tuple[pa.Table, pa.Table | None]]:
        """Yield what the folder holds, every table as wide as the last, with the bad rows."""
        if self.folder is None:
            raise AssertionError("there is no folder")
        for number in range(self.batches):
            table, bad = _read(self.folder / str(number)), self.folder / f"bad-{number}"
            for index in range(table.num_columns - 1, len(self.columns)):
                nothing = pa.nulls(table.num_rows, pa.string())
                table = table.add_column(index, str(index), nothing)
            yield table, _read(bad) if bad.exists() else None

    def groups(self) -> Iterator[tuple[pa.Table, list[pa.Table]]]:
        """Yield the same in groups of about 120,000 rows."""
        held: list[pa.Table] = []
        bad: list[pa.Table] = []
        for table, refused in self.tables():
            held.append(table)
            bad += [refused] if refused is not None else []
            rows = sum(each.num_rows for each in held)
            if rows >= ROW_GROUP_ROWS or sum(each.nbytes for each in held) >= GROUP_BYTES:
                yield pa.concat_tables(held), bad
                held, bad = [], []
        if held:
            yield pa.concat_tables(held), bad

    def lacking(self) -> Iterator[str]:
        """Yield a sentence for the columns that some of the objects do not name."""
        present: Counter[Key] = Counter()
        for shape, count in self._shapes.items():
            for key in shape:
                present[key] += count
        lacks = [
            (name, self.objects - present[key])
            for name, key in zip(self.names, self.columns, strict=True)
            if present[key] < self.objects
        ]
        for name, count in lacks[:SHOWN_LACKING]:
            yield f"{name}: {count:,} of {self.objects:,} objects lack it; it is empty there."
        if (more := len(lacks) - SHOWN_LACKING) > 0:
            yield f"{more:,} more columns are not in every object; they are empty there."


def _write(path: Path, table: pa.Table) -> None:
    options = ipc.IpcWriteOptions(compression="lz4")
    with ipc.new_file(path, table.schema, options=options) as writer:
        writer.write_table(table)


def _read(path: Path) -> pa.Table:
    with ipc.open_file(path) as reader:
        return reader.read_all()
