"""Who is in which segment: rows of the trained table with their labels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets.engine.display import plain
from datasets.engine.duck import identifier
from datasets.engine.reader import reader, table
from datasets.engine.types import ROW_COLUMN

LABELS, CONFIDENCE = "labels.npy", "confidence.npy"


def rows_of(file: Path, columns: Sequence[str], limit: int, offset: int) -> list[list[Any]]:
    """Return some rows of a prepared table in the order of its matrix, as JSON carries them.

    Without ``columns`` each row is its number in the dataset.
    """
    names = ", ".join(identifier(name) for name in (columns or [ROW_COLUMN]))
    query = f"SELECT {names} FROM {table([file])} ORDER BY {ROW_COLUMN} LIMIT ? OFFSET ?"
    with reader([file]) as con:
        rows = con.execute(query, [limit, offset]).fetchall()
    return [[plain(cell) for cell in row] for row in rows]


def labels_of(folder: Path, limit: int, offset: int) -> tuple[list[int], list[float] | None]:
    """Return labels and, where the algorithm knows them, confidences of some rows."""
    import numpy as np

    chosen = slice(offset, offset + limit)
    labels = np.load(folder / LABELS, mmap_mode="r", allow_pickle=False)[chosen].tolist()
    if not (folder / CONFIDENCE).is_file():
        return labels, None
    known = np.load(folder / CONFIDENCE, mmap_mode="r", allow_pickle=False)[chosen]
    return labels, [round(value, 4) for value in known.astype(float).tolist()]
