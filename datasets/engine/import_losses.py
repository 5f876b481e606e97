"""What each type would lose of a column, counted over the whole file before it is imported.

The file is read once, the columns that are asked for as the text that they are; DuckDB then
tries the types that a person may choose on each different text.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from datasets.engine.bounds import EXAMPLES
from datasets.engine.duck import connect, identifier, literal
from datasets.engine.file_work import CELL_CHARACTERS, file_preview, file_read
from datasets.engine.import_columns import reading_options
from datasets.engine.kinds import Kind, convert_sql, kinds_wanted
from datasets.engine.moments import MOMENTS, Moment
from datasets.engine.numbers import Numbers
from datasets.engine.store import PART_NAME
from datasets.engine.types import COLUMN_TYPES, ColumnType
from segplatform.kernel.progress import Progress, SubProgress

READ_SHARE = 0.6
TRIED = 20_000
"""On so many texts it shows which of the hundred ways to write a date may be meant."""
HOPELESS = 0.5

Losses = dict[str, dict[str, Any]]


def file_losses(
    path: Path,
    name: str,
    options: Mapping[str, Any],
    columns: Sequence[str],
    *,
    work: Path,
    progress: Progress,
    memory_bytes: int,
) -> Losses:
    """Count what every type would lose of ``columns``; ``work`` is an empty folder.

    Gives ``{column: {"values", "types": {type: {"misses", "examples": [(row, text)]}}}}``:
    ``values`` are cells that are not blank, rows count as those of rejected cells do. Columns
    that are not there are left aside. Raises as ``file_read`` does.
    """
    plain = reading_options(options)
    shown = file_preview(path, name, plain, rows=1, lenient=True, work=work, progress=progress)
    names = [column["name"] for column in shown["columns"]]
    asked = [column for column in columns if column in names]
    if not asked:
        return {}
    chosen = {
        **plain,
        "types": dict.fromkeys(asked, "text"),
        "left_out": [other for other in names if other not in set(asked)],
    }
    texts = work / "texts"
    texts.mkdir()
    part = SubProgress(progress, 0, READ_SHARE)
    file_read(path, name, chosen, out_dir=texts, progress=part, memory_bytes=memory_bytes)
    return _counted(texts / PART_NAME, asked, shown["options"], work, progress, memory_bytes)


def _counted(
    file: Path, asked: Sequence[str], options: Mapping[str, Any], work: Path, progress: Progress,
    memory_bytes: int,
) -> Losses:  # fmt: skip
    numbers = Numbers(options.get("decimal") or ".", options.get("thousands") or "")
    found = {}
    with connect(memory_bytes // 4, work / "spill", 1, paths=[file]) as con:
        for done, column in enumerate(asked):
            share = READ_SHARE + (1 - READ_SHARE) * done / len(asked)
            progress.step(share, "Trying the types")
            found[column] = _of_column(con, file, column, numbers, options.get("date_order"))
    return found


def _of_column(
    con: duckdb.DuckDBPyConnection, file: Path, column: str, numbers: Numbers, order: str | None
) -> dict[str, Any]:
    cell = identifier(column)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE texts AS SELECT {cell} AS x, count(*) AS n, "
        f"min(__row) AS r FROM read_parquet({literal(str(file))}) "
        f"WHERE trim({cell}, ' \t') <> '' GROUP BY 1"
    )
    moment = _moment(con, order)
    kinds: dict[ColumnType, Kind] = {"date": moment, "datetime": moment}
    for wanted in COLUMN_TYPES:
        if wanted not in (*kinds, "text"):
            kinds[wanted] = kinds_wanted(wanted, numbers)[0]
    values, *fits = _fitting(con, list(kinds.values()))
    types = {
        wanted: {"misses": values - fit, "examples": _examples(con, kind) if fit < values else []}
        for (wanted, kind), fit in zip(kinds.items(), fits, strict=True)
    }
    return {"values": values, "types": types}


def _moment(con: duckdb.DuckDBPyConnection, order: str | None) -> Moment:
    """Return the way to write a date that most texts follow, among those of this order."""
    ways = [m for m in MOMENTS if not (m.order and order and m.order != order)]
    # A date is a time at midnight: what fits the one fits the other, too.
    ways = [Moment("datetime", way.format, way.order) for way in ways]
    # One look at all ways together spares most texts the hundred single ones.
    any_way = literal("|".join(f"(?:{way.pattern})" for way in ways))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE dates AS SELECT x, n FROM texts "
        f"WHERE regexp_full_match(trim(x, ' \t'), {any_way})"
    )
    tried, *fits = _fitting(con, ways, f"(SELECT * FROM dates LIMIT {TRIED})")
    best = max(fits)
    hopeful = [
        way
        for way, fit in zip(ways, fits, strict=True)
        if fit == best or fit >= tried * (1 - HOPELESS)
    ]
    if len(hopeful) == 1 or not tried:
        return hopeful[0]
    _, *all_fits = _fitting(con, hopeful, "dates")
    return hopeful[all_fits.index(max(all_fits))]


def _fitting(
    con: duckdb.DuckDBPyConnection, kinds: Iterable[Kind], table: str = "texts"
) -> list[int]:
    """Count the cells of a table of texts, and for each kind those that it fits."""
    sums = (f"sum(n) FILTER (WHERE ({convert_sql(kind, 'x')}) IS NOT NULL)" for kind in kinds)
    counts = ", ".join(f"coalesce({one}, 0)::BIGINT" for one in ("sum(n)", *sums))
    row = con.execute(f"SELECT {counts} FROM {table}").fetchone()
    return [int(count) for count in row or ()]


def _examples(con: duckdb.DuckDBPyConnection, kind: Kind) -> list[tuple[int, str]]:
    """Return the first different texts that do not fit, with their rows."""
    rows = con.execute(
        f"SELECT r, x FROM texts WHERE ({convert_sql(kind, 'x')}) IS NULL "
        f"ORDER BY r LIMIT {EXAMPLES}"
    ).fetchall()
    return [(row, text[:CELL_CHARACTERS]) for row, text in rows]
