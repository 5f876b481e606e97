"""Profiles: what the rows of each segment are like, beside everyone, in the table's own units."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from datasets.engine.duck import connect, identifier
from datasets.engine.reader import table
from datasets.engine.types import ROW_COLUMN, Column, from_duckdb
from mllab.engine.labelings import segment_sizes
from mllab.engine.profile_columns import CATEGORIES, measures, read, top_values, values_sql
from mllab.engine.settings import Feature

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from mllab.engine.algorithms.base import Labels

FORMAT = "profiles/1"
UNUSED = "ignored"
MEMORY_BYTES = 512 * 2**20
PER_QUERY = 50
"""Columns of one query: more would hold the quantiles of all of them in memory at once."""


def profiles(folder: Path, labels: "Labels", features: Sequence[Any]) -> dict[str, Any]:
    """Describe each segment by the input and display columns of ``folder``'s ``table.parquet``.

    ``labels`` (n,) stand in the order of the table; ``features`` are those of the experiment, as
    ``Feature`` or as their JSON. Returns JSON: ``format``, ``rows``,
    ``segments`` ({"label", "size", "share"}, noise −1 last) and ``columns``, in the order of
    ``features``: {"name", "type", "role", "kind", "overall", "segments": [{"label", …}]}.

    numeric: ``n``, ``missing``, ``mean``, ``median``, ``q25``, ``q75``, ``std``; of a segment also
    ``index`` (100 × its mean over everyone's; None where that is about 0) and ``z`` (its distance
    from everyone's mean in standard deviations). category: ``n``, ``missing`` and ``top``
    ({"value", "count", "share" of all rows, also missing ones}), the same values everywhere,
    and ``others`` likewise. date: ``n``, ``missing``, ``min``, ``median``, ``max`` as ISO text.
    """
    sizes = segment_sizes(labels)
    roles = {f.column: f.role for f in map(Feature.model_validate, features)}
    with _opened(folder / "table.parquet", labels) as con:
        columns = [column for column in _columns(con) if roles.get(column.name, UNUSED) != UNUSED]
        columns.sort(key=lambda column: [*roles].index(column.name))
        plain = _view(con, columns)
        found = {**_measured(con, plain, sizes), **_counted(con, plain, sizes)}
    total = max(sum(sizes.values()), 1)
    return {
        "format": FORMAT,
        "rows": sum(sizes.values()),
        "segments": [{"label": k, "size": n, "share": n / total} for k, n in sizes.items()],
        "columns": [
            {"name": column.name, "type": column.type, "role": roles[column.name]} | found[name]
            for column, name in zip(columns, (one.name for one in plain), strict=True)
        ],
    }


@contextmanager
def _opened(file: Path, labels: "Labels") -> "Iterator[DuckDBPyConnection]":
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
