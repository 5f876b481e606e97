"""Distances that all prototypes of an experiment are scored by, computed once and kept on disk."""

from pathlib import Path
from typing import TYPE_CHECKING

from mllab.engine.silhouettes import blocks
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from numpy import float32, int64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Matrix

    Distances = NDArray[float32]

FILE = "distances.npy"
LEAST_SHARERS = 4
"""Writing costs as much as computing them twice, reading a third (decision 18)."""
LARGEST, SMALLEST = 1e30, 1e-20
"""Of the longest distance: beyond, single precision has no number for it, or for the short ones."""
BYTES = 4  # a distance; its rounding, 6e-8 of it, moves a silhouette by less than 2e-7


def distances_write(folder: Path, most_bytes: int, progress: Progress) -> bool:
    """Keep the distances of the rows that are looked at (q) to all rows (n) of an experiment.

    Written into its ``folder`` as float32 (q, n), by pieces. Says whether they are there: not
    where they take more than ``most_bytes`` or the disk has no room, since scoring can do
    without them.
    """
    import numpy as np

    X = np.load(folder / "matrix.npy", mmap_mode="r", allow_pickle=False)
    query = query_of(folder)
    rows = np.arange(len(X)) if query is None else query
    if len(rows) * len(X) * BYTES > most_bytes:
        return False
    try:
        is_whole = _write(folder / FILE, np.asarray(X, dtype=np.float64), rows, progress)
    except OSError:
        is_whole = False
    if not is_whole:
        distances_remove(folder)
    return is_whole


def distances_of(folder: Path) -> "Distances | None":
    """Map the distances of an experiment into memory; None where there are none."""
    import numpy as np

    try:
        found: Distances = np.load(folder / FILE, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None
    return found


def distances_remove(folder: Path) -> None:
    """Give their room back; whoever reads them just now goes on doing so."""
    (folder / FILE).unlink(missing_ok=True)


def query_of(folder: Path) -> "NDArray[int64] | None":
    """Read which rows estimates look at; None for all of them."""
    import numpy as np

    path = folder / "query.npy"
    return np.load(path, allow_pickle=False) if path.exists() else None


def _write(path: Path, X: "Matrix", rows: "NDArray[int64]", progress: Progress) -> bool:
    """Write by ordinary writes: a full disk is an error here, where mapped memory would crash."""
    import numpy as np

    header = {"descr": "<f4", "fortran_order": False, "shape": (len(rows), len(X))}
    longest = 0.0
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for start, _, block in blocks(X, rows, np.arange(len(X))):
            progress.step(start / len(rows), "Measuring distances")
            longest = max(longest, float(block.max()))
            if longest > LARGEST:
                return False
            file.write(block.astype("<f4").data)
    return longest > SMALLEST
