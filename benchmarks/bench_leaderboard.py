"""A leaderboard of the nine models: ours, beside the same fits and scores in a notebook.

Run by ``python -m benchmarks.bench_leaderboard [rows]``: the two take turns, medians are told.
Ours also writes labels, models, profiles and figures. The customers are made up, as skewed as
those of the Online Retail file (4,338 of them).
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
from sklearn.cluster import (
    DBSCAN,
    HDBSCAN,
    AgglomerativeClustering,
    Birch,
    BisectingKMeans,
    KMeans,
    MeanShift,
    MiniBatchKMeans,
    estimate_bandwidth,
)
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

from datasets.engine.execute import Source
from datasets.engine.types import Column
from mllab.engine.knee import knee
from mllab.engine.prepare import prepare
from mllab.engine.settings import Feature, Settings
from mllab.engine.train import train
from segplatform.kernel.progress import NullProgress

ROWS, TURNS, SEED = 4_338, 3, 42
NAMES = ("Recency", "Frequency", "Monetary")
MODELS = (
    "kmeans", "minibatch_kmeans", "bisecting_kmeans", "gaussian_mixture", "agglomerative", "birch",
    "dbscan", "hdbscan", "mean_shift",
)  # fmt: skip


def _share(name: str) -> str:
    """Give an expression between 0 and 1 that looks random and is the same every time."""
    return f"hash(range::VARCHAR || '{name}') / 1.8446744073709552e19"


def make(folder: Path, rows: int) -> None:
    """Write customers and prepare their experiment: three skewed numbers each."""
    query = f"""
        SELECT range AS __row, (1 + 373 * u * u)::BIGINT AS Recency,
            (1 + 1 / (0.005 + v))::BIGINT AS Frequency, exp(3 + 2 * (u + w)) * Frequency AS Monetary
        FROM (SELECT range, {", ".join(f"{_share(n)} AS {n}" for n in "uvw")} FROM range({rows}))"""
    with duckdb.connect() as con:
        con.execute(f"COPY ({query}) TO '{folder / 'customers.parquet'}'")
    columns = [Column("Recency", "integer"), Column("Frequency", "integer")]
    source = Source([folder / "customers.parquet"], [*columns, Column("Monetary", "float")])
    features = [Feature(column=name, role="input") for name in NAMES]
    prepare(source, features, Settings(), SEED, folder / "experiment", NullProgress())


def ours(folder: Path) -> dict[str, float]:
    """Train through the product; give the silhouettes."""
    found = {}
    for key in MODELS:
        with tempfile.TemporaryDirectory(dir=folder) as out:
            trained = train(
                folder / "experiment",
                Path(out),
                algorithm=key,
                params={},
                seed=SEED,
                progress=NullProgress(),
            )
        found[key] = trained.scores["silhouette"].value or 0.0
    return found


def notebook(folder: Path) -> dict[str, float]:
    """Fit and score as a notebook does, with what helps Mean Shift; give the silhouettes."""
    X = np.load(folder / "experiment" / "matrix.npy")
    distances = np.sort(NearestNeighbors(n_neighbors=6).fit(X).kneighbors(X)[0][:, -1])
    bandwidth = estimate_bandwidth(X, quantile=0.1, n_samples=1_500, random_state=SEED)
    labelings = {
        "kmeans": KMeans(4, n_init=10, random_state=SEED).fit_predict(X),
        "minibatch_kmeans": MiniBatchKMeans(4, n_init=10, random_state=SEED).fit_predict(X),
        "bisecting_kmeans": BisectingKMeans(4, n_init=5, random_state=SEED).fit_predict(X),
        "gaussian_mixture": GaussianMixture(4, n_init=3, random_state=SEED).fit_predict(X),
        "agglomerative": AgglomerativeClustering(4).fit_predict(X),
        "birch": Birch(threshold=0.3, n_clusters=4).fit_predict(X),
        "dbscan": DBSCAN(eps=distances[knee(distances)], min_samples=6).fit_predict(X),
        "hdbscan": HDBSCAN(
            min_cluster_size=max(5, len(X) // 100), min_samples=20, copy=True
        ).fit_predict(X),
        "mean_shift": MeanShift(bandwidth=bandwidth, bin_seeding=True).fit_predict(X),
    }
    found = {}
    for key, labels in labelings.items():
        inside = labels >= 0
        found[key] = 0.0
        if len(set(labels[inside])) > 1:
            davies_bouldin_score(X[inside], labels[inside])
            calinski_harabasz_score(X[inside], labels[inside])
            found[key] = float(silhouette_score(X[inside], labels[inside]))
    return found


def timed(
    work: Callable[[Path], dict[str, float]], folder: Path
) -> tuple[float, float, dict[str, float]]:
    """Give wall seconds, CPU seconds and the silhouettes."""
    began, cpu = time.perf_counter(), time.process_time()
    answer = work(folder)
    return time.perf_counter() - began, time.process_time() - cpu, answer


def main() -> None:
    """Measure and tell."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    taken: dict[str, list[tuple[float, float, dict[str, float]]]] = {"ours": [], "notebook": []}
    with tempfile.TemporaryDirectory() as name:
        make(Path(name), rows)
        for _ in range(TURNS):
            taken["ours"].append(timed(ours, Path(name)))
            taken["notebook"].append(timed(notebook, Path(name)))
    print(f"Leaderboard of {len(MODELS)} models, {rows:,} rows, medians of {TURNS}")
    for who, runs in taken.items():
        wall, cpu = (statistics.median(run[place] for run in runs) for place in range(2))
        scores = ", ".join(f"{key} {value:.3f}" for key, value in runs[-1][2].items())
        print(f"{who:9} {wall:8.3f} s  {cpu:8.3f} CPU s  silhouettes: {scores}")
    ratio = statistics.median(
        theirs[0] / mine[0] for mine, theirs in zip(taken["ours"], taken["notebook"], strict=True)
    )
    print(f"ours is {ratio:.1f} times as fast")


if __name__ == "__main__":
    main()
