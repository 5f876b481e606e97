"""Rows and cells that could not be read: the first ones for the report, all of them in a file."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from datasets.engine.bounds import REPORTED_CELLS

FILE_NAME = "rejected.parquet"
_SCHEMA = pa.schema(
    [("row", pa.int64()), ("column", pa.string()), ("text", pa.string()), ("reason", pa.string())]
)
_BATCH = 10_000
_BATCH_CHARACTERS = 2**23

Reject = dict[str, int | str | None]


class Rejects:
    """Collects what was refused, in constant memory; ``column`` is None for a whole row."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self.first: list[Reject] = []
        self.count = 0
        self._held: list[Reject] = []
        self._size = 0
        self._writer: pq.ParquetWriter | None = None

    def add(self, row: int, column: str | None, text: str, reason: str) -> None:
        """Keep one refused row (1-based, as in the file) or cell with its original text."""
        reject: Reject = {"row": row, "column": column, "text": text, "reason": reason}
        self.count += 1
        if len(self.first) < REPORTED_CELLS:
            # The report lies in the database: the file has the whole text.
            self.first.append({**reject, "text": text[:1_000]})
        self._held.append(reject)
        self._size += len(text)
        if len(self._held) >= _BATCH or self._size >= _BATCH_CHARACTERS:
            self._flush()

    def close(self) -> None:
        """Write what is left; no file is made where nothing was refused."""
        self._flush()
        if self._writer:
            self._writer.close()
            self._writer = None

    def discard(self) -> None:
        """Forget everything: the pass over the file starts anew."""
        self._held = []
        self.close()
        self.path.unlink(missing_ok=True)

    def _flush(self) -> None:
        if not self._held:
            return
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, _SCHEMA, compression="zstd")
        self._writer.write_table(pa.Table.from_pylist(self._held, _SCHEMA))
        self._held, self._size = [], 0
