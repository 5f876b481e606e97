"""Small experiments and prototypes as files, for tests of what reads them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from mllab.engine.profiles import profiles

FEATURES: list[dict[str, Any]] = [
    {"column": "Monetary", "role": "input"},
    {"column": "Recency", "role": "input"},
    {"column": "Country", "role": "display"},
    {"column": "Since", "role": "display"},
    {"column": "CustomerID", "role": "ignored"},
]
COLUMNS = """
    12000 + __row AS CustomerID,
    (__row * 10.5)::DECIMAL(18, 4) AS Monetary,
    __row % 7 AS Recency,
    CASE WHEN __row % 5 > 0 THEN 'Land ' || __row % 3 END AS Country,
    DATE '2011-01-01' + __row::INTEGER AS Since"""


def write_table(folder: Path, rows: Sequence[int], columns: str = COLUMNS) -> Path:
    """Write ``table.parquet`` with these row numbers, in this order."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = ", ".join(f"({row}::BIGINT)" for row in rows)
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT __row, {columns} FROM (VALUES {listed}) AS given(__row)) "
            f"TO '{folder / 'table.parquet'}'"
        )
    return folder


def write_experiment(folder: Path, rows: Sequence[int]) -> Path:
    """Write a table and its map: every second row, at (row, −row)."""
    write_table(folder, rows)
    places = np.arange(0, len(rows), 2)
    numbers = np.asarray(rows, dtype=np.float64)[places]
    np.save(folder / "map_rows.npy", places.astype(np.int64))
    np.save(folder / "map_points.npy", np.column_stack([numbers, -numbers]))
    described = {"features": FEATURES, "map": {"variance": [0.54, 0.21]}}
    (folder / "preprocessing.json").write_text(json.dumps(described))
    return folder


def write_prototype(
    folder: Path, experiment: Path, labels: Sequence[int] | NDArray[np.int64]
) -> Path:
    """Write labels in the order of the experiment's table, and their profiles."""
    folder.mkdir(parents=True)
    found = np.asarray(labels, dtype=np.int32)
    np.save(folder / "labels.npy", found)
    described: Mapping[str, Any] = profiles(experiment, found, FEATURES)
    (folder / "profiles.json").write_text(json.dumps(described, allow_nan=False))
    return folder
