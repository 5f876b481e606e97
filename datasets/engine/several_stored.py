"""One of several files by way of what its connector's ``read`` writes, as all of them can be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from datasets.engine.rejects import FILE_NAME, Rejects
from datasets.engine.results import Preview, ReadResult
from datasets.engine.several_table import FileTable, Rows, Shape, preview_shape
from datasets.engine.source import Tally
from datasets.engine.store import PART_NAME
from datasets.engine.types import ROW_COLUMN
from segplatform.kernel.progress import Progress

SAMPLE_ROWS = 100


class Reads(Protocol):
    """What of a connector is needed here."""

    typed: ClassVar[bool]

    def preview(self, path: Path, options: Any, limit: int) -> Preview: ...
    def read(
        self, path: Path, options: Any, out_dir: Path, progress: Progress, memory_bytes: int
    ) -> ReadResult: ...


class StoredTable(FileTable):
    """A file that lies in ``folder`` as Parquet; ``types`` are those of its columns there."""

    def __init__(
        self, shape: Shape, sample: Rows, folder: Path, result: ReadResult, *, typed: bool
    ) -> None:
        super().__init__(shape, sample)
        self._typed = typed
        self._file, self._refused = folder / PART_NAME, folder / FILE_NAME
        self._report = result.report
        self.warnings = list(result.report["warnings"])
        self.types = [column["type"] for column in result.columns]
        self._names = [column["name"] for column in result.columns]

    @classmethod
    def read(
        cls,
        connector: Reads,
        path: Path,
        options: BaseModel,
        folder: Path,
        progress: Progress,
        memory_bytes: int,
    ) -> "StoredTable":
        """Read a file into ``folder``, all of it as text unless its columns have types."""
        plain = options.model_copy(update={"types": {}})
        shown = connector.preview(path, plain, SAMPLE_ROWS)
        own = {column["name"]: "text" for column in shown.columns}
        chosen = getattr(options, "types", {}) if connector.typed else own
        types = {name: kind for name, kind in chosen.items() if name in own}
        options = options.model_copy(update={"types": types})
        result = connector.read(path, options, folder, progress, memory_bytes)
        header = preview_shape(shown).header
        names = tuple(column["name"] if header else "" for column in result.columns)
        width = len(names)
        sample = [[*row, *[None] * (width - len(row))][:width] for row in shown.rows]
        return cls(Shape(names, header), sample, folder, result, typed=connector.typed)

    def groups(self, rejects: Rejects | None) -> Iterator[pa.Table]:
        """Yield the stored rows, as text unless they have types of their own.

        What was refused while they were read is said again.
        """
        self.tally = Tally(
            rows=self._report["rows_in_file"],
            empty=self._report["rows_empty"],
            rejected=self._report["rows_rejected"],
        )
        if rejects is not None and self._refused.is_file():
            for item in _items(self._refused):
                rejects.add(item["row"], item["column"], item["text"], item["reason"])
        done = 0
        with pq.ParquetFile(self._file) as file:
            for number in range(file.num_row_groups):
                table = file.read_row_group(number)
                yield self._numbered(table, done)
                done += table.num_rows

    def _numbered(self, table: pa.Table, done: int) -> pa.Table:
        """Name the columns by their places, the row's number last."""
        if ROW_COLUMN in table.column_names:
            rows = table.column(ROW_COLUMN)
        else:
            rows = pa.array(np.arange(done + 1, done + table.num_rows + 1, dtype=np.int64))
        columns = [table.column(name) for name in self._names]
        if not self._typed:
            columns = [column.cast(pa.string()) for column in columns]
        return pa.table([*columns, rows], names=[*map(str, range(len(columns))), ROW_COLUMN])


def _items(path: Path) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            yield from batch.to_pylist()
