"""Trains one prototype: fits, labels all rows, numbers segments by size, scores and draws."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mllab.engine.algorithms.base import NOISE, Algorithm, Fit, algorithms
from mllab.engine.apart import among_all, rows_inside
from mllab.engine.distances import distances_of, query_of
from mllab.engine.drawing import describe
from mllab.engine.made import MadeOf, made_algorithms
from mllab.engine.metrics.base import Score, ScoreContext, metrics
from mllab.engine.model import model_from, model_of, write_json
from mllab.engine.nearest import batches, margins, nearest_centre
from mllab.engine.space import Space, space_of
from mllab.engine.stability import Stability, plan_of, refitting, stability
from mllab.engine.warm_start import by_start, start_of
from segplatform.kernel.errors import UserError
from segplatform.kernel.params import check
from segplatform.kernel.progress import Progress, SubProgress

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from mllab.engine.algorithms.base import Labels, Matrix
    from segplatform.kernel.params import Params

AGREEMENT_ROWS = 50_000


@dataclass(frozen=True)
class Trained:
    """What training found; ``seconds`` are of fitting and labelling, without scores and charts.

    ``details`` is what the algorithm tells of itself, with ``sizes`` (rows of each segment),
    ``noise`` (rows in none), ``agreement`` (share of all rows that the stored model gives what
    training gave them, segment or noise), ``scores_exactly`` (whether it should be all) and
    ``stability`` (of each segment: ``mllab.engine.stability``, and the seconds that it took).
    """

    segments: int
    seconds: float
    trained_rows: int
    scores: dict[str, Score]
    details: dict[str, Any]


@dataclass
class Labelled:
    """All rows labelled: ``fit`` covers them (n,), segments numbered by size.

    ``order`` (k,) gives the label that the algorithm had called each segment.
    """

    fit: Fit
    order: "Labels"
    confidence: "NDArray[float64]"
    sizes: list[int]
    seconds: float
    trained_rows: int


def train(
    folder: Path,
    out_dir: Path,
    *,
    algorithm: str,
    params: Mapping[str, Any],
    seed: int,
    progress: Progress,
    start: Path | None = None,
) -> Trained:
    """Train on the prepared experiment in ``folder`` and write the prototype into ``out_dir``.

    ``start`` is the folder of a trained prototype whose centres it begins at. Same files,
    parameters and seed give the same labels. Raises ``UserError`` where the
    algorithm cannot work with this data, in its own sentence.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    X = np.load(folder / "matrix.npy", mmap_mode="r", allow_pickle=False)
    preprocessing = json.loads((folder / "preprocessing.json").read_text(encoding="utf-8"))
    space, made = space_of(preprocessing), made_algorithms().get(algorithm)
    chosen = made(space, folder) if made else algorithm_named(algorithm, space)
    checked = check(chosen.Params, params)
    cold = chosen  # resamples begin at random centres: given ones would look steadier than they are
    if begun := start_of(start, preprocessing) if start else None:
        chosen = algorithm_named(algorithm, space)
        chosen.start = begun.centers
    # One job is one core: threads of several jobs on the same cores wait for each other, which
    # made fits of 4,338 rows 5 to 50 times slower, and even alone they gain nothing there.
    with threadpool_limits(1):
        inside = rows_inside(folder)
        rows = X if inside is None else X[inside]
        found = label_all(chosen, checked, rows, seed, SubProgress(progress, 0.0, 0.5))
        part, labels = SubProgress(progress, 0.5, 0.7), found.fit.labels
        steady, resampled = _resampled(cold, checked, rows, labels, seed, part)
        if inside is not None:
            found.fit, found.confidence = among_all(found.fit, found.confidence, inside)
        progress.step(0.7, "Scoring")
        scores = _scores(folder, X, found.fit.labels, steady)
        model = model_of(
            chosen, checked, seed=seed, fit=found.fit, order=found.order, sizes=found.sizes,
            preprocessing=preprocessing,
        )  # fmt: skip
        agreement = agreement_of(chosen, model, rows, labels, seed)
    details = {
        **found.fit.details,
        "sizes": found.sizes,
        "noise": len(X) - sum(found.sizes),
        "agreement": agreement,
        "scores_exactly": chosen.scores_exactly,
        "stability": resampled,
        "names": chosen.segment_names(found.fit.per_segment),
    }
    if begun:
        details["warm_start"] = begun.told(folder, X, found.fit)
    progress.step(0.85, "Describing segments")
    out_dir.mkdir(parents=True, exist_ok=True)
    _save(out_dir, found)
    write_json(out_dir / "model.json", model)
    describe(folder, out_dir, X, found.fit.labels, preprocessing, details)
    progress.step(1.0)
    return Trained(len(found.sizes), found.seconds, found.trained_rows, scores, details)


def _save(out_dir: Path, found: Labelled) -> None:
    import numpy as np

    np.save(out_dir / "labels.npy", found.fit.labels.astype(np.int32), allow_pickle=False)
    np.save(out_dir / "confidence.npy", found.confidence.astype(np.float32), allow_pickle=False)


def algorithm_named(key: str, space: Space | None = None) -> Algorithm:
    """Return the algorithm of this key for a matrix; ``UserError`` where there is none."""
    try:
        return algorithms.get(key)(space)
    except KeyError:
        raise UserError(f"There is no algorithm “{key}” in this version.") from None


def label_all(
    algorithm: Algorithm, params: "Params", X: "Matrix", seed: int, progress: Progress
) -> Labelled:
    """Fit on all rows of X (n, d), or on a sample by ``seed`` and assign the others."""
    import numpy as np

    rows = _sample(len(X), algorithm.fit_rows, seed)
    trained = np.ascontiguousarray(X if rows is None else X[rows])
    started = time.perf_counter()
    fit = algorithm.fit(trained, params, seed, SubProgress(progress, 0.0, 0.8))
    if rows is not None:
        labels = _assigned(fit, X, SubProgress(progress, 0.8, 0.95))
        labels[rows] = fit.labels  # border rows keep what training said
        fit = replace(fit, labels=labels, confidence=None)
    seconds = time.perf_counter() - started
    start = algorithm.start
    fit, sizes, order = by_size(fit) if start is None else by_start(fit, start)
    return Labelled(fit, order, _confidence(fit, X), sizes, seconds, len(trained))


def by_size(fit: Fit) -> "tuple[Fit, list[int], Labels]":
    """Number the segments anew, the largest first, ties by their first row.

    Returns their sizes and, (k,), the label that each had before, too.
    """
    import numpy as np

    inside = fit.labels != NOISE
    _, firsts, counts = np.unique(fit.labels[inside], return_index=True, return_counts=True)
    order = np.lexsort((firsts, -counts))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    labels = np.full(len(fit.labels), NOISE, dtype=np.int64)
    labels[inside] = number[fit.labels[inside]]
    moved = {name: array[order] for name, array in fit.per_segment.items()}
    renumbered = replace(fit, labels=labels, centers=fit.centers[order], per_segment=moved)
    return renumbered, counts[order].tolist(), order


def agreement_of(
    algorithm: Algorithm, model: Mapping[str, Any], X: "Matrix", labels: "Labels", seed: int
) -> float:
    """Return the share of rows whose label the model, written and read again, gives them too.

    Noise counts as a label; of very many rows a sample.
    """
    import numpy as np

    chosen = _sample(len(labels), AGREEMENT_ROWS, seed)
    rows = np.arange(len(labels)) if chosen is None else chosen
    score = algorithm.scorer(model_from(json.loads(json.dumps(model, allow_nan=False))))
    scored, _ = score(np.ascontiguousarray(X[rows]))
    return float(np.mean(scored == labels[rows]))


def _sample(rows: int, most: int | None, seed: int) -> "Labels | None":
    """Return the sorted rows to train on, None for all of them."""
    import numpy as np

    if most is None or rows <= most:
        return None
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def _assigned(fit: Fit, X: "Matrix", progress: Progress) -> "Labels":
    """Label all rows, in batches."""
    import numpy as np

    labels = np.empty(len(X), dtype=np.int64)
    for part in batches(len(X)):
        progress.step(part.start / len(X), "Assigning all rows")
        rows = np.ascontiguousarray(X[part])
        labels[part] = fit.assign(rows) if fit.assign else nearest_centre(rows, fit.centers)
    return labels


def _confidence(fit: Fit, X: "Matrix") -> "NDArray[float64]":
    """Return the algorithm's own confidence where it knows it, else margins; noise has 0."""
    import numpy as np

    if fit.confidence is not None:
        return np.where(fit.labels == NOISE, 0.0, fit.confidence)
    found = np.empty(len(X))
    for part in batches(len(X)):
        rows = np.ascontiguousarray(X[part])
        if fit.confidence_of:
            found[part] = fit.confidence_of(rows)
        else:
            found[part] = margins(rows, fit.labels[part], fit.centers)
    return np.where(fit.labels == NOISE, 0.0, found)


def _resampled(
    algorithm: Algorithm,
    params: "Params",
    X: "Matrix",
    labels: "Labels",
    seed: int,
    progress: Progress,
) -> tuple[Stability, dict[str, Any]]:
    """Say how steady the segments are, and what is kept of that."""
    started = time.perf_counter()
    if isinstance(algorithm, MadeOf):
        found = algorithm.steady(X, labels, params, seed, progress)
        return found, {**found.to_json(), "seconds": time.perf_counter() - started}
    plan = plan_of(algorithm, params, *X.shape)
    found = stability(X, labels, refitting(algorithm, params, seed), plan, seed, progress)
    return found, {**found.to_json(), "seconds": time.perf_counter() - started}


def _scores(folder: Path, X: "Matrix", labels: "Labels", steady: Stability) -> dict[str, Score]:
    """Score by every metric, on the rows that all prototypes of the experiment share."""
    context = ScoreContext(X, labels, query_of(folder), distances_of(folder), steady)
    return {cls.key: cls().value(context) for cls in metrics.all()}
