"""Training that starts from the centres of a former prototype, and what became of these."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mllab.engine.assignments import LABELS
from mllab.engine.labelings import NOISE
from mllab.engine.model import read_model
from mllab.engine.warm_centres import centres_moved
from segplatform.kernel.errors import UserError

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Fit, Labels, Matrix

TABLE = "table.parquet"
GONE = "The prototype to start from is not here any more: train without it."


@dataclass(frozen=True)
class Start:
    """Where training starts: ``centers`` (k, d) in its own space, in the order of the former's.

    ``how`` says whether the two spaces are one (``mllab.engine.warm_centres``).
    """

    folder: Path
    centers: "Matrix"
    how: str

    def told(self, folder: Path, X: "Matrix", fit: "Fit") -> dict[str, Any]:
        """Say of each segment which former one it is, how far its centre moved, and who changed.

        A centre's way is the root of the mean square over columns, in standard deviations of
        these. ``changed`` is None where the rows are not the same.
        """
        import numpy as np

        pairs = pairs_of(self.centers, fit.centers)
        spread = np.maximum(X.std(axis=0), 1e-12)
        ways = (fit.centers - self.centers[pairs]) / spread
        return {
            "how": self.how, "pairs": pairs.tolist(),
            "moved": np.sqrt((ways**2).mean(axis=1)).tolist(),
            "changed": share_changed(self.folder, folder, fit.labels, pairs),
        }  # fmt: skip


def start_of(folder: Path, preprocessing: dict[str, Any]) -> Start:
    """Read the centres of the trained prototype in ``folder``, for the space of another one."""
    import numpy as np

    if not (folder / "model.json").is_file():
        raise UserError(GONE)
    model = read_model(folder / "model.json")
    centers = np.asarray(model["centers"], dtype=np.float64)
    moved, how = centres_moved(centers, model["preprocessing"], preprocessing)
    return Start(folder, moved, how)


def pairs_of(start: "Matrix", centers: "Matrix") -> "Labels":
    """Return which of the centres (k, d) it started from each of (m, d), m ≤ k, is, (m,).

    So that all together moved as little as can be: the Hungarian method (Kuhn, 1955).
    """
    import numpy as np
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    places, found = linear_sum_assignment(cdist(centers, start, "sqeuclidean"))
    pairs = np.empty(len(centers), dtype=np.int64)
    pairs[places] = found
    return pairs


def by_start(fit: "Fit", start: "Matrix") -> "tuple[Fit, list[int], Labels]":
    """Number the segments as those that they started from; otherwise as ``train.by_size``."""
    import numpy as np

    order = np.argsort(pairs_of(start, fit.centers))
    places = np.append(np.argsort(order), NOISE)
    labels = places[fit.labels]
    moved = {name: array[order] for name, array in fit.per_segment.items()}
    sizes = np.bincount(labels[labels != NOISE], minlength=len(order)).tolist()
    return replace(fit, labels=labels, centers=fit.centers[order], per_segment=moved), sizes, order


def share_changed(source: Path, folder: Path, labels: "Labels", pairs: "Labels") -> float | None:
    """Return the share of rows that are in another segment now; None where rows differ."""
    import numpy as np

    before = np.load(source / LABELS, mmap_mode="r", allow_pickle=False)
    if len(before) != len(labels) or _rows(source.parent.parent) != _rows(folder):
        return None
    now = np.append(pairs, NOISE)[labels]
    return float(np.mean(now != before))


def _rows(folder: Path) -> str:
    """Name the rows that an experiment prepared by all that is in them.

    Their numbers would not do: a newer version of the dataset has rows of the same numbers.
    """
    import hashlib

    import pyarrow.parquet as pq

    told = hashlib.sha256()
    with pq.ParquetFile(folder / TABLE) as file:
        for batch in file.iter_batches():
            told.update(batch.serialize())
    return told.hexdigest()
