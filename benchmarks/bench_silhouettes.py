"""Ten silhouettes: ours in one pass over the distances, beside scikit-learn's, one by one; and
one by one from distances that were stored, as the trainings of an experiment score.

Run by ``python -m benchmarks.bench_silhouettes``: the two take turns, medians are told. The points
are as skewed and many as the customers of the Online Retail file, and ten times as many.
"""

import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

from mllab.engine.distances import FILE, distances_of, distances_write
from mllab.engine.silhouettes import silhouettes
from segplatform.kernel.progress import NullProgress

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
        other[1] / mine[1] for mine, other in zip(taken["ours"], taken["sklearn"], strict=True)
    )
    apart = np.abs(np.subtract(answers["ours"], answers["sklearn"])).max()
    print(f"ours takes 1/{ratio:.1f} of the CPU seconds; answers are at most {apart:.2g} apart")


def read(rows: int, query: Labels | None) -> None:
    """Tell what one labeling takes from stored distances, and what storing them takes."""
    X = make(rows)
    labels = KMeans(4, n_init=1, random_state=42).fit_predict(X)
    with TemporaryDirectory() as place:
        folder = Path(place)
        np.save(folder / "matrix.npy", X)
        if query is not None:
            np.save(folder / "query.npy", query)
        began = time.perf_counter()
        distances_write(folder, 2**32, NullProgress())
        written = time.perf_counter() - began
        stored = distances_of(folder)
        taken: dict[str, list[float]] = {"computed": [], "read": []}
        answers = {}
        for _ in range(TURNS):
            for how, given in (("computed", None), ("read", stored)):
                began = time.perf_counter()
                answers[how] = silhouettes(X, [labels], query, given)[0]
                taken[how].append(time.perf_counter() - began)
        size = (folder / FILE).stat().st_size / 2**20
    wall = {how: statistics.median(times) for how, times in taken.items()}
    apart = np.abs(answers["computed"].values - answers["read"].values).max()
    print(
        f"One silhouette of {rows:,} rows: computed {wall['computed']:.3f} s, read "
        f"{wall['read']:.3f} s; written once in {written:.3f} s, {size:,.0f} MiB; rows are at "
        f"most {apart:.2g} apart"
    )


def main() -> None:
    """Measure and tell, on one core as a job is."""
    with threadpool_limits(1):
        tell()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of all together {peak:,.0f} MiB")


def tell() -> None:
    """Compare both ways with scikit-learn's, and stored distances with computed ones."""
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
    read(CUSTOMERS, None)
    chosen = np.random.default_rng(42).choice(100_000, QUERY, replace=False)
    read(100_000, np.sort(chosen))


if __name__ == "__main__":
    main()
