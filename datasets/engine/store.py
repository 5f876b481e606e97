"""Writing the files of a version: Parquet, checked, on the disk for good, visible all at once."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, TypedDict

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from datasets.engine.bounds import ROW_GROUP_ROWS
from datasets.engine.duck import literal
from datasets.engine.types import ROW_COLUMN
from segplatform.kernel.faults import fault
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
    rows = pq.read_metadata(path).num_rows
    return FileInfo(name=path.name, sha256=_sha256(path), bytes=path.stat().st_size, rows=rows)


def damage(path: Path, info: Mapping[str, Any], *, deep: bool = False) -> str:
    """Say what is wrong with a file that should be as ``info`` (a ``FileInfo``); "" if nothing.

    Looks at its size and, in its footer, at its rows; ``deep`` also reads all of it for the hash.
    """
    try:
        size = path.stat().st_size
        if size != info["bytes"]:
            return f"has {size:,} bytes instead of {info['bytes']:,}"
        rows = pq.read_metadata(path).num_rows
        if rows != info["rows"]:
            return f"has {rows:,} rows instead of {info['rows']:,}"
        if deep and _sha256(path) != info["sha256"]:
            return "has other bytes than were written"
    except FileNotFoundError:
        return "is not there"
    except (OSError, pa.ArrowException) as error:
        return f"cannot be read: {error}"
    return ""


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


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


def publish_folder(
    tmp: Path,
    final: Path,
    progress: Progress | None = None,
    files: Iterable[Mapping[str, Any]] = (),
) -> None:
    """Make ``tmp`` appear as ``final`` in one step, its bytes on the disk before.

    Both lie on one file system; ``files`` (``FileInfo``) must be in ``tmp`` as they say. Raises
    ``OSError`` where one is not, ``FileExistsError`` where ``final`` is there: versions never
    change.
    """
    fault("publish:after_write")
    _sync_all(tmp, progress or NullProgress())
    fault("publish:after_sync")
    for info in files:
        if wrong := damage(tmp / info["name"], info):
            raise OSError(f"A file that was just written {wrong}.")
    fault("publish:after_check")
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if final.exists():
        raise FileExistsError(final)
    os.rename(tmp, final)
    _sync(final.parent)
    fault("publish:after_rename")


def _sync_all(folder: Path, progress: Progress) -> None:
    """Wait until everything in a folder is on the disk."""
    paths = sorted(folder.rglob("*"))
    files = [path for path in paths if path.is_file()]
    for number, path in enumerate(files):
        _sync(path)
        progress.step(number / len(files), "Saving")
    for each in (folder, *(path for path in paths if path.is_dir())):
        _sync(each)


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
