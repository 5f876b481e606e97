"""The rows of a prototype with their segment: pages of them, and all of them as one Parquet."""

import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from datasets.engine.duck import identifier, literal
from datasets.engine.query import MAX_ROWS, Page, sort_parse
from datasets.engine.reader import reader, table
from datasets.engine.store import write_parquet
from datasets.engine.types import ROW_COLUMN, Column
from mllab.engine.assignments import CONFIDENCE, LABELS
from mllab.engine.coordinates import SPACE
from mllab.engine.selection import Selection, inside_sql
from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

SILHOUETTES = "silhouettes.npy"
NUMBERS = ("integer", "decimal", "float")
MEMBERS = "members-2.parquet"
LABEL, SURE, WIDTH = "__segment", "__confidence", "__silhouette"
"""What the file of row numbers, labels, confidences and silhouettes calls its columns."""
PLACES = ("__x", "__y", "__z")
"""Where each row lies on the map; missing for experiments that were prepared without."""
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
        (folder / "members.parquet").unlink(missing_ok=True)  # of a former version
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
    selection: Selection | None = None,
    cut: int | None = None,
) -> Page:
    """Return some rows: their segment's label, name and confidence, then the table's columns.

    ``selection`` keeps some of them; missing values sort last, ties are in the order of the table;
    ``cut`` shortens long texts. Raises ``UserError`` for a column that is not there and a limit
    that is too large.
    """
    if not 0 <= limit <= MAX_ROWS or offset < 0:
        raise UserError(f"limit goes from 0 to {MAX_ROWS:,} and offset from 0.")
    columns = [*members.ours, *members.columns]
    order = _order(members, sort_parse(sort, columns))
    where, values = _where(members, selection)
    source = _joined(members)
    with reader([members.table, members.members]) as con:
        total = _count(con, table([members.members]))
        count = total
        if where:
            count = _count(con, f"{source} {where}", [*_names(members), *values])
        # First which rows, from the few columns that decide it; then only those rows, whole.
        chosen = f"SELECT {ROW_COLUMN} FROM {source} {where} {order} LIMIT ? OFFSET ?"
        whole = f"SELECT {ROW_COLUMN}, {_told(columns, members, cut)} FROM {source}"
        asked = [*_names(members), *_names(members), *values, limit, offset]
        query = f"{whole} WHERE {ROW_COLUMN} IN ({chosen}) {order}"
        rows = con.execute(query, asked).fetchall()
    return Page(columns, [row[1:] for row in rows], [row[0] for row in rows], count, total, total)


def members_write(members: Members, out_dir: Path, selection: Selection | None = None) -> Path:
    """Write all rows (of a selection), the table's columns first, in its order; return the file."""
    query, values = members_query(members, selection)
    with reader([members.table, members.members], [out_dir]) as con:
        info = write_parquet(con, query, out_dir, parameters=values)
    return out_dir / info["name"]


def members_query(members: Members, selection: Selection | None) -> tuple[str, list[object]]:
    """Return the SELECT of all rows of a selection, in the order of the table, and its values."""
    columns = [*members.columns, *members.ours]
    where, values = _where(members, selection)
    query = (
        f"SELECT {ROW_COLUMN}, {_told(columns, members, None)} FROM {_joined(members)} "
        f"{where} ORDER BY {ROW_COLUMN}"
    )
    return query, [*_names(members), *values]


def _write(source: Path, folder: Path, part: Path) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = pq.read_table(source, columns=[ROW_COLUMN])[ROW_COLUMN]
    labels = np.load(folder / LABELS, mmap_mode="r", allow_pickle=False)
    nothing = np.full(len(labels), np.nan)
    sure = _numbers(folder / CONFIDENCE, nothing).round(DIGITS)
    widths = _numbers(folder / SILHOUETTES, nothing)
    data = {ROW_COLUMN: rows, LABEL: pa.array(labels, pa.int64()), SURE: _known(sure)}
    data[WIDTH] = _known(widths)
    points = _numbers(source.parent / SPACE, np.full((len(labels), len(PLACES)), np.nan))
    data |= {name: _known(points[:, place]) for place, name in enumerate(PLACES)}
    pq.write_table(pa.table(data), part, compression="zstd", store_schema=False)


def _numbers(file: Path, without: "NDArray[float64]") -> "NDArray[float64]":
    import numpy as np

    if not file.is_file():
        return without
    found: NDArray[float64] = np.load(file, allow_pickle=False).astype(np.float64)
    return found


def _known(values: "NDArray[float64]") -> Any:
    """Give an array for Arrow; what is not a number is not known."""
    import pyarrow as pa

    return pa.array(values, pa.float64(), from_pandas=True)


def _joined(members: Members) -> str:
    """Write the table with label, name and confidence of each row, as something to select from."""
    label, name, sure = members.inside
    ours = ", ".join((WIDTH, *PLACES))
    found = (
        f"(SELECT {ROW_COLUMN}, {LABEL} AS {label}, {SURE} AS {sure}, {ours} "
        f"FROM {_file(members.members)})"
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


def _where(members: Members, selection: Selection | None) -> tuple[str, list[object]]:
    """Write what a selection keeps as a WHERE and its values; nothing for everyone."""
    if selection is None:
        return "", []
    label, _, sure = members.inside
    parts, values = [], list[object]()
    if selection.segment is not None:
        parts.append(f"t.{label} = ?")
        values.append(selection.segment)
    if selection.row is not None:
        parts.append(f"t.{ROW_COLUMN} = ?")
        values.append(selection.row)
    bounds = {"x": PLACES[0], "y": PLACES[1], "z": PLACES[2], "s": WIDTH, "c": sure}
    columns = {column.name: column.type for column in members.columns}
    for bound in selection.bounds:
        if bound.column in columns and columns[bound.column] not in NUMBERS:
            raise UserError(f"“{bound.column}” holds no numbers, so there is no from and to.")
        if bound.column not in columns and bound.key not in bounds:
            raise UserError(f"There is no column “{bound.column}”.")
        name = bounds.get(bound.key) or identifier(bound.column)
        for sign, value in ((">=", bound.low), ("<=", bound.high)):
            if value is not None:
                parts.append(f"t.{name} {sign} ?")
                values.append(value)
    if selection.area:
        parts.append(inside_sql(f"t.{PLACES[0]}", f"t.{PLACES[1]}", selection.area))
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), values


def _count(con: duckdb.DuckDBPyConnection, source: str, values: Sequence[object] = ()) -> int:
    row = con.execute(f"SELECT count(*) FROM {source}", list(values)).fetchone()
    return int(row[0]) if row else 0
