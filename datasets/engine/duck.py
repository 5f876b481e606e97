"""DuckDB as this app opens it: in memory, capped, locked, able to be interrupted."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from segplatform.kernel.progress import Progress

T = TypeVar("T")

POLL_SECONDS = 0.1
"""How often a running query is asked for its progress and a person's cancel is looked for."""

_SAFE_CONFIG = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "python_enable_replacements": False,
}


def connect(
    memory_bytes: int,
    temp_dir: Path | str,
    threads: int | None = None,
    *,
    paths: Iterable[Path | str] = (),
) -> duckdb.DuckDBPyConnection:
    """Open a throw-away in-memory database that reaches nothing but ``paths``.

    ``paths`` (files or folders) can be read and written: DuckDB has no read-only grant, so never
    run SQL that a person wrote on such a connection; load tables first and give no paths there.
    The configuration is locked, nothing can be installed, and queries spill into ``temp_dir``.
    """
    config: dict[str, Any] = dict(_SAFE_CONFIG)
    if threads:  # here, for a thread that is started and ended again takes milliseconds
        config["threads"] = int(threads)
    con = duckdb.connect(":memory:", config=config)
    con.execute(f"SET memory_limit = '{max(memory_bytes, 32 * 2**20)}B'")
    con.execute(f"SET temp_directory = {literal(str(temp_dir))}")
    con.execute("SET TimeZone = 'UTC'")
    _allow(con, [Path(path) for path in paths])
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con


class OnDemand:
    """A database as ``connect`` opens it, once it is asked for: what never needs one saves it."""

    def __init__(self, memory_bytes: int, temp_dir: Path | str, threads: int | None = None) -> None:
        self._told = memory_bytes, temp_dir, threads

    @cached_property
    def con(self) -> duckdb.DuckDBPyConnection:
        """Open it, or give the open one."""
        return connect(*self._told)

    def __enter__(self) -> "OnDemand":
        return self

    def __exit__(self, *_: object) -> None:
        if "con" in self.__dict__:
            self.con.close()


def _allow(con: duckdb.DuckDBPyConnection, paths: list[Path]) -> None:
    """Name the only files and folders that this connection may open."""
    folders = [literal(str(path)) for path in paths if path.is_dir()]
    files = [literal(str(path)) for path in paths if not path.is_dir()]
    con.execute(f"SET allowed_directories = [{', '.join(folders)}]")
    con.execute(f"SET allowed_paths = [{', '.join(files)}]")


def identifier(name: str) -> str:
    """Quote a column or table name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for SQL, where a bound parameter is not possible."""
    return "'" + text.replace("'", "''") + "'"


def interruptible(
    con: duckdb.DuckDBPyConnection, progress: Progress, message: str = ""
) -> Callable[[Callable[[], T]], T]:
    """Return ``run(work)``: does ``work()`` in a thread, reports, and stops it when cancelled.

    ``work`` may use ``con`` only. Any exception of ``progress.step`` (``Cancelled`` above all)
    interrupts the query, waits for it to end and is raised; errors of ``work`` come through.
    """

    def run(work: Callable[[], T]) -> T:
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(work)
            while True:
                try:
                    return future.result(timeout=POLL_SECONDS)
                except NotYet:
                    if future.done():
                        raise
                try:
                    progress.step(_fraction(con), message)
                except BaseException:
                    con.interrupt()
                    raise

    return run


def execute(
    con: duckdb.DuckDBPyConnection, sql: str, progress: Progress, message: str = ""
) -> list[tuple[Any, ...]]:
    """Run one statement interruptibly; return all of its rows."""
    return interruptible(con, progress, message)(lambda: con.execute(sql).fetchall())


def _fraction(con: duckdb.DuckDBPyConnection) -> float:
    """Return DuckDB's own estimate of the running query, 0 while it has none."""
    return min(max(con.query_progress() / 100, 0.0), 1.0)
