"""The coordinates of all rows on the three directions in which they differ most."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mllab.engine.preparation.components import Components, chunks, first, project

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    from mllab.engine.preparation.values import Floats

SPACE, ABOUT = "space.npy", "space.json"
DIRECTIONS = 3


def write_space(found: Components, X: "Floats", out_dir: Path) -> None:
    """Write ``space.npy`` float32 (n, 3) of X (n, d) and the directions' shares of the variance.

    All rows, where the map draws a sample: an area of the map can be asked for all that is in it.
    """
    import numpy as np

    three = first(found, DIRECTIONS)
    points = np.lib.format.open_memmap(out_dir / SPACE, "w+", np.float32, (len(X), DIRECTIONS))
    start = 0
    for chunk in chunks(X):
        points[start : start + len(chunk)] = project(three, chunk)
        start += len(chunk)
    points.flush()
    told = json.dumps({"variance": three.variance})
    (out_dir / ABOUT).write_text(told, encoding="utf-8")


def read_space(folder: Path) -> "tuple[NDArray[float32], list[float]] | None":
    """Read what ``write_space`` wrote; None where the experiment was prepared before it did."""
    import numpy as np

    if not (folder / SPACE).is_file():
        return None
    about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    points = np.load(folder / SPACE, mmap_mode="r", allow_pickle=False)
    return points, list(about["variance"])
