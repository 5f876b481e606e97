"""Segments merged and split by hand: a new prototype that stands on the labels of another one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import Field

from mllab.engine.algorithms.base import Algorithm, Cost, Fit, Model
from mllab.engine.assigning_rules import Relabelled, Rule
from mllab.engine.labelings import NOISE, centroids
from mllab.engine.made import MadeOf, algorithm_of, labels_of_member, model_of_member
from mllab.engine.model import model_from
from mllab.engine.nearest import Scorer, margin_scorer
from mllab.engine.stability import Stability, plan_of, refitting, stability
from mllab.engine.within import (
    DEFAULT,
    algorithm_within,
    divide,
    params_within,
    part_labels,
    part_rule,
    rather_small,
)
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
    algorithm: str = Field(DEFAULT, max_length=40, title="Split by")
    params: dict[str, Any] = Field(default_factory=dict, title="Parameters of that")


class ByHand(MadeOf):
    """Merging is a map of labels; splitting is a segmentation within one of them."""

    key = KEY
    label = "By hand"
    blurb = "Segments of another prototype, merged or split by a person."
    icon = "hand"
    Params = ByHandParams

    def cost(self, rows: int, columns: int, params: Any) -> Cost:
        """Estimate the algorithm within the rows, as if the segment held them all."""
        found = algorithm_within(params.algorithm)
        given = params_within(found, params.params, params.parts)
        return found().cost(rows, columns, given)

    def fit(self, X: "Matrix", params: Any, seed: int, progress: Progress) -> Fit:
        """Merge or split the segments of a prototype that lies beside X, all rows of that."""
        import numpy as np

        if self.folder is None:
            raise UserError("Segments are merged and split on the page of a prototype.")
        labels = labels_of_member(self.folder, params.prototype).astype(np.int64)
        stands_on = model_of_member(self.folder, params.prototype)
        steps, origin, made = self._steps(X, labels, params, seed, progress)
        order = _renumber(steps, made)
        places = np.append(np.argsort(order), NOISE)
        made = places[made]
        inside = made != NOISE
        details = {"origin": [origin[old] for old in order], "made_from": params.number}
        if "split" in steps:
            details["within"] = _told(X, labels, params, steps["split"])
        return Fit(
            made,
            centroids(X[inside], made[inside]),
            scoring={"parent": stands_on, "steps": steps},
            details=details,
        )

    def steady(
        self, X: "Matrix", labels: "Labels", params: Any, seed: int, progress: Progress
    ) -> Stability:
        """Divide resamples of the segment again: the others stay as they are, and are not told."""
        import numpy as np

        if self.folder is None or params.split is None:
            return Stability(None, None)
        inside = labels_of_member(self.folder, params.prototype) == params.split
        rows, own = np.ascontiguousarray(X[inside]), labels[inside]
        parts = np.unique(own[own != NOISE])
        codes = np.where(own == NOISE, NOISE, np.searchsorted(parts, own))
        algorithm, given = self._within(params)
        plan = plan_of(algorithm, given, *rows.shape)
        found = stability(rows, codes, refitting(algorithm, given, seed), plan, seed, progress)
        segments: list[float | None] = [None] * (int(labels.max()) + 1)
        for part, value in zip(parts, found.segments, strict=True):
            segments[int(part)] = value
        return replace(found, mean=None, standard_error=None, segments=segments)

    def _within(self, params: ByHandParams) -> tuple[Algorithm, Any]:
        found = algorithm_within(params.algorithm)
        return found(self.space), params_within(found, params.params, params.parts)

    def _steps(
        self, X: "Matrix", labels: "Labels", params: ByHandParams, seed: int, progress: Progress
    ) -> "tuple[dict[str, Any], list[list[int]], Labels]":
        """Return what ``changed`` does, the old labels behind each new one, and the new labels."""
        import numpy as np

        count = int(labels.max()) + 1 if len(labels) else 0
        merged = sorted(set(params.merge))
        if merged:
            _check_merged(merged, count)
            steps, origin = _merge(count, merged)
            return steps, origin, changed(X, labels, steps)
        if params.split is None or not 0 <= params.split < count:
            raise UserError("Choose segments to merge, or one to split.")
        inside = np.flatnonzero(labels == params.split)
        algorithm, given = self._within(params)
        found, model = divide(np.ascontiguousarray(X[inside]), algorithm, given, seed, progress)
        parts = [params.split, *range(count, count + len(model["centers"]) - 1)]
        made = labels.copy()
        made[inside] = np.array([*parts, NOISE])[found]
        split = {"label": params.split, "model": model, "labels": parts}
        origin = [[label] for label in range(count)] + [[params.split]] * (len(parts) - 1)
        return {"map": [*range(count)], "split": split}, origin, made

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

    def rule(self, model: Model) -> Rule | None:
        """Say the rule of the model it was made from, and what becomes of its labels."""
        import numpy as np

        parent, steps = model.scoring["parent"], model.scoring["steps"]
        inner = algorithm_of(parent["algorithm"])().rule(model_from(parent))
        split = steps.get("split")
        parts = part_rule(split) if split else None
        if inner is None or (split and parts is None):
            return None
        order = tuple(int(label) for label in model.renumbered(np.arange(len(model.order))))
        made = Relabelled(inner, tuple(steps["map"]), split["label"] if split else None, parts)
        return Relabelled(made, order)


def changed(rows: "Matrix", labels: "Labels", steps: Mapping[str, Any]) -> "Labels":
    """Return labels (m,) of rows (m, d) after merging and splitting, noise as it was.

    ``steps`` has ``map``, a list of the new label of each old one, and for a split ``label`` (old)
    and what ``part_labels`` needs.
    """
    import numpy as np

    made: Labels = np.append(np.asarray(steps["map"], dtype=np.int64), NOISE)[labels]
    if split := steps.get("split"):
        inside = np.flatnonzero(labels == split["label"])
        if len(inside):
            made[inside] = part_labels(np.ascontiguousarray(rows[inside]), split)
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


def _check_merged(merged: list[int], count: int) -> None:
    if len(merged) < 2 or merged[0] < 0 or merged[-1] >= count:
        raise UserError("Choose at least two segments to merge.")
    if len(merged) == count:
        raise UserError("Merging all segments leaves one, which is no segmentation.")


def _merge(count: int, merged: list[int]) -> tuple[dict[str, Any], list[list[int]]]:
    kept = [label for label in range(count) if label not in merged[1:]]
    origin = [merged if label == merged[0] else [label] for label in kept]
    places = {old: new for new, olds in enumerate(origin) for old in olds}
    return {"map": [places[label] for label in range(count)]}, origin


def _told(
    X: "Matrix", labels: "Labels", params: ByHandParams, split: Mapping[str, Any]
) -> dict[str, Any]:
    """Say what was divided by what, and warn where its rows are few."""
    rows, parts = int((labels == params.split).sum()), len(split["labels"])
    return {
        "label": params.split, "rows": rows, "parts": sorted(split["labels"]),
        "algorithm": params.algorithm, "warning": rather_small(rows, X.shape[1], parts),
    }  # fmt: skip


def steps_words(params: Mapping[str, Any]) -> str:
    """Say what was done: "segments 1 and 3 of prototype 2 merged"."""
    number, merged = params.get("number"), params.get("merge") or []
    if merged:
        names = [str(label + 1) for label in merged]
        listed = f"{', '.join(names[:-1])} and {names[-1]}"
        return f"segments {listed} of prototype {number} merged"
    label, own = params.get("split"), params.get("params") or {}
    algorithm = algorithm_within(params.get("algorithm") or DEFAULT)
    asks = "k" in algorithm.Params.model_fields
    into = f" into {own.get('k', params.get('parts'))}" if asks else ""
    how = "" if algorithm.key == DEFAULT else f" by {algorithm.label}"
    return f"segment {(label or 0) + 1} of prototype {number} split{into}{how}"
