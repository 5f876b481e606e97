"""An SQLite file opened with care: read-only, nothing of its own trusted, every step counted."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from datasets.engine.bounds import MAX_CELL_BYTES, MAX_COLUMNS
from datasets.engine.source import Irregular
from segplatform.kernel.errors import UserError

STEPS = 20_000
"""After so many instructions of its machine the query is looked at: some thousand rows."""
MANY = 1_000
MAX_STEPS = 50_000_000
"""What a preview may take: views that never end do not even give a first row."""
VIEW_STEPS, MOST_VIEWS = 2_000_000, 20
"""How long, and of how many views, it is looked up whether they have rows."""
MAX_TABLES = 1_000
SCHEMA_BYTES = 2**20
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 8 * MAX_CELL_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: SCHEMA_BYTES,
    sqlite3.SQLITE_LIMIT_COLUMN: 2 * MAX_COLUMNS,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 200_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
}
PRAGMAS = ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "temp_store=MEMORY")
"""SQLite's own advice for files of strangers: sqlite.org/security.html."""
_READS = {
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE,
}  # fmt: skip
DAMAGED = (
    "The SQLite file is damaged, encrypted or no database: {why}. Open it where it comes from, "
    "export the table as CSV and upload that."
)
TOO_SLOW = (
    "“{name}” does not give its first rows in reasonable time: it is a view that computes too "
    "much. Store its rows in a table, or export them as CSV."
)

LOGGED = (
    "The database writes its newest rows to a second file (-wal), which is not here. If rows are "
    "missing, close the program that uses it and upload the file again."
)


@dataclass(frozen=True)
class SqliteTable:
    """A table, or a view."""

    name: str
    view: bool


class SqliteOpened:
    """One database. ``step`` is called while a query runs, and may raise.

    ``logged`` ones keep their newest rows in a second file (sqlite.org/fileformat.html, 1.3.3).
    """

    def __init__(self, path: Path) -> None:
        self.step: Callable[[], None] = lambda: None
        self.limit: int | None = None
        self._steps = 0
        self._fault: BaseException | None = None
        with path.open("rb") as file:
            self.logged = file.read(20)[18:20] == b"\x02\x02"
        address = f"file:{quote(str(path))}?mode=ro&immutable=1"
        with sqlite_sound():
            self._con = sqlite3.connect(address, uri=True, isolation_level=None)
            for limit, most in LIMITS.items():
                self._con.setlimit(limit, most)
            for line in (
                "trusted_schema=OFF",
                "cell_size_check=ON",
                "mmap_size=0",
                "temp_store=MEMORY",
            ):
                self._con.execute(f"PRAGMA {line}")
            self._con.text_factory = _mended
            self.tables = self._found()
            self._con.set_authorizer(_authorize)
            self._con.set_progress_handler(self._look, STEPS)
        if not self.tables:
            raise UserError("The SQLite file holds no table. Upload another file.")

    def close(self) -> None:
        """Give the file back."""
        self._con.close()

    def _found(self) -> tuple[SqliteTable, ...]:
        rows = self._con.execute(
            "SELECT name, type = 'view' FROM sqlite_schema WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND coalesce(sql, '') NOT LIKE "
            "'CREATE VIRTUAL%' ORDER BY type, name COLLATE NOCASE LIMIT ?",
            [MAX_TABLES],
        )
        return tuple(SqliteTable(name, bool(view)) for name, view in rows)

    def names(self, table: SqliteTable) -> list[str]:
        """Return the names of a table's columns; ``UserError`` for too many."""
        with self._answered(table):
            names = [each[0] for each in self._con.execute(_select(table, 0)).description]
        if len(names) > MAX_COLUMNS:
            raise UserError(
                f"The table has {len(names):,} columns; at most {MAX_COLUMNS:,} can be read."
            )
        return names

    def count(self, table: SqliteTable) -> int:
        """Count the rows."""
        with self._answered(table):
            return int(
                self._con.execute(f"SELECT count(*) FROM {_quoted(table.name)}").fetchone()[0]
            )

    def likely(self) -> tuple[SqliteTable, bool]:
        """Return the first table that has rows, else the first view; say whether it has rows."""
        for table in self.tables:
            if not table.view and self._has_rows(table):
                return table, True
        views = [table for table in self.tables if table.view]
        self.limit, limit = VIEW_STEPS, self.limit
        try:
            for table in views[:MOST_VIEWS]:
                with suppress(UserError):  # too slow, or broken: another one may do
                    if self._has_rows(table):
                        return table, True
        finally:
            self.limit = limit
        return self.tables[0], False

    def _has_rows(self, table: SqliteTable) -> bool:
        return next(self.rows(table, 1), None) is not None

    def rows(self, table: SqliteTable, most: int | None = None) -> Iterator[tuple[Any, ...]]:
        """Yield the rows, in the order in which the file has them."""
        for rows in self.chunks(table, MANY, most):
            yield from rows

    def chunks(
        self, table: SqliteTable, size: int, most: int | None = None, *, sound: bool = False
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the same rows, so many together.

        ``sound`` is quicker; a text that is not UTF-8 is ``Irregular`` then, and mended otherwise.
        """
        self._con.text_factory = str if sound else _mended
        with self._answered(table):
            cursor = self._con.execute(_select(table, most))
            while rows := _fetched(cursor, size):
                yield rows

    def _look(self) -> int:
        """Stop a query that takes too many steps, or that nobody waits for any more."""
        self._steps += STEPS
        if self.limit is not None and self._steps > self.limit:
            return 1
        try:
            self.step()
        except BaseException as error:
            self._fault = error
            return 1
        return 0

    @contextmanager
    def _answered(self, table: SqliteTable) -> Iterator[None]:
        self._steps, self._fault = 0, None
        try:
            with sqlite_sound():
                yield
        except UserError as error:
            if self._fault is not None:
                raise self._fault from None
            if "interrupted" in str(error.__cause__):
                raise UserError(TOO_SLOW.format(name=table.name[:100])) from error
            raise


@contextmanager
def sqlite_sound() -> Iterator[None]:
    """Make a ``UserError`` of what SQLite says of the file."""
    try:
        yield
    except sqlite3.DataError as error:
        raise UserError("A cell of the table holds over 8 MB; a cell may hold 1 MB.") from error
    except (sqlite3.Error, sqlite3.Warning) as error:
        why = str(error)[:200] or "it cannot be read"
        raise UserError(DAMAGED.format(why=why)) from error


def _mended(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _fetched(cursor: sqlite3.Cursor, size: int) -> list[tuple[Any, ...]]:
    try:
        return cursor.fetchmany(size)
    except sqlite3.OperationalError as error:
        if "decode to UTF-8" in str(error):
            raise Irregular from error
        raise


def _authorize(action: int, *_: object) -> int:
    """Allow nothing but reading."""
    return sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _select(table: SqliteTable, most: int | None) -> str:
    limit = "" if most is None else f" LIMIT {most}"
    return f"SELECT * FROM {_quoted(table.name)}{limit}"
