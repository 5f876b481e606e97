"""Whether the cards' costs hold: what every algorithm says beside what it takes, in CPU and memory.

Run by ``python -m benchmarks.bench_costs [rows,…] [columns,…] [keys]``. Ends with 1 where an
estimate is more than three times too high or too low. The estimates are for one usual core: a
fixed piece of work is timed before and after each fit, and how long it took then, beside what it
takes on a usual core, says how fast this machine is just now. So the ratios hold on slow and
busy machines too. Each fit is a process of its own, so that its peak of memory is its own.
"""

import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bench_algorithms import space
from mllab.engine.algorithms.base import algorithms
from mllab.engine.train import label_all
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress

ROWS, COLUMNS, SEEDS = (1_000, 4_000, 20_000), (4, 16), (1, 2, 3)
LONG = 4.0  # seconds, from which once is enough
UNIT_SECONDS = 0.080
"""What ``unit`` takes on the core for which the formulas were fitted."""
MOST = 3.0
LEAST_BYTES, LEAST_SECONDS = 32 * 2**20, 0.02
"""Below these an estimate is not judged: what allocators round to, and what nobody waits for."""


def customers(rows: int, columns: int, seed: int) -> np.ndarray:
    """Draw customers as they are prepared: a few habits behind all columns, one in 50 odd."""
    random = np.random.default_rng(seed)
    centres = random.normal(scale=1.5, size=(6, 3))
    habits = centres[random.choice(6, rows, p=[0.35, 0.25, 0.15, 0.12, 0.08, 0.05])]
    habits = habits + random.normal(size=(rows, 3))
    X = habits @ random.normal(size=(3, columns)) + 0.6 * random.normal(size=(rows, columns))
    X[:, -1] = np.maximum(X[:, -1], 0)  # returns: most have none
    odd = random.random(rows) < 0.02
    X[odd] += random.normal(scale=4, size=(int(odd.sum()), columns))
    return np.asarray((X - X.mean(axis=0)) / X.std(axis=0))


def unit() -> float:
    """Time a fixed piece of the work that algorithms consist of; CPU seconds."""
    from scipy.spatial import KDTree
    from scipy.spatial.distance import cdist

    X = customers(2_000, 8, 0)
    began = time.process_time()
    far = cdist(X, X)
    far.argmin(axis=1)
    (X @ X.T).sum()
    KDTree(X).query(X, k=8)
    np.sort(far[:200], axis=None)
    return time.process_time() - began


def fitted(key: str, rows: int, columns: int, seed: int, told: Any) -> None:
    """Fit once; tell CPU seconds on a usual core, and bytes beside those at rest."""
    import warnings

    from threadpoolctl import threadpool_limits

    warnings.simplefilter("ignore")
    found = algorithms.get(key)(space(columns))
    params = found.Params()
    X = customers(rows, columns, seed)
    with threadpool_limits(1):
        _fit(lambda: label_all(found, params, customers(300, columns, 0), 1, NullProgress()))
        before, low = unit(), _memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
        began = time.process_time()
        _fit(lambda: label_all(found, params, X, seed, NullProgress()))
        seconds, high = time.process_time() - began, _memory("VmHWM")
        machine = (before + unit()) / 2 / UNIT_SECONDS
    told.put((seconds / machine, high - low))


def _fit(work: Callable[[], Any]) -> None:
    """Do it; that it found nothing took its time too."""
    try:
        work()
    except UserError:
        return


def _memory(name: str) -> int:
    """Return a size of this process in bytes (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def measured(key: str, rows: int, columns: int) -> tuple[float, int]:
    """Give the median seconds of some fits, and the most bytes."""
    context, taken = multiprocessing.get_context("fork"), []
    for seed in SEEDS:
        told = context.Queue()
        process = context.Process(target=fitted, args=(key, rows, columns, seed, told))
        process.start()
        taken.append(told.get())
        process.join()
        if taken[0][0] > LONG:
            break
    return statistics.median(one[0] for one in taken), max(one[1] for one in taken)


def ratio(said: float, seen: float, least: float) -> float:
    """Return how many times too high an estimate is; what is small counts as ``least``."""
    return max(said, least) / max(seen, least)


def main(arguments: list[str]) -> int:
    """Print the table; 1 where an estimate is out."""
    import scipy.spatial  # noqa: F401  loaded once, nothing is computed before the forks
    import sklearn.cluster
    import sklearn.mixture  # noqa: F401

    given = [[int(one) for one in text.split(",")] for text in arguments[:2]]
    sizes = given[0] if given else list(ROWS)
    widths = given[1] if len(given) > 1 else list(COLUMNS)
    keys = arguments[2].split(",") if len(arguments) > 2 else [cls.key for cls in algorithms.all()]
    wrong = 0
    print("| algorithm | rows | columns | said s | took s | ratio | said MB | took MB | ratio | |")
    print("|" + "---|" * 10)
    for key in keys:
        for columns in widths:
            for rows in sizes:
                cls = algorithms.get(key)
                cost = cls(space(columns)).cost(rows, columns, cls.Params())
                seconds, size = measured(key, rows, columns)
                times = ratio(cost.seconds, seconds, LEAST_SECONDS)
                room = ratio(cost.bytes, size, LEAST_BYTES)
                is_out = not all(1 / MOST <= each <= MOST for each in (times, room))
                wrong += is_out
                print(
                    f"| {key} | {rows:,} | {columns} | {cost.seconds:.2f} | {seconds:.2f} "
                    f"| {times:.2f} | {cost.bytes / 1e6:.0f} | {size / 1e6:.0f} | {room:.2f} "
                    f"| {'OUT' if is_out else ''} |",
                    flush=True,
                )
    print(f"{wrong} estimates are out" if wrong else "all within a factor of three")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
