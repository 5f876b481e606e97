"""What algorithms share that make a prototype of others: they are no cards and need a folder."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mllab.engine.algorithms.base import Algorithm, algorithms
from mllab.engine.apart import rows_inside
from mllab.engine.assignments import LABELS
from mllab.engine.model import read_model
from mllab.engine.space import Space
from mllab.engine.stability import Stability
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix

LEFT_OUT = ("preprocessing", "details", "libraries", "segments", "columns")
"""What of a model that another one stands on scoring does not need a second time."""
FILES = ("by_hand", "combine")
"""The modules with the algorithms."""
GONE = "The prototype that this one was to be made from is not here any more."
_KNOWN: "dict[str, type[MadeOf]]" = {}


class MadeOf(Algorithm):
    """An algorithm that reads the labels and models of prototypes beside the matrix.

    It is no card of *Create Prototypes* and therefore not in the registry.
    """

    family = "rule"
    refits = False  # the labels that it stands on are of these rows and no others
    scores_exactly = False  # as exactly as what it was made from

    def __init__(self, space: Space | None = None, folder: Path | None = None) -> None:
        super().__init__(space)
        self.folder = folder  # of the experiment; only training needs it

    def __init_subclass__(cls) -> None:
        """Note the algorithm by its key."""
        super().__init_subclass__()
        _KNOWN[cls.key] = cls

    def steady(
        self, X: "Matrix", labels: "Labels", params: Any, seed: int, progress: Progress
    ) -> Stability:
        """Say how steady the segments of X (n, d) are; None in it where that cannot be said."""
        return Stability(None, None)


def made_algorithms() -> dict[str, type[MadeOf]]:
    """Return the algorithms that make prototypes of others, by key."""
    for name in FILES:  # as the registries of plug-ins do: each imports this module
        import_module(f"mllab.engine.{name}")
    return dict(_KNOWN)


def algorithm_of(key: str) -> type[Algorithm]:
    """Return the algorithm of a stored model, of all kinds; ``KeyError`` where there is none."""
    return made_algorithms().get(key) or algorithms.get(key)


def labels_of_member(folder: Path, prototype: str) -> "Labels":
    """Return the labels (n,) of a trained prototype of the rows that are trained on."""
    import numpy as np

    found = np.load(member_folder(folder, prototype) / LABELS, mmap_mode="r", allow_pickle=False)
    trained = rows_inside(folder)
    return np.asarray(found if trained is None else found[trained])


def model_of_member(folder: Path, prototype: str) -> dict[str, Any]:
    """Return the model of a trained prototype as another model holds it."""
    model = read_model(member_folder(folder, prototype) / "model.json")
    return {key: value for key, value in model.items() if key not in LEFT_OUT}


def member_folder(folder: Path, prototype: str) -> Path:
    """Find the folder of a trained prototype beside the matrix; ``UserError`` where it is gone."""
    found = [path for path in folder.glob(f"prototypes/{prototype}-*") if (path / LABELS).is_file()]
    if not found:
        raise UserError(GONE)
    return max(found, key=lambda path: path.stat().st_mtime)
