"""Selected customers of a prototype as the files of a dataset."""

from pathlib import Path

from datasets.engine.duck import identifier
from datasets.engine.reader import reader, table
from datasets.engine.results import ReadResult
from datasets.engine.store import file_info, write_parquet
from datasets.engine.types import ROW_COLUMN
from mllab.engine.members import Members, members_query
from mllab.engine.selection import Selection


def select(members: Members, selection: Selection, out_dir: Path) -> ReadResult:
    """Write the rows of a selection, numbered anew from 1 in the order of the table.

    The columns are those of the table, then segment, name and confidence.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    query, values = members_query(members, selection)
    columns = [*members.columns, *members.ours]
    names = ", ".join(identifier(column.name) for column in columns)
    numbered = (
        f"SELECT row_number() OVER (ORDER BY {ROW_COLUMN}) AS {ROW_COLUMN}, {names} "
        f"FROM ({query}) ORDER BY {ROW_COLUMN}"
    )
    with reader([members.table, members.members], [out_dir]) as con:
        written = write_parquet(con, numbered, out_dir, parameters=values)
        info = file_info(out_dir / written["name"])
        asked = ", ".join(f"count(*) - count({identifier(column.name)})" for column in columns)
        missing = con.execute(f"SELECT {asked} FROM {table([out_dir / info['name']])}").fetchone()
    told = [
        {"name": column.name, "type": column.type, "missing": count}
        for column, count in zip(columns, missing or (), strict=True)
    ]
    return ReadResult(told, info["rows"], [dict(info)], info["bytes"], {})
