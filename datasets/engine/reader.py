"""A short-lived DuckDB over the files of one version, made for many requests at once."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore

import duckdb

from datasets.engine.duck import connect, literal
from segplatform.kernel.errors import UserError

THREADS = 2
MEMORY_BYTES = 512 * 2**20
# Each reader may take its memory: so many at once is what one web process can afford.
_SEATS = BoundedSemaphore(4)


def table(files: Sequence[Path]) -> str:
    """Return the SQL of a table ``t`` over Parquet files of ours (no guessing from folders)."""
    names = ", ".join(literal(str(file)) for file in files)
    return f"read_parquet([{names}], hive_partitioning = false) AS t"


def row_ranges(files: Sequence[Path], size: int) -> list[tuple[int, int]]:
    """Cut the row numbers of a table into ranges, both ends included; none for no rows."""
    with reader(files) as con:
        found = con.execute(f"SELECT min(__row), max(__row) FROM {table(files)}").fetchone()
    low, high = found or (None, None)
    if low is None or high is None:
        return []
    return [(start, start + size - 1) for start in range(low, high + 1, size)]


@contextmanager
def reader(
    files: Sequence[Path], write: Sequence[Path] = ()
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a throw-away database that can reach ``files`` (and ``write``) and nothing else.

    Safe in many threads at once: nothing is shared but the limit on how many run together.
    Raises ``UserError`` where the query does not fit into its memory.
    """
    with _SEATS, tempfile.TemporaryDirectory(prefix="segplatform-") as spill:
        con = connect(MEMORY_BYTES, spill, THREADS, paths=[*files, *write])
        try:
            yield con
        except duckdb.OutOfMemoryException as error:
            raise UserError(
                "This needs more memory than one page may take; filter the rows or work on "
                "the sample."
            ) from error
        finally:
            con.close()
