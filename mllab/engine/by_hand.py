"""Segments merged and split by hand: a new prototype that stands on the labels of another one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from mllab.engine.algorithms.base import Cost, Fit, Model
from mllab.engine.labelings import NOISE, centroids
from mllab.engine.made import MadeOf, algorithm_of, labels_of_member, model_of_member
from mllab.engine.model import model_from
from mllab.engine.nearest import Scorer, margin_scorer, nearest_centre
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix

KEY = "by_hand"
MAX_PARTS = 10


class ByHandParams(Params):
    """From which prototype, and what was done to it; labels are those of that prototype."""

    prototype: str = Field(title="Made from the prototype with the id", max_length=40)
    number: int = Field(title="Made from prototype")
    merge: list[int] = Field(default_factory=list, title="Segments merged, by label")
    split: int | None = Field(None, title="Segment split, by label")
    parts: int = Field(2, ge=2, le=MAX_PARTS, title="Into so many parts")


class ByHand(MadeOf):
    """Merging is a map of labels; splitting is K-Means among the rows of one segment."""

    key = KEY
    label = "By hand"
    blurb = "Segments of another prototype, merged or split by a person."
    icon = "hand"
    Params = ByHandParams

    def cost(self, rows: int, columns: int, params: Any) -> Cost:
        """Estimate K-Means within the rows."""
        return Cost(1e-6 * rows * (columns + 2), rows * columns * 16)

    def fit(self, X: "Matrix", params: Any, seed: int, progress: Progress) -> Fit:
        """Merge or split the segments of a prototype that lies beside X, all rows of that."""
        import numpy as np

        if self.folder is None:
            raise UserError("Segments are merged and split on the page of a prototype.")
        labels = labels_of_member(self.folder, params.prototype).astype(np.int64)
        stands_on = model_of_member(self.folder, params.prototype)
        steps, origin = _steps(X, labels, params, seed, progress)
        order = _renumber(steps, changed(X, labels, steps))
        made = changed(X, labels, steps)
        inside = made != NOISE
        return Fit(
            made,
            centroids(X[inside], made[inside]),
            scoring={"parent": stands_on, "steps": steps},
            details={"origin": [origin[old] for old in order], "made_from": params.number},
        )

    def scorer(self, model: Model) -> Scorer:
        """Score by the model that it was made from, then merge and split what that says."""
        parent, steps = model.scoring["parent"], model.scoring["steps"]
        first = algorithm_of(parent["algorithm"])().scorer(model_from(parent))

        def label(rows: "Matrix") -> "Labels":
            found, _ = first(rows)
            made = changed(rows, found, steps)
            inside = made != NOISE
            made[inside] = model.renumbered(made[inside])
            return made

        return margin_scorer(label, model.centers)


def changed(rows: "Matrix", labels: "Labels", steps: Mapping[str, Any]) -> "Labels":
    """Return labels (m,) of rows (m, d) after merging and splitting, noise as it was.

    ``steps`` has ``map``, a list of the new label of each old one, and for a split ``label`` (old),
    ``centers`` (k, d) in the training space and ``labels`` (new) of the parts.
    """
    import numpy as np

    made: Labels = np.append(np.asarray(steps["map"], dtype=np.int64), NOISE)[labels]
    if split := steps.get("split"):
        inside = np.flatnonzero(labels == split["label"])
        if len(inside):
            nearest = nearest_centre(rows[inside], np.asarray(split["centers"]))
            made[inside] = np.asarray(split["labels"], dtype=np.int64)[nearest]
    return made


def _renumber(steps: dict[str, Any], made: "Labels") -> list[int]:
    """Number the new labels by size, ties by their first row, as training numbers all segments.

    So what is told of their origin stays in step with them. Returns the former label of each.
    """
    import numpy as np

    found, firsts, counts = np.unique(made[made != NOISE], return_index=True, return_counts=True)
    order = [int(label) for label in found[np.lexsort((firsts, -counts))]]
    places = {old: new for new, old in enumerate(order)}
    steps["map"] = [places[label] for label in steps["map"]]
    if split := steps.get("split"):
        split["labels"] = [places[label] for label in split["labels"]]
    return order


def _steps(
    X: "Matrix", labels: "Labels", params: ByHandParams, seed: int, progress: Progress
) -> tuple[dict[str, Any], list[list[int]]]:
    """Return what ``changed`` does, and the old labels behind each new one."""
    count = int(labels.max()) + 1 if len(labels) else 0
    merged = sorted(set(params.merge))
    if merged:
        if len(merged) < 2 or merged[0] < 0 or merged[-1] >= count:
            raise UserError("Choose at least two segments to merge.")
        if len(merged) == count:
            raise UserError("Merging all segments leaves one, which is no segmentation.")
    elif params.split is None or not 0 <= params.split < count:
        raise UserError("Choose segments to merge, or one to split.")
    return _merge(count, merged) if merged else _split(X, labels, count, params, seed, progress)


def _merge(count: int, merged: list[int]) -> tuple[dict[str, Any], list[list[int]]]:
    kept = [label for label in range(count) if label not in merged[1:]]
    origin = [merged if label == merged[0] else [label] for label in kept]
    places = {old: new for new, olds in enumerate(origin) for old in olds}
    return {"map": [places[label] for label in range(count)]}, origin


def _split(
    X: "Matrix", labels: "Labels", count: int, params: ByHandParams, seed: int, progress: Progress
) -> tuple[dict[str, Any], list[list[int]]]:
    import numpy as np

    from mllab.engine.algorithms.kmeans import KMeans, KMeansParams

    assert params.split is not None
    rows = np.ascontiguousarray(X[labels == params.split])
    if len(rows) < params.parts:
        raise UserError(f"The segment has {len(rows)} rows: too few for {params.parts} parts.")
    found = KMeans().fit(rows, KMeansParams(k=params.parts), seed, progress)
    parts = [params.split, *range(count, count + params.parts - 1)]
    split = {"label": params.split, "centers": found.centers.tolist(), "labels": parts}
    origin = [[label] for label in range(count)] + [[params.split]] * (params.parts - 1)
    return {"map": [*range(count)], "split": split}, origin


def steps_words(params: Mapping[str, Any]) -> str:
    """Say what was done: "segments 1 and 3 of prototype 2 merged"."""
    number, merged = params.get("number"), params.get("merge") or []
    if merged:
        names = [str(label + 1) for label in merged]
        listed = f"{', '.join(names[:-1])} and {names[-1]}"
        return f"segments {listed} of prototype {number} merged"
    label, parts = params.get("split"), params.get("parts")
    return f"segment {(label or 0) + 1} of prototype {number} split into {parts}"
