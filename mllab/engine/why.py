"""Why a customer is in a segment: its values beside two segments, and how far both are."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mllab.engine.assignments import LABELS
from mllab.engine.labelings import NOISE


@dataclass(frozen=True)
class Why:
    """Where a row stands: ``label``, the ``other`` segment that it is nearest to, and distances.

    Distances are those to the middles of the two in the training space; None where there is no
    such segment.
    """

    label: int
    other: int | None
    own_distance: float | None
    other_distance: float | None
    values: dict[str, Any]


def why(
    table: Path, folder: Path, experiment: Path, model: Mapping[str, Any], number: int
) -> Why | None:
    """Look at the row ``number`` of the dataset; None where the prototype does not have it."""
    import numpy as np

    from datasets.engine.reader import reader
    from datasets.engine.reader import table as parquet
    from datasets.engine.types import ROW_COLUMN

    with reader([table]) as con:
        query = f"SELECT * FROM {parquet([table])} WHERE {ROW_COLUMN} = ?"
        cursor = con.execute(query, [number])
        names = [each[0] for each in cursor.description or ()]
        row = cursor.fetchone()
        before = con.execute(
            f"SELECT count(*) FROM {parquet([table])} WHERE {ROW_COLUMN} < ?", [number]
        ).fetchone()
    if row is None or before is None:
        return None
    labels = np.load(folder / LABELS, mmap_mode="r", allow_pickle=False)
    X = np.load(experiment / "matrix.npy", mmap_mode="r", allow_pickle=False)
    label = int(labels[before[0]])
    apart = np.linalg.norm(np.asarray(model["centers"]) - X[before[0]], axis=1)
    order = [int(each) for each in np.argsort(apart, kind="stable") if int(each) != label]
    other = order[0] if order else None
    return Why(
        label,
        other,
        None if label == NOISE else float(apart[label]),
        None if other is None else float(apart[other]),
        dict(zip(names, row, strict=True)),
    )
