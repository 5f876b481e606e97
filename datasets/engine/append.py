"""The rows of a new version: those of a file in a dataset's columns, behind those that stay.

Rows that stay as they are stay in their files, which get one more name; everything else goes
through DuckDB, which never holds a whole table.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from datasets.engine.bounds import REPORTED_CELLS
from datasets.engine.duck import connect, identifier, interruptible, literal
from datasets.engine.reader import table
from datasets.engine.rejects import FILE_NAME as REJECTED
from datasets.engine.results import ReadResult
from datasets.engine.schema_check import Target
from datasets.engine.store import FileInfo, write_parquet
from datasets.engine.types import ROW_COLUMN, ColumnType, duckdb_type
from segplatform.kernel.progress import Progress

MOST_FILES = 32
"""A version of more files is written anew as one: each costs every query a little."""

THREADS = 2


@dataclass(frozen=True)
class Table:
    """Rows that are there: their ``FileInfo`` in order, in ``folder``; columns, report."""

    folder: Path
    infos: Sequence[Mapping[str, Any]]
    columns: Sequence[Mapping[str, Any]]
    rows: int
    report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> list[Path]:
        """List the files in the order of the rows."""
        return [self.folder / info["name"] for info in self.infos]

    def column(self, name: str | None) -> Mapping[str, Any] | None:
        """Return a column by its name."""
        return next((each for each in self.columns if each["name"] == name), None)

    @property
    def listed(self) -> list[Path]:
        """Return the file of what could not be read; none where everything could."""
        path = self.folder / REJECTED
        return [path] if path.exists() else []


def rows_join(
    before: Table | None, made: Table, targets: Sequence[Target], source: str, *,
    out_dir: Path, progress: Progress, memory_bytes: int,
) -> ReadResult:  # fmt: skip
    """Write the columns ``targets`` of ``made``, read from ``source``, behind those of ``before``.

    ``out_dir`` must not be there yet and lie on the disk of the files. Row numbers go on, so that
    the numbers of new rows are those of the file plus the last one before. Raises what
    ``progress.step`` raises.
    """
    out_dir.mkdir(mode=0o700)
    tables = [each for each in (before, made) if each]
    paths = [path for each in tables for path in [*each.files, *each.listed]] + [out_dir]
    with TemporaryDirectory(dir=out_dir, prefix="work-") as spill:
        con = connect(memory_bytes // 2, spill, THREADS, paths=paths)
        try:
            run = interruptible(con, progress, "Putting rows together")
            join = _Join(con, out_dir, list(targets), source)
            return run(lambda: join.result(before, made))
        finally:
            con.close()


@dataclass
class _Join:
    """One putting together, in the thread of its queries."""

    con: duckdb.DuckDBPyConnection
    out_dir: Path
    targets: list[Target]
    source: str

    def result(self, before: Table | None, made: Table) -> ReadResult:
        parts = self._before(before) if before else []
        start = self._last_row(before) if before else 0
        part = write_parquet(
            self.con, self._select(made, start), self.out_dir, name=f"part-{len(parts)}.parquet"
        )
        missing = self._missing(part, made)
        lost = self._lost(made, missing)
        count = self._rejected(before, made, lost)
        columns = [
            {"name": target.name, "type": target.type,
             "missing": missing[target.name] + _missing_before(before, target)}
            for target in self.targets
        ]  # fmt: skip
        infos = [*parts, part]
        rows, size = sum(info["rows"] for info in infos), sum(info["bytes"] for info in infos)
        report = self._report(before, made, lost, count)
        return ReadResult(columns, rows, [dict(info) for info in infos], size, report)

    def _before(self, before: Table) -> list[FileInfo]:
        """Put the rows that stay into the folder: their own files, unless a column changes."""
        same = [(t.name, t.type) for t in self.targets]
        as_before = same == [(c["name"], c["type"]) for c in before.columns]
        if as_before and len(before.infos) < MOST_FILES:
            return [
                _linked(before.folder, info, self.out_dir / f"part-{number}.parquet")
                for number, info in enumerate(before.infos)
            ]
        columns = [
            _cast(target, before.column(target.before), target.before) for target in self.targets
        ]
        select = f"SELECT {', '.join([ROW_COLUMN, *columns])} FROM {table(before.files)}"
        return [write_parquet(self.con, select, self.out_dir, name="part-0.parquet")]

    def _last_row(self, before: Table) -> int:
        found = self._one(f"SELECT max({ROW_COLUMN}) FROM {table(before.files)}")
        return int(found or 0)

    def _select(self, made: Table, start: int) -> str:
        columns = [
            _cast(target, made.column(target.source), target.source) for target in self.targets
        ]
        number = f"{ROW_COLUMN} + {start} AS {ROW_COLUMN}"
        return f"SELECT {', '.join([number, *columns])} FROM {table(made.files)}"

    def _missing(self, part: FileInfo, made: Table) -> dict[str, int]:
        """Count the missing cells of each column among the new rows."""
        found = {}
        for target in self.targets:
            column = made.column(target.source)
            if column is None:
                found[target.name] = part["rows"]
            elif column["type"] == target.type:
                found[target.name] = column["missing"]
            else:
                name = identifier(target.name)
                file = table([self.out_dir / part["name"]])
                found[target.name] = int(self._one(f"SELECT count(*) - count({name}) FROM {file}"))
        return found

    def _lost(self, made: Table, missing: Mapping[str, int]) -> dict[str, int]:
        """Count the values that became nothing because the column has another type here."""
        found = {}
        for target in self.targets:
            column = made.column(target.source)
            if column and (lost := missing[target.name] - column["missing"]):
                found[target.name] = lost
        return found

    def _rejected(self, before: Table | None, made: Table, lost: Mapping[str, int]) -> int:
        """Write everything that was left out, before and now; return how much that is."""
        selects = []
        if before and before.listed:
            selects.append(f'SELECT "row", "column", text, reason FROM {table(before.listed)}')
        said = literal(f", in {self.source}") if before else "''"
        if made.listed:
            file = table(made.listed)
            selects.append(f'SELECT "row", "column", text, reason || {said} AS reason FROM {file}')
        for target in self.targets:
            if target.name in lost:
                name = identifier(target.source or "")
                selects.append(
                    f"SELECT {ROW_COLUMN}, {literal(target.name)}, {name}::VARCHAR, "
                    f"'not of the type of the column' || {said} FROM {table(made.files)} "
                    f"WHERE {name} IS NOT NULL AND {_cast_sql(name, target.type)} IS NULL"
                )
        if not selects:
            return 0
        return write_parquet(
            self.con, " UNION ALL ".join(selects), self.out_dir, name=REJECTED
        )["rows"]  # fmt: skip

    def _report(
        self, before: Table | None, made: Table, lost: Mapping[str, int], rejected: int
    ) -> dict[str, Any]:
        """Give the report of what was read now; what was left out counts from the first rows on."""
        columns: dict[str, Any] = {}
        types = {target.name: target.type for target in self.targets}
        read = {t.source: t.name for t in self.targets if t.source}
        counted = [(dict(before.report.get("columns", {})) if before else {}).items(),
                   [(read[name], item) for name, item in made.report.get("columns", {}).items()
                    if name in read],
                   [(name, {"unreadable": count}) for name, count in lost.items()]]  # fmt: skip
        for name, item in (pair for pairs in counted for pair in pairs):
            if name in types:
                so_far = columns.get(name, {}).get("unreadable", 0)
                columns[name] = {"unreadable": so_far + item["unreadable"], "wanted": types[name]}
        shown = [*(before.report.get("rejected", []) if before else []),
                 *({**each, "reason": f"{each['reason']}, in {self.source}"} if before else each
                   for each in made.report.get("rejected", []))]  # fmt: skip
        added = {"rows_before": before.rows} if before else {}
        return {
            **made.report, **added, "columns": columns,
            "rejected": shown[:REPORTED_CELLS], "rejected_total": rejected,
        }  # fmt: skip

    def _one(self, sql: str) -> Any:
        found = self.con.execute(sql).fetchone()
        return found[0] if found else None


def _missing_before(before: Table | None, target: Target) -> int:
    if before is None:
        return 0
    column = before.column(target.before)
    return int(column["missing"]) if column else before.rows


def _cast(target: Target, column: Mapping[str, Any] | None, source: str | None) -> str:
    """Return the SQL of one column of a part; nothing where the rows have no such column."""
    name = identifier(target.name)
    if column is None or source is None:
        return f"NULL::{duckdb_type(target.type)} AS {name}"
    if column["type"] == target.type:
        return f"{identifier(source)} AS {name}"
    if column["type"] == "decimal" and target.type == "text":
        # As a person writes it: 2.5, not 2.5000.
        return f"rtrim(rtrim({identifier(source)}::VARCHAR, '0'), '.') AS {name}"
    return f"{_cast_sql(identifier(source), target.type)} AS {name}"


def _cast_sql(name: str, kind: ColumnType) -> str:
    return f"TRY_CAST({name} AS {duckdb_type(kind)})"


def _linked(folder: Path, info: Mapping[str, Any], target: Path) -> FileInfo:
    """Give a file one more name: files of versions never change."""
    path = folder / info["name"]
    try:
        os.link(path, target)
    except FileNotFoundError:
        raise
    except OSError:  # a disk without hard links
        shutil.copyfile(path, target)
    return FileInfo(name=target.name, sha256=info["sha256"], bytes=info["bytes"], rows=info["rows"])
