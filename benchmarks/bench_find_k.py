"""*Find k* from 2 to 12: ours beside ten cold restarts and scikit-learn's silhouette for each k.

Run by ``python -m benchmarks.bench_find_k [matrix.npy]``: the two take turns, medians are told.
Each is told with stability too: halves of the rows clustered anew for every number. Without a file
the points are as skewed and many as the customers of the Online Retail file.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from sklearn import config_context
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

from benchmarks.bench_silhouettes import CUSTOMERS, Points, make
from mllab.engine.find_k import COLD_STARTS, sweep
from mllab.engine.find_k_growth import grow
from mllab.engine.find_k_stability import MOST_ROWS, RESAMPLES
from mllab.engine.silhouettes import silhouettes
from mllab.engine.stability import best_jaccards
from segplatform.kernel.progress import NullProgress

LOWEST, HIGHEST, SEED, TURNS = 2, 12, 42, 3
Answer = dict[int, tuple[float, float]]
"""Inertia and silhouette by the number of segments."""


def ours(X: Points) -> Answer:
    """Grow, and score all in one pass."""
    with config_context(assume_finite=True, skip_parameter_validation=True):
        found = list(grow(X, LOWEST, HIGHEST, COLD_STARTS, SEED, NullProgress()))
        scored = silhouettes(X, [each.labels for each in found])
    return {
        each.k: (each.inertia, score.mean or 0.0) for each, score in zip(found, scored, strict=True)
    }


def with_stability(X: Points) -> Answer:
    """Do all that the page shows."""
    with config_context(assume_finite=True, skip_parameter_validation=True):
        found = sweep(X, LOWEST, HIGHEST, SEED, NullProgress()).candidates
    return {each.k: (each.inertia, each.silhouette or 0.0) for each in found}


def notebook(X: Points) -> Answer:
    """Do what a notebook does."""
    found = {}
    for k in range(LOWEST, HIGHEST + 1):
        model = KMeans(k, n_init=10, random_state=SEED).fit(X)
        found[k] = (float(model.inertia_), float(silhouette_score(X, model.labels_)))
    return found


def notebook_with_stability(X: Points) -> Answer:
    """Do what a notebook does, and look whether halves of the rows give the same segments."""
    random, found = np.random.default_rng(SEED), {}
    halves = [
        random.choice(len(X), min(len(X) // 2, MOST_ROWS), replace=False) for _ in range(RESAMPLES)
    ]
    for k in range(LOWEST, HIGHEST + 1):
        model = KMeans(k, n_init=10, random_state=SEED).fit(X)
        for rows in halves:
            again = KMeans(k, n_init=10, random_state=SEED).fit(X[rows])
            best_jaccards(model.labels_[rows].astype(int), again.labels_.astype(int), k)
        found[k] = (float(model.inertia_), float(silhouette_score(X, model.labels_)))
    return found


WORKS: dict[str, Callable[[Points], Answer]] = {
    "ours": ours,
    "stability": with_stability,
    "notebook": notebook,
    "notebook with stability": notebook_with_stability,
}


def main() -> None:
    """Measure and tell."""
    X = np.load(sys.argv[1]) if len(sys.argv) > 1 else make(CUSTOMERS)
    taken: dict[str, list[tuple[float, float]]] = {who: [] for who in WORKS}
    answers: dict[str, Answer] = {}
    with threadpool_limits(1):
        for _ in range(TURNS):
            for who, work in WORKS.items():
                began, cpu = time.perf_counter(), time.process_time()
                answers[who] = work(X)
                taken[who].append((time.perf_counter() - began, time.process_time() - cpu))
    print(f"Find k, {LOWEST} to {HIGHEST}, {len(X):,} rows, one core, medians of {TURNS}")
    for who, runs in taken.items():
        wall, cpu = (statistics.median(run[place] for run in runs) for place in range(2))
        print(f"{who:24} {wall:8.3f} s  {cpu:8.3f} CPU s")
    for mine, theirs in (("ours", "notebook"), ("stability", "notebook with stability")):
        pairs = zip(taken[mine], taken[theirs], strict=True)
        ratio = statistics.median(other[1] / own[1] for own, other in pairs)
        print(f"{mine} is {ratio:.1f} times as fast as the {theirs}, by CPU seconds")
    ratios = {k: answers["ours"][k][0] / answers["notebook"][k][0] for k in answers["ours"]}
    print("inertia / that of ten restarts:", {k: round(v, 4) for k, v in ratios.items()})
    print("silhouettes:", {k: round(v[1], 3) for k, v in answers["ours"].items()})


if __name__ == "__main__":
    main()
