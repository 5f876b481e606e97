"""Writing the files of a version: Parquet, checked, on the disk for good, visible all at once."""

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TypedDict

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from datasets.engine.bounds import ROW_GROUP_ROWS
from datasets.engine.duck import literal
from datasets.engine.types import ROW_COLUMN
from segplatform.kernel.progress import NullProgress, Progress

PART_NAME = "part-0.parquet"
_CHUNK = 2**20


class FileInfo(TypedDict):
    """One file of a version."""

    name: str
    sha256: str
    bytes: int
    rows: int


def file_info(path: Path) -> FileInfo:
    """Describe a finished Parquet file; reading its footer is the check that it is whole."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    rows = pq.read_metadata(path).num_rows
    return FileInfo(name=path.name, sha256=digest.hexdigest(), bytes=path.stat().st_size, rows=rows)


def write_parquet(
    con: duckdb.DuckDBPyConnection,
    select_sql: str,
    out_dir: Path,
    *,
    name: str = PART_NAME,
    parameters: Iterable[object] = (),
) -> FileInfo:
    """Write what one SELECT returns, in its order, to ``out_dir/name``; return what it is.

    ``con`` must be allowed to reach ``out_dir``; ``select_sql`` is the app's own, never a person's.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    target = out_dir / name
    con.execute(
        f"COPY ({select_sql}) TO {literal(str(target))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_ROWS})",
        list(parameters),
    )
    return file_info(target)


class TableWriter:
    """Writes tables one after another to one Parquet file, compressing beside the caller's work."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        # Arrow's own schema is left out: readers of other kinds see plain Parquet types.
        # Row numbers only grow: stored as differences they take next to nothing.
        growing = [name for name in schema.names if name == ROW_COLUMN]
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            store_schema=False,
            use_dictionary=[name for name in schema.names if name not in growing],
            column_encoding=dict.fromkeys(growing, "DELTA_BINARY_PACKED"),
        )
        self._pool = ThreadPoolExecutor(1)
        self._pending: Future[None] | None = None

    def write(self, table: pa.Table) -> None:
        """Write one row group; waits for the one before, so at most two are in memory."""
        if self._pending:
            self._pending.result()
        self._pending = self._pool.submit(
            self._writer.write_table, table, row_group_size=max(table.num_rows, 1)
        )

    def __enter__(self) -> "TableWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self._pending:
                self._pending.result()
        finally:
            self._pool.shutdown()
            self._writer.close()


def publish_folder(tmp: Path, final: Path, progress: Progress | None = None) -> None:
    """Make ``tmp`` appear as ``final`` in one step, its bytes on the disk before.

    Both lie on one file system. Raises ``FileExistsError`` where ``final`` is there: versions
    never change.
    """
    report = progress or NullProgress()
    files = sorted(path for path in tmp.rglob("*") if path.is_file())
    for number, path in enumerate(files):
        _sync(path)
        report.step(number / len(files), "Saving")
    for folder in (tmp, *(path for path in tmp.rglob("*") if path.is_dir())):
        _sync(folder)
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if final.exists():
        raise FileExistsError(final)
    os.rename(tmp, final)
    _sync(final.parent)


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
