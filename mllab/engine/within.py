"""A segmentation within one segment: any algorithm on its rows, and how few rows are too few."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mllab.engine.algorithms.base import Algorithm, algorithms
from mllab.engine.assigning_rules import Relabelled, Rule
from mllab.engine.labelings import NOISE
from mllab.engine.model import model_from
from mllab.engine.nearest import batches, nearest_centre
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import Params, check
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from mllab.engine.algorithms.base import Labels, Matrix

DEFAULT = "kmeans"
LEAST_ROWS, LEAST_PER_PART = 50, 10
"""A segment with fewer rows is not divided: ten for each part, and fifty in all. With fewer a
mean moves by a third of a standard deviation (1/√10) by chance alone."""
ENOUGH = 10
"""Rows for each part and column from which on a division is likely to be more than chance: ten
times the columns times the parts (Qiu and Joe, "Separation index and partial membership for
clustering", 2006; Dolnicar et al., 2014, doi:10.1177/0047287513496475)."""


def algorithm_within(key: str) -> type[Algorithm]:
    """Return an algorithm that can divide a segment; ``UserError`` names those that can."""
    known = {found.key: found for found in algorithms.all() if found.family != "rule"}
    if key not in known:
        sentence = f"Divide a segment by one of {', '.join(known)}."
        raise UserError(sentence, {"algorithm": sentence})
    return known[key]


def params_within(algorithm: type[Algorithm], params: Mapping[str, Any], parts: int) -> Params:
    """Return checked parameters; ``parts`` is the number of segments where they do not say."""
    asks = "k" in algorithm.Params.model_fields and "k" not in params
    return check(algorithm.Params, {**params, "k": parts} if asks else params)


def too_small(rows: int, parts: int) -> str:
    """Say why a segment of so many rows is not divided into so many parts; "" where it can be."""
    least = max(LEAST_ROWS, LEAST_PER_PART * parts)
    if rows >= least:
        return ""
    return (
        f"The segment has {rows} row{'' if rows == 1 else 's'}, and {parts} parts take {least} at "
        f"least ({LEAST_PER_PART} for each, {LEAST_ROWS} in all): fewer differ by chance alone. "
        "Choose a larger segment or fewer parts."
    )


def rather_small(rows: int, columns: int, parts: int) -> str:
    """Warn of a division that may be chance; "" where the rows are enough."""
    enough = ENOUGH * columns * parts
    if rows >= enough:
        return ""
    return (
        f"{rows} rows are few for {parts} parts in {columns} columns: from {enough} on (10 for "
        "each part and column) a division is likely to be more than chance. Look at the stability "
        "of the parts."
    )


def divide(
    X: "Matrix", algorithm: Algorithm, params: Params, seed: int, progress: Progress
) -> "tuple[Labels, dict[str, Any]]":
    """Return labels (n,) of the parts of X (n, d), −1 for rows in none, and the model of that.

    Raises ``UserError`` where the segment is too small, or one of its parts is.
    """
    import numpy as np

    count = int(getattr(params, "k", 2))
    if sentence := too_small(len(X), count):
        raise UserError(sentence)
    most = algorithm.fit_rows or len(X)
    draw = np.random.default_rng(seed)
    rows = np.sort(draw.choice(len(X), most, replace=False)) if len(X) > most else None
    fit = algorithm.fit(
        np.ascontiguousarray(X if rows is None else X[rows]), params, seed, progress
    )
    labels = fit.labels
    if rows is not None:
        labels = np.concatenate([
            fit.assign(X[part]) if fit.assign else nearest_centre(X[part], fit.centers)
            for part in batches(len(X))
        ])  # fmt: skip
        labels[rows] = fit.labels
    _refuse_small(labels)
    model = {
        "algorithm": algorithm.key, "params": params.model_dump(mode="json"),
        "centers": fit.centers.tolist(), "order": [*range(len(fit.centers))],
        "per_segment": {name: array.tolist() for name, array in fit.per_segment.items()},
        "scoring": fit.scoring,
    }  # fmt: skip
    return labels.astype(np.int64), model


def part_labels(rows: "Matrix", split: Mapping[str, Any]) -> "Labels":
    """Return the new labels (m,) of rows (m, d) of a segment that was divided.

    ``split`` has ``labels`` (new) of the parts and the ``model`` that tells them apart, or their
    ``centers`` (k, d), as those have that were made before there was a choice.
    """
    import numpy as np

    if "model" in split:
        model = split["model"]
        found, _ = algorithms.get(model["algorithm"])().scorer(model_from(model))(rows)
    else:
        found = nearest_centre(rows, np.asarray(split["centers"]))
    made: Labels = np.append(np.asarray(split["labels"], dtype=np.int64), NOISE)[found]
    return made


def part_rule(split: Mapping[str, Any]) -> Rule | None:
    """Return the rule of ``part_labels``; None where it cannot be said so."""
    import numpy as np

    from mllab.engine.assigning_rules import Nearest

    labels = tuple(int(label) for label in split["labels"])
    if "model" not in split:
        return Nearest(np.asarray(split["centers"]), np.asarray(labels, dtype=np.int64))
    model = split["model"]
    rule = algorithms.get(model["algorithm"])().rule(model_from(model))
    return Relabelled(rule, labels) if rule else None


def _refuse_small(labels: "Labels") -> None:
    import numpy as np

    counts = np.bincount(labels[labels != NOISE]) if (labels != NOISE).any() else np.array([0])
    if len(counts) < 2:
        raise UserError(
            "No two parts were found in this segment: its customers are alike, or the parameters "
            "are too coarse. Try another algorithm or number of parts."
        )
    if counts.min() < LEAST_PER_PART:
        raise UserError(
            f"A part would hold {int(counts.min())} of {len(labels):,} rows, fewer than "
            f"{LEAST_PER_PART}: that is no segment. Ask for fewer parts or try another algorithm."
        )
