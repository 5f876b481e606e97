"""Every algorithm on many customers, beside scikit-learn and the packages where those can run.

Run by ``python -m benchmarks.bench_algorithms [rows] [columns] [keys]``: each fit is a process of
its own, so that its peak of memory is its own. Ours is what training does before it scores and
draws: a sample where the plan says so, labels for all rows, and the model's own agreement. The
others fit all rows at once, and are left out where they would need all pairs of them (at a
million rows nearly all would). The customers are made up: six groups of different size and width.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from mllab.engine.algorithms.base import algorithms
from mllab.engine.model import model_of
from mllab.engine.space import Block, Space
from mllab.engine.train import agreement_of, label_all
from segplatform.kernel.progress import NullProgress

ROWS, COLUMNS, SEED = 1_000_000, 8, 42
ALL_PAIRS = 20_000  # rows, up to which all pairs of them are tried
QUICK_ROWS = 200_000  # up to which whatever reads all rows at once ends within minutes
PYTHON_ROUNDS = 5_000  # rows, up to which packages that go row by row in Python are tried


def make(path: Path, rows: int, columns: int) -> None:
    """Write a matrix of groups that overlap a little, and one row in 50 that is anywhere."""
    random = np.random.default_rng(7)
    centres = random.normal(scale=2.5, size=(6, columns))
    widths = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    group = random.choice(6, rows, p=[0.35, 0.25, 0.15, 0.12, 0.08, 0.05])
    X = centres[group] + random.normal(size=(rows, columns)) * widths[group, None]
    odd = random.random(rows) < 0.02
    X[odd] = random.uniform(-8, 8, size=(int(odd.sum()), columns))
    np.save(path, (X - X.mean(axis=0)) / X.std(axis=0))


def space(columns: int) -> Space:
    """Name the columns as of the recipe RFM."""
    names = ["Recency", "Frequency", *(f"Column {place}" for place in range(2, columns))]
    blocks = [Block(name, place, place + 1) for place, name in enumerate(names[:columns])]
    return Space(tuple(blocks))


def ours(key: str, X: np.ndarray) -> dict[str, Any]:
    """Label all rows through the product, on one core as a job does."""
    from threadpoolctl import threadpool_limits

    found = algorithms.get(key)(space(X.shape[1]))
    params = found.Params()
    fit_warm(key, X)
    began, cpu = time.perf_counter(), time.process_time()
    with threadpool_limits(1):
        made = label_all(found, params, X, SEED, NullProgress())
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        model = model_of(
            found, params, seed=SEED, fit=made.fit, order=made.order, sizes=made.sizes,
            preprocessing={"columns": []},
        )  # fmt: skip
        agreement = agreement_of(found, model, X, made.fit.labels, SEED)
    said = found.cost(*X.shape, params)
    return {
        "seconds": took, "cpu": cpu, "sample": made.trained_rows, "segments": len(made.sizes),
        "noise": float(np.mean(made.fit.labels < 0)), "agreement": agreement,
        "said": said.seconds, "said_bytes": said.bytes, "model": len(json.dumps(model)),
    }  # fmt: skip


def fit_warm(key: str, X: np.ndarray) -> None:
    """Load what a fit needs, as a worker has it loaded."""
    from segplatform.kernel.errors import UserError

    few = np.ascontiguousarray(X[:200])
    found = algorithms.get(key)(space(X.shape[1]))
    try:
        label_all(found, found.Params(), few, SEED, NullProgress())
    except UserError:
        return


def theirs(key: str, X: np.ndarray) -> dict[str, Any]:
    """Fit all rows with the library as it comes; {} where it cannot, or there is none."""
    work = library(key, X)
    if work is None:
        return {}
    work(np.ascontiguousarray(X[:200]))
    began, cpu = time.perf_counter(), time.process_time()
    work(X)
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}


def library(key: str, X: np.ndarray) -> Any:
    """Give what a notebook would call; None where that needs too much here."""
    import sklearn.cluster as c
    from sklearn.mixture import GaussianMixture

    rows = len(X)
    any_size = {
        "kmeans": c.KMeans(4, n_init=10, random_state=SEED),
        "minibatch_kmeans": c.MiniBatchKMeans(4, n_init=10, random_state=SEED),
        "bisecting_kmeans": c.BisectingKMeans(4, n_init=5, random_state=SEED),
        "gaussian_mixture": GaussianMixture(4, n_init=3, random_state=SEED),
        "birch": c.Birch(threshold=0.5, n_clusters=4),
    }
    some = {
        "agglomerative": c.AgglomerativeClustering(4),
        "dbscan": c.DBSCAN(eps=0.5, min_samples=16),
        "hdbscan": c.HDBSCAN(min_cluster_size=max(5, rows // 100), min_samples=20, copy=True),
        "spectral": c.SpectralClustering(4, affinity="nearest_neighbors", random_state=SEED),
    }
    few = {
        "optics": c.OPTICS(min_samples=10),
        "mean_shift": c.MeanShift(bin_seeding=True),
        "affinity_propagation": c.AffinityPropagation(random_state=SEED),
    }
    if key in any_size and (rows <= QUICK_ROWS or key in ("kmeans", "minibatch_kmeans")):
        return any_size[key].fit
    if key in some and rows <= ALL_PAIRS:
        return some[key].fit
    if key in few and rows <= PYTHON_ROUNDS:
        return few[key].fit
    return package(key) if rows <= PYTHON_ROUNDS else None


def package(key: str) -> Any:
    """Give what the packages of one algorithm each do, where they are installed."""
    if key == "kmedoids":
        import kmedoids
        from scipy.spatial.distance import cdist

        return lambda X: kmedoids.fasterpam(cdist(X, X), min(4, len(X)), random_state=SEED)
    if key == "kprototypes":
        from kmodes.kprototypes import KPrototypes

        def prototypes(X: np.ndarray) -> Any:
            mixed = np.column_stack([X, (X[:, 0] > 0).astype(int)])
            model = KPrototypes(4, n_init=1, random_state=SEED)
            return model.fit(mixed, categorical=[X.shape[1]])

        return prototypes
    if key == "som":
        from minisom import MiniSom

        def som(X: np.ndarray) -> Any:
            model = MiniSom(12, 12, X.shape[1], sigma=6, random_seed=SEED)
            return model.train_batch_offline(X, 30)

        return som
    return None


def one(who: str, key: str, path: str) -> None:
    """Measure one in this process and write it as JSON."""
    import warnings

    warnings.simplefilter("ignore")
    X = np.load(path, mmap_mode="r" if who == "ours" else None)
    try:
        found = (ours if who == "ours" else theirs)(key, X)
    except ImportError:
        found = {}
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(found))


def measured(who: str, key: str, path: Path) -> dict[str, Any]:
    """Measure one in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bench_algorithms", "--one", who, key, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["killed"])[-1]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure and tell."""
    if sys.argv[1:2] == ["--one"]:
        return one(*sys.argv[2:5])
    given = [int(text) for text in sys.argv[1:3]]
    rows, columns = (*given, *(ROWS, COLUMNS)[len(given) :])
    keys = sys.argv[3].split(",") if len(sys.argv) > 3 else [cls.key for cls in algorithms.all()]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "matrix.npy"
        make(path, rows, columns)
        print(f"{rows:,} rows × {columns} columns, one core each")
        print(
            "| algorithm | trained on | seconds | CPU s | said | peak MB | said MB | segments "
            "| noise | agreement | model KB | library s | ratio |\n|" + "---|" * 13
        )
        for key in keys:
            mine = measured("ours", key, path)
            if "failed" in mine:
                print(f"| {key} | {mine['failed']} |", flush=True)
                continue
            other = measured("theirs", key, path)
            told = f"{other['seconds']:.1f}" if "seconds" in other else other.get("failed", "-")
            ratio = f"{other['seconds'] / mine['seconds']:.1f}" if "seconds" in other else "-"
            print(
                f"| {key} | {mine['sample']:,} | {mine['seconds']:.1f} | {mine['cpu']:.1f} "
                f"| {mine['said']:.1f} | {mine['peak'] / 1e6:.0f} | {mine['said_bytes'] / 1e6:.0f} "
                f"| {mine['segments']} | {mine['noise']:.1%} | {mine['agreement']:.1%} "
                f"| {mine['model'] / 1e3:.0f} | {told} | {ratio} |",
                flush=True,
            )
    return None


if __name__ == "__main__":
    main()
