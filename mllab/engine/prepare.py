"""Prepares an experiment: its table, its matrix, its map and what they were fitted with."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb

from datasets.engine.duck import connect, interruptible
from datasets.engine.execute import Source
from datasets.engine.names import is_identifier
from datasets.engine.reader import table as parquet
from datasets.engine.sample import customer_column
from datasets.engine.store import write_parquet
from datasets.engine.types import ROW_COLUMN
from mllab.engine.apart import APART
from mllab.engine.coordinates import write_space
from mllab.engine.features import check_features
from mllab.engine.personal import is_personal
from mllab.engine.preparation.components import (
    Components,
    chunks,
    first,
    fit_components,
    project,
)
from mllab.engine.preparation.reading import ParquetTable, complete_rows, selected
from mllab.engine.preparation.values import kind_of
from mllab.engine.preprocessing import (
    Fitted,
    check_settings,
    fit_apart,
    fit_columns,
    fit_pca,
    inputs_of,
    scaled,
)
from mllab.engine.settings import Feature, Settings
from segplatform.kernel.errors import TooLarge, UserError
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from mllab.engine.preparation.values import Floats

TABLE = "table.parquet"
MAX_MATRIX_COLUMNS = 2_000
"""Covariances of more columns, and distances in so many, take minutes and mean little."""

MAX_CELLS = 2_000_000_000
"""The matrix is 8 bytes a cell: 16 GB on the disk."""

MAP_ROWS = 2_000
QUERY_ROWS = 2_000
EXACT_ROWS = 10_000
"""Up to here silhouettes look at all rows."""

MEMORY_BYTES = 256 * 2**20
MAX_KEYS = 3


@dataclass(frozen=True)
class Prepared:
    """What was written: ``rows`` × ``columns`` of the matrix, and ``details`` (JSON) for people.

    ``details`` holds ``dropped_rows``, ``apart_rows``, ``notes`` (sentences), ``skewed``
    ({"column", "before", "after", "method"}), ``keys`` (columns that say who a row is) and the
    map's ``map_variance``.
    """

    rows: int
    columns: list[str]
    details: dict[str, Any]


def prepare(
    source: Source,
    features: Sequence[Feature],
    settings: Settings,
    seed: int,
    out_dir: Path,
    progress: Progress,
) -> Prepared:
    """Write the files that all prototypes of an experiment share into ``out_dir``.

    ``table.parquet`` (all columns of the rows that are trained on, in the order of ``__row``),
    ``matrix.npy`` float64 (n, d) in that order, ``map_points.npy`` float64 (m, 2) and
    ``map_rows.npy`` int64 (m,), ``query.npy`` int64 where n > 10,000, ``apart.npy`` bool (n,) where
    rows are set apart, ``preprocessing.json``.
    Raises ``UserError`` where the choice cannot be trained on, and what ``progress`` raises.
    """
    features = list(features)
    out_dir.mkdir(parents=True, exist_ok=True)
    table = ParquetTable(out_dir / TABLE, source.columns)
    check_features(features, table)
    check_settings(features, settings, {c.name: kind_of(c.type) for c in source.columns})
    total, rows = _write_table(source, features, settings, out_dir, SubProgress(progress, 0, 0.4))
    if rows < 2:
        raise UserError(_too_few(total, rows))
    report = SubProgress(progress, 0.4, 0.7)
    fitted = fit_columns(table, features, settings, report)
    _check_size(rows, fitted)
    progress.step(0.7, "Writing the matrix")
    fitted, X, apart = _write_matrix(fitted, table, rows, seed, out_dir)
    progress.step(0.9, "Drawing the map")
    found = _write_map(X, seed, out_dir)
    _write_query(rows, seed, out_dir)
    if total > rows:
        note = f"{total - rows:,} of {total:,} rows were left out: an input has no value there."
        fitted = replace(fitted, notes=[note, *fitted.notes])
    _write_json(fitted, found, source, out_dir)
    progress.step(1.0, "Prepared")
    return Prepared(rows, fitted.columns, _details(fitted, found, source, total - rows, apart))


def _too_few(total: int, rows: int) -> str:
    if total < 2:
        return "The dataset has fewer than two rows: there is nothing to compare."
    return (
        f"Only {rows} of {total:,} rows have a value in every input: fill missing values instead "
        "of dropping their rows."
    )


def _write_table(
    source: Source, features: list[Feature], settings: Settings, out_dir: Path, progress: Progress
) -> tuple[int, int]:
    """Write the rows that are trained on; return how many there were, and are."""
    names = [name for name in inputs_of(features) if settings.of(name).missing == "drop_row"]
    files = parquet(source.files)
    # Sorted once here: every other file of the experiment follows the order of this one.
    query = (
        f"SELECT {selected(source)} FROM {files} "
        f"WHERE {complete_rows(source.columns, names)} ORDER BY {ROW_COLUMN}"
    )
    with TemporaryDirectory(prefix="segplatform-") as spill:
        con = connect(MEMORY_BYTES, spill, paths=[*source.files, out_dir])
        try:
            run = interruptible(con, progress, "Reading the rows")
            info = run(lambda: write_parquet(con, query, out_dir, name=TABLE))
            return _count(con, files), info["rows"]
        finally:
            con.close()


def _count(con: duckdb.DuckDBPyConnection, files: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {files}").fetchone()
    return int(row[0]) if row else 0


def _check_size(rows: int, fitted: Fitted) -> None:
    columns = len(fitted.columns)
    if columns > MAX_MATRIX_COLUMNS:
        raise TooLarge(
            f"The inputs make {columns:,} columns to train on, at most {MAX_MATRIX_COLUMNS:,} "
            "are possible: choose fewer inputs."
        )
    if rows * columns > MAX_CELLS:
        raise TooLarge(
            f"{rows:,} rows × {columns:,} columns are too many to train on: choose fewer inputs, "
            "or filter the rows."
        )


def _write_matrix(
    fitted: Fitted, table: ParquetTable, rows: int, seed: int, out_dir: Path
) -> "tuple[Fitted, Floats, int]":
    """Write ``matrix.npy`` in pieces, so that memory does not have to hold it.

    Gives how many rows stand apart, too; ``apart.npy`` says which, where any may.
    """
    has_pca = fitted.settings.pca == "keep"
    before = out_dir / ("scaled.npy" if has_pca else "matrix.npy")
    X = scaled(fitted, table, _new(before, rows, len(fitted.columns)))
    fitted, apart = fit_apart(fitted, X, seed)
    if apart is not None:
        _check_inside(rows, int(apart.sum()))
        _save(out_dir / APART, apart)
    count = 0 if apart is None else int(apart.sum())
    if not has_pca:
        return fitted, _flushed(X), count
    try:
        fitted = fit_pca(fitted, X, None if apart is None else ~apart)
        assert fitted.pca
        points = _new(out_dir / "matrix.npy", rows, len(fitted.columns))
        start = 0
        for chunk in chunks(X):
            points[start : start + len(chunk)] = project(fitted.pca, chunk)
            start += len(chunk)
    finally:
        before.unlink(missing_ok=True)
    return fitted, _flushed(points), count


def _check_inside(rows: int, apart: int) -> None:
    if rows - apart < 2:
        raise UserError("Setting rows apart leaves fewer than two to train on: turn it off.")


def _save(path: Path, array: Any) -> None:
    import numpy as np

    np.save(path, array, allow_pickle=False)


def _new(path: Path, rows: int, columns: int) -> "Floats":
    import numpy as np

    made: Floats = np.lib.format.open_memmap(path, "w+", np.float64, (rows, columns))
    return made


def _flushed(X: "Floats") -> "Floats":
    import numpy as np

    if isinstance(X, np.memmap):
        X.flush()
    return X


def _write_map(X: "Floats", seed: int, out_dir: Path) -> Components:
    """Write the two main directions' coordinates of some rows, drawn by the seed."""
    import numpy as np

    directions = fit_components(X)
    write_space(directions, X, out_dir)
    found = first(directions, 2)
    rows = np.arange(len(X))
    if len(X) > MAP_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(len(X), MAP_ROWS, replace=False))
    np.save(out_dir / "map_rows.npy", rows.astype(np.int64), allow_pickle=False)
    np.save(out_dir / "map_points.npy", project(found, X[rows]), allow_pickle=False)
    return found


def _write_query(rows: int, seed: int, out_dir: Path) -> None:
    """Write the rows that estimated silhouettes look at, drawn apart from those of the map."""
    import numpy as np

    if rows > EXACT_ROWS:
        chosen = np.random.default_rng([seed, 1]).choice(rows, QUERY_ROWS, replace=False)
        np.save(out_dir / "query.npy", np.sort(chosen).astype(np.int64), allow_pickle=False)


def _write_json(fitted: Fitted, found: Components, source: Source, out_dir: Path) -> None:
    types = {column.name: column.type for column in source.columns}
    content = fitted.to_json()
    content["types"] = types
    content["map"] = asdict(found)
    text = json.dumps(content, allow_nan=False, ensure_ascii=False, indent=1)
    (out_dir / "preprocessing.json").write_text(text, encoding="utf-8")


def _details(
    fitted: Fitted, found: Components, source: Source, dropped: int, apart: int
) -> dict[str, Any]:
    return {
        "apart_rows": apart,
        "dropped_rows": dropped,
        "notes": fitted.notes,
        "skewed": fitted.skewed,
        "keys": _keys(source, set(inputs_of(fitted.features))),
        "map_variance": found.variance,
    }


def _keys(source: Source, inputs: set[str]) -> list[str]:
    """Name the columns that say who a row is: the customer first, nothing personal."""
    columns = [
        column
        for column in source.columns
        if column.name not in inputs and not is_personal(column.name)
    ]
    customer = customer_column(columns)
    others = [c for c in columns if c.type in ("text", "integer") and is_identifier(c.name)]
    names = [customer.name] if customer else []
    return [*names, *(c.name for c in others if c.name not in names)][:MAX_KEYS]
