"""The rows of a prototype with their segment: pages of them, and all of them as one Parquet."""

import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from datasets.engine.duck import identifier, literal
from datasets.engine.query import MAX_ROWS, Page, sort_parse
from datasets.engine.reader import reader, table
from datasets.engine.store import write_parquet
from datasets.engine.types import ROW_COLUMN, Column
from mllab.engine.assignments import CONFIDENCE, LABELS
from segplatform.kernel.errors import UserError

MEMBERS = "members.parquet"
LABEL, SURE = "__segment", "__confidence"
"""What the file of row numbers, labels and confidences calls its columns."""
OURS = ("segment", "segment_name", "segment_confidence")
TYPES = ("integer", "text", "float")
DIGITS = 4


@dataclass(frozen=True)
class Members:
    """Where the rows are (``table``, ``members``), what the table has, how segments are called."""

    table: Path
    members: Path
    columns: Sequence[Column]
    names: Mapping[int, str]

    @property
    def ours(self) -> list[Column]:
        """Give our three columns; one that the table has already ends in "_"."""
        taken = {column.name.casefold() for column in self.columns}
        found = []
        for name, kind in zip(OURS, TYPES, strict=True):
            while name in taken:
                name += "_"
            found.append(Column(name, kind))  # type: ignore[arg-type]
        return found

    @property
    def inside(self) -> list[str]:
        """Give what our columns are called inside queries, as no column of the table is."""
        taken = {column.name.casefold() for column in self.columns}
        names = [f"__{name}" for name in OURS]
        while taken.intersection(names):
            names = [f"_{name}" for name in names]
        return names


def members_file(table: Path, folder: Path) -> Path:
    """Return the file of row number, label and confidence of each row, made at the first call.

    Rows (n,) of ``table`` are in the order of ``labels.npy`` (n,) of ``folder``. It appears all at
    once, so that two who ask at the same time do not disturb each other.
    """
    made = folder / MEMBERS
    if not made.is_file():
        part = folder / f"{MEMBERS}.{uuid.uuid4().hex}"
        try:
            _write(table, folder, part)
            os.replace(part, made)
        finally:
            part.unlink(missing_ok=True)
    return made


def members_page(
    members: Members,
    *,
    limit: int,
    offset: int = 0,
    sort: str | None = None,
    segment: int | None = None,
    cut: int | None = None,
) -> Page:
    """Return some rows: their segment's label, name and confidence, then the table's columns.

    ``segment`` keeps the rows of one label (−1 is noise); missing values sort last, ties are in
    the order of the table; ``cut`` shortens long texts. Raises ``UserError`` for a column that is
    not there and a limit that is too large.
    """
    if not 0 <= limit <= MAX_ROWS or offset < 0:
        raise UserError(f"limit goes from 0 to {MAX_ROWS:,} and offset from 0.")
    columns = [*members.ours, *members.columns]
    order = _order(members, sort_parse(sort, columns))
    where, values = _where(members, segment)
    source = _joined(members)
    with reader([members.table, members.members]) as con:
        total = _count(con, table([members.members]))
        kept, only = ("", []) if segment is None else (f"WHERE {LABEL} = ?", [segment])
        count = _count(con, f"{table([members.members])} {kept}", only)
        # First which rows, from the few columns that decide it; then only those rows, whole.
        chosen = f"SELECT {ROW_COLUMN} FROM {source} {where} {order} LIMIT ? OFFSET ?"
        whole = f"SELECT {ROW_COLUMN}, {_told(columns, members, cut)} FROM {source}"
        asked = [*_names(members), *_names(members), *values, limit, offset]
        query = f"{whole} WHERE {ROW_COLUMN} IN ({chosen}) {order}"
        rows = con.execute(query, asked).fetchall()
    return Page(columns, [row[1:] for row in rows], [row[0] for row in rows], count, total, total)


def members_write(members: Members, out_dir: Path, segment: int | None = None) -> Path:
    """Write all rows (of one segment), the table's columns first, in its order; return the file."""
    columns = [*members.columns, *members.ours]
    where, values = _where(members, segment)
    query = (
        f"SELECT {ROW_COLUMN}, {_told(columns, members, None)} FROM {_joined(members)} "
        f"{where} ORDER BY {ROW_COLUMN}"
    )
    with reader([members.table, members.members], [out_dir]) as con:
        info = write_parquet(con, query, out_dir, parameters=[*_names(members), *values])
    return out_dir / info["name"]


def _write(source: Path, folder: Path, part: Path) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = pq.read_table(source, columns=[ROW_COLUMN])[ROW_COLUMN]
    labels = np.load(folder / LABELS, mmap_mode="r", allow_pickle=False)
    known = np.full(len(labels), np.nan)
    if (folder / CONFIDENCE).is_file():
        known = np.load(folder / CONFIDENCE, allow_pickle=False).astype(np.float64).round(DIGITS)
    sure = pa.array(known, pa.float64(), from_pandas=True)  # not a number is nothing known
    data = {ROW_COLUMN: rows, LABEL: pa.array(labels, pa.int64()), SURE: sure}
    pq.write_table(pa.table(data), part, compression="zstd", store_schema=False)


def _joined(members: Members) -> str:
    """Write the table with label, name and confidence of each row, as something to select from."""
    label, name, sure = members.inside
    found = (
        f"(SELECT {ROW_COLUMN}, {LABEL} AS {label}, {SURE} AS {sure} FROM {_file(members.members)})"
    )
    names = f"(SELECT unnest(?::BIGINT[]) AS {label}, unnest(?::VARCHAR[]) AS {name})"
    return (
        f"(SELECT * FROM {_file(members.table)} AS a JOIN {found} AS b USING ({ROW_COLUMN}) "
        f"LEFT JOIN {names} AS n USING ({label})) AS t"
    )


def _file(path: Path) -> str:
    return f"read_parquet({literal(str(path))}, hive_partitioning = false)"


def _names(members: Members) -> list[object]:
    return [list(members.names), list(members.names.values())]


def _sql_names(members: Members) -> dict[str, str]:
    """Map our columns, as they are called outside, to what they are called inside."""
    return {
        column.name: inside for column, inside in zip(members.ours, members.inside, strict=True)
    }


def _told(columns: Sequence[Column], members: Members, cut: int | None) -> str:
    inside = _sql_names(members)
    parts = []
    for column in columns:
        name = identifier(inside.get(column.name, column.name))
        value = f"left({name}, {int(cut)})" if cut and column.type == "text" else name
        parts.append(f"{value} AS {identifier(column.name)}")
    return ", ".join(parts)


def _order(members: Members, sorts: Sequence[tuple[str, bool]]) -> str:
    inside = _sql_names(members)
    parts = [
        f"t.{identifier(inside.get(name, name))} {'DESC' if down else 'ASC'} NULLS LAST"
        for name, down in sorts
    ]
    return "ORDER BY " + ", ".join([*parts, f"t.{ROW_COLUMN}"])


def _where(members: Members, segment: int | None) -> tuple[str, list[object]]:
    return ("", []) if segment is None else (f"WHERE {members.inside[0]} = ?", [segment])


def _count(con: duckdb.DuckDBPyConnection, source: str, values: Sequence[object] = ()) -> int:
    row = con.execute(f"SELECT count(*) FROM {source}", list(values)).fetchone()
    return int(row[0]) if row else 0
