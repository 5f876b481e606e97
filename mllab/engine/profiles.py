"""Profiles: what the rows of each segment are like, beside everyone, in the table's own units."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from datasets.engine.duck import connect, identifier
from datasets.engine.names import is_identifier
from datasets.engine.reader import table
from datasets.engine.types import ROW_COLUMN, Column, from_duckdb
from mllab.engine.labelings import segment_sizes
from mllab.engine.personal import is_personal
from mllab.engine.profile_columns import CATEGORIES, measures, read, top_values, values_sql
from mllab.engine.settings import Feature

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from mllab.engine.algorithms.base import Labels

FORMAT = "profiles/1"
UNUSED = "ignored"
MAX_UNUSED = 60
"""Of the columns that were left out of training."""
MOSTLY = 0.8
MEMORY_BYTES = 512 * 2**20
PER_QUERY = 50
"""Columns of one query: more would hold the quantiles of all of them in memory at once."""


def profiles(folder: Path, labels: "Labels", features: Sequence[Any]) -> dict[str, Any]:
    """Describe each segment by the columns of ``folder``'s ``table.parquet``.

    Those that were left out of training too (role ``ignored``), but for what says who a row is
    and what is personal: that has no place in a profile.

    ``labels`` (n,) stand in the order of the table; ``features`` are those of the experiment, as
    ``Feature`` or as their JSON. Returns JSON: ``format``, ``rows``,
    ``segments`` ({"label", "size", "share"}, noise −1 last) and ``columns``, inputs first, then
    those for display, then the others: {"name", "type", "role", "kind", "overall", "segments":
    [{"label", …}]}.

    numeric: ``n``, ``missing``, ``mean``, ``median``, ``q05``, ``q25``, ``q75``, ``q95``, ``std``;
    of a segment also ``index`` (100 × its mean over everyone's; None where that is about 0) and
    ``z`` (its distance from everyone's mean in standard deviations). category: ``n``, ``missing``
    and ``top`` ({"value", "count", "share" of all rows, also missing ones}), the same values
    everywhere, and ``others`` likewise. date: ``n``, ``missing``, ``min``, ``median``, ``max`` as
    ISO text.
    """
    sizes = segment_sizes(labels)
    roles = {f.column: f.role for f in map(Feature.model_validate, features)}
    with opened(folder / "table.parquet", labels) as con:
        columns = _described(_columns(con), roles)
        plain = _view(con, columns)
        found = {**_measured(con, plain, sizes), **_counted(con, plain, sizes)}
    total = max(sum(sizes.values()), 1)
    told = [
        {"name": column.name, "type": column.type, "role": roles.get(column.name, UNUSED)}
        | found[name]
        for column, name in zip(columns, (one.name for one in plain), strict=True)
    ]
    return {
        "format": FORMAT,
        "rows": sum(sizes.values()),
        "segments": [{"label": k, "size": n, "share": n / total} for k, n in sizes.items()],
        "columns": [each for each in told if not _is_text_of_its_own(each, total)],
    }


def _is_text_of_its_own(column: dict[str, Any], rows: int) -> bool:
    """Say whether an ignored column is of texts that hardly repeat: names, notes, numbers."""
    if column["role"] != UNUSED or column["kind"] != "category":
        return False
    return bool(column["overall"]["others"]["count"] > MOSTLY * rows)


@contextmanager
def opened(file: Path, labels: "Labels") -> "Iterator[DuckDBPyConnection]":
    """Open a database with the view ``source`` and the table ``labels`` (row, label)."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = pq.read_table(file, columns=[ROW_COLUMN])[ROW_COLUMN]
    given = pa.table({"row": rows, "label": np.asarray(labels, dtype=np.int32)})
    with TemporaryDirectory(prefix="segplatform-") as spill:
        con = connect(MEMORY_BYTES, spill, paths=[file])
        try:
            con.register("given", given)
            con.execute("CREATE TABLE labels AS SELECT * FROM given")
            con.execute(f"CREATE VIEW source AS SELECT * FROM {table([file])}")
            yield con
        finally:
            con.close()


def _columns(con: "DuckDBPyConnection") -> list[Column]:
    described = con.execute("DESCRIBE source").fetchall()
    return [Column(row[0], from_duckdb(row[1])) for row in described]


def _described(columns: Sequence[Column], roles: Mapping[str, str]) -> list[Column]:
    """Choose the columns to describe, inputs first; of the ignored ones only some, and no ids."""
    places = {name: place for place, name in enumerate(roles)}
    used = [column for column in columns if roles.get(column.name, UNUSED) != UNUSED]
    used.sort(key=lambda column: (roles[column.name] != "input", places[column.name]))
    others = [
        column
        for column in columns
        if roles.get(column.name) == UNUSED
        and not is_identifier(column.name)
        and not is_personal(column.name)
    ]
    return [*used, *others[:MAX_UNUSED]]


def _view(con: "DuckDBPyConnection", columns: Sequence[Column]) -> list[Column]:
    """Make the view ``t`` of labels and columns; give the names that columns have there.

    They are c0, c1, …: whatever people call theirs, "label" is the label.
    """
    plain = [Column(f"c{place}", column.type) for place, column in enumerate(columns)]
    named = [
        f"source.{identifier(column.name)} AS {new.name}"
        for column, new in zip(columns, plain, strict=True)
    ]
    con.execute(
        f"CREATE VIEW t AS SELECT {', '.join(['labels.label', *named])} "
        f"FROM source JOIN labels ON labels.row = source.{ROW_COLUMN}"
    )
    return plain


def _measured(
    con: "DuckDBPyConnection", columns: Sequence[Column], sizes: dict[int, int]
) -> dict[str, dict[str, Any]]:
    """Describe numbers and dates, many columns in a query."""
    chosen = [column for column in columns if column.type not in CATEGORIES]
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(chosen), PER_QUERY):
        part = chosen[start : start + PER_QUERY]
        asked = ", ".join(measures(column) for column in part)
        rows = con.execute(
            f"SELECT CASE WHEN grouping(label) = 0 THEN label END, {asked} "
            "FROM t GROUP BY GROUPING SETS ((label), ())"
        ).fetchall()
        for place, column in enumerate(part, start=1):
            found[column.name] = read(column, {row[0]: row[place] for row in rows}, sizes)
    return found


def _counted(
    con: "DuckDBPyConnection", columns: Sequence[Column], sizes: dict[int, int]
) -> dict[str, dict[str, Any]]:
    """Count the most frequent values of texts and booleans, one column in a query."""
    chosen = [column for column in columns if column.type in CATEGORIES]
    return {
        column.name: top_values(con.execute(values_sql(column.name)).fetchall(), sizes)
        for column in chosen
    }
