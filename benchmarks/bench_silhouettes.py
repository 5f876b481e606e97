"""Ten silhouettes: ours in one pass over the distances, beside scikit-learn's, one by one.

Run by ``python -m benchmarks.bench_silhouettes``: the two take turns, medians are told. The points
are as skewed and many as the customers of the Online Retail file, and ten times as many.
"""

import resource
import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from mllab.engine.silhouettes import silhouettes

CUSTOMERS, COLUMNS = 4_358, 3
SEGMENTS = range(2, 12)
QUERY, SAMPLE = 2_000, 10_000
TURNS = 3
Points, Labels = NDArray[np.float64], NDArray[np.int64]
Work = Callable[[], list[float]]


def make(rows: int) -> Points:
    """Draw skewed amounts, take their logarithm and scale them."""
    drawn = np.log1p(50 * np.random.default_rng(42).pareto(1.2, (rows, COLUMNS)))
    return np.asarray((drawn - drawn.mean(axis=0)) / drawn.std(axis=0))


def labeled(X: Points) -> list[Labels]:
    """Give ten K-Means labelings, from 2 to 11 segments."""
    return [KMeans(k, n_init=1, random_state=42).fit_predict(X) for k in SEGMENTS]


def means(X: Points, labelings: list[Labels], query: Labels | None = None) -> list[float]:
    """Score with ours."""
    return [found.mean or 0.0 for found in silhouettes(X, labelings, query)]


def compare(title: str, ours: Work, theirs: Work) -> None:
    """Let the two take turns and tell medians, the ratio and how far apart the answers are."""
    taken: dict[str, list[tuple[float, float]]] = {"ours": [], "sklearn": []}
    answers: dict[str, list[float]] = {}
    for _ in range(TURNS):
        for who, work in (("ours", ours), ("sklearn", theirs)):
            began, cpu = time.perf_counter(), time.process_time()
            answers[who] = work()
            taken[who].append((time.perf_counter() - began, time.process_time() - cpu))
    print(f"{title}, medians of {TURNS}")
    for who, runs in taken.items():
        wall, cpu = (statistics.median(run[place] for run in runs) for place in range(2))
        print(f"{who:8} {wall:8.3f} s  {cpu:8.3f} CPU s")
    ratio = statistics.median(
        other[0] / mine[0] for mine, other in zip(taken["ours"], taken["sklearn"], strict=True)
    )
    apart = np.abs(np.subtract(answers["ours"], answers["sklearn"])).max()
    print(f"ours is {ratio:.1f} times as fast; answers are at most {apart:.2g} apart")


def main() -> None:
    """Measure and tell."""
    X = make(CUSTOMERS)
    labelings = labeled(X)
    compare(
        f"Ten silhouettes, exact, {len(X):,} rows",
        lambda: means(X, labelings),
        lambda: [silhouette_score(X, labels) for labels in labelings],
    )
    many = make(CUSTOMERS * 10)
    labelings_many = labeled(many)
    query = np.sort(np.random.default_rng(42).choice(len(many), QUERY, replace=False))
    compare(
        f"Ten silhouettes, estimated, {len(many):,} rows: {QUERY:,} against all, "
        f"beside {SAMPLE:,} among themselves",
        lambda: means(many, labelings_many, query),
        lambda: [
            silhouette_score(many, labels, sample_size=SAMPLE, random_state=42)
            for labels in labelings_many
        ],
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of all together {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
