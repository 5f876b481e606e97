"""Groups that a table has already, as one more split to compare segments with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.engine.duck import identifier, literal
from datasets.engine.reader import reader, table
from datasets.engine.rfm_groups import GRID
from datasets.engine.types import ROW_COLUMN, from_duckdb
from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    import duckdb
    from numpy import int64
    from numpy.typing import NDArray

    Codes = NDArray[int64]

LEAST, MOST = 2, 30
"""Values of a column of groups; rows without a value are one of them."""
LONGEST = 200
"""Letters of a value: what is longer is a text, and not the name of a group."""
LOOKED_AT = 20_000
"""Rows that tell first which columns have too many values: most are out after these."""
RFM_GROUPS = sorted({name for line in GRID.values() for name in line})
WORDS = ("text", "boolean")
CALLED = "group"
"""What the recipe RFM calls its column of groups; other names of groups may stand in it."""
NOTHING = f"There is no column with {LEAST} to {MOST} values to compare the segments with."


@dataclass(frozen=True)
class GroupColumn:
    """A column that splits the rows into groups; ``is_rfm`` where these are the RFM recipe's."""

    name: str
    values: int
    is_rfm: bool
    type: str


@dataclass(frozen=True)
class Groups:
    """``codes`` (n,) of the rows numbered ``rows`` (n,); code c is the value ``names[c]``.

    The largest group is the first; rows without a value, named None, are the last.
    """

    column: str
    is_rfm: bool
    names: list[str | None]
    codes: "Codes"
    rows: "Codes"


def group_columns(file: Path) -> list[GroupColumn]:
    """List the columns of a Parquet file that split its rows into 2 to 30 groups.

    The best to compare with is the first: RFM groups, what is called so, then words, then numbers
    and dates.
    """
    with reader([file]) as con:
        types = {name: kind for name, kind in _described(con, file) if name != ROW_COLUMN}
        few = _few(con, file, list(types))
        found = [_counted(con, file, name, from_duckdb(types[name])) for name in few]
    columns = [each for each in found if each]
    return sorted(
        columns,
        key=lambda each: (not each.is_rfm, each.name.casefold() != CALLED, each.type not in WORDS),
    )


def groups_of(file: Path, column: str) -> Groups:
    """Read a column as groups; ``UserError`` where it is not there, or has too many values."""
    import numpy as np

    with reader([file]) as con:
        types = dict(_described(con, file))
        if column == ROW_COLUMN or column not in types:
            raise UserError(f"There is no column “{column}” in this data; choose another one.")
        found = _counted(con, file, column, from_duckdb(types[column]))
        if found is None:
            raise UserError(
                f"“{column}” does not split the rows into groups: choose a column with {LEAST} to "
                f"{MOST} different values."
            )
        names = _values(con, file, column)
        known = [name for name in names if name is not None]
        told = ", ".join(literal(name) for name in known)
        code = f"list_position([{told}]::VARCHAR[], {_text(column)}) - 1"
        arrays = con.execute(
            f"SELECT {ROW_COLUMN} AS rows, coalesce({code}, {len(known)})::BIGINT AS codes "
            f"FROM {table([file])}"
        ).fetchnumpy()
    codes, rows = (np.asarray(arrays[name], dtype=np.int64) for name in ("codes", "rows"))
    return Groups(column, found.is_rfm, names, codes, rows)


def group_sizes(groups: Groups, codes: "Codes") -> list[dict[str, Any]]:
    """Count the rows of each group among ``codes`` (n,): ``{"code", "name", "rows", "share"}``."""
    import numpy as np

    counts = np.bincount(codes, minlength=len(groups.names)).tolist()
    whole = max(len(codes), 1)
    return [
        {"code": code, "name": name, "rows": rows, "share": rows / whole}
        for code, (name, rows) in enumerate(zip(groups.names, counts, strict=True))
        if rows
    ]


def _described(con: "duckdb.DuckDBPyConnection", file: Path) -> list[tuple[str, str]]:
    rows = con.execute(f"DESCRIBE SELECT * FROM {table([file])}").fetchall()
    return [(name, kind) for name, kind, *_ in rows]


def _few(con: "duckdb.DuckDBPyConnection", file: Path, names: Sequence[str]) -> list[str]:
    """Keep the columns that have few values in the first rows."""
    if not names:
        return []
    asked = ", ".join(f"count(DISTINCT {identifier(name)})" for name in names)
    first = f"(SELECT * FROM {table([file])} LIMIT {LOOKED_AT})"
    counts = con.execute(f"SELECT {asked} FROM {first}").fetchone() or ()
    return [name for name, count in zip(names, counts, strict=True) if count <= MOST]


def _counted(
    con: "duckdb.DuckDBPyConnection", file: Path, name: str, kind: str
) -> GroupColumn | None:
    """Describe a column by all rows; None where it has too few values, or too many.

    A group has two rows at least on the average: in a small table each row may differ.
    """
    known = ", ".join(literal(each) for each in RFM_GROUPS)
    text = _text(name)
    row = con.execute(
        f"SELECT count(DISTINCT {text}), count(*), count({text}), max(length({text})), "
        f"bool_and({text} IN ({known})) FROM {table([file])}"
    ).fetchone()
    distinct, rows, known_rows, longest, is_rfm = row or (0, 0, 0, 0, False)
    values = int(distinct) + (known_rows < rows)
    if not distinct or not LEAST <= values <= min(MOST, rows // 2) or longest > LONGEST:
        return None
    return GroupColumn(name, values, bool(is_rfm), kind)


def _values(con: "duckdb.DuckDBPyConnection", file: Path, column: str) -> list[str | None]:
    rows = con.execute(
        f"SELECT {_text(column)} AS value, count(*) AS many FROM {table([file])} GROUP BY value "
        "ORDER BY value IS NULL, many DESC, value"
    ).fetchall()
    return [value for value, _ in rows]


def _text(column: str) -> str:
    return f"t.{identifier(column)}::VARCHAR"
