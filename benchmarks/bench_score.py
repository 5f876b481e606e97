"""Scoring datasets of ever more rows: its seconds, and how its memory grows.

Run by ``python -m benchmarks.bench_score [rows ...]``: each size in a process of its own, beside
pandas and scikit-learn, which read the whole file, predict and write it again. The model is a
K-Means over three skewed numbers, with outliers set apart where ``apart`` is said.
"""

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.bench_leaderboard import NAMES, SEED, make
from datasets.engine.execute import Source
from datasets.engine.types import Column
from mllab.engine.model import read_model
from mllab.engine.prepare import prepare
from mllab.engine.score import score
from mllab.engine.settings import Feature, Settings
from mllab.engine.train import train
from segplatform.kernel.progress import NullProgress

SIZES = (100_000, 1_000_000)
TRAINED = 4_338
COLUMNS = [
    Column("Recency", "integer"),
    Column("Frequency", "integer"),
    Column("Monetary", "float"),
]


def learned(folder: Path, apart: bool) -> dict[str, Any]:
    """Train on few customers."""
    make(folder, TRAINED)
    features = [Feature(column=name, role="input") for name in NAMES]
    settings = Settings(apart="forest" if apart else "off")
    source = Source([folder / "customers.parquet"], COLUMNS)
    prepare(source, features, settings, SEED, folder / "e", NullProgress())
    train(
        folder / "e", folder / "p", algorithm="kmeans", params={"k": 4}, seed=SEED,
        progress=NullProgress(),
    )  # fmt: skip
    names = {str(label): f"Segment {label + 1}" for label in range(-1, 4)}
    return {"model": read_model(folder / "p/model.json"), "names": names}


def ours(file: Path, out: Path, content: dict[str, Any]) -> None:
    """Score as the recipe does."""
    score(Source([file], COLUMNS), content, "segment", out, NullProgress())


def notebook(file: Path, out: Path, content: dict[str, Any]) -> None:
    """Score as a notebook does: all rows at once, with the same centres."""
    import numpy as np
    import pandas as pd
    from scipy.spatial.distance import cdist

    frame, model = pd.read_parquet(file), content["model"]
    columns = []
    for fit in model["preprocessing"]["inputs"]:
        number, x = fit["number"], frame[fit["column"]].to_numpy(float)
        bent = np.sign(x) * np.log1p(np.abs(x)) if number["bend"] == "log" else x
        columns.append((bent - number["center"]) / number["scale"])
    distances = cdist(np.column_stack(columns), np.array(model["centers"]))
    frame["segment"] = distances.argmin(axis=1)
    frame["segment_name"] = frame["segment"].map(lambda label: f"Segment {label + 1}")
    near = np.sort(distances, axis=1)
    frame["segment_confidence"] = 1 - near[:, 0] / near[:, 1]
    frame.to_parquet(out / "scored.parquet")


def measured(
    work: Callable[[Path, Path, dict[str, Any]], None],
    file: Path,
    content: dict[str, Any],
    told: Any,
) -> None:
    """Tell seconds, CPU seconds, and the peak of memory beside that of a warm-up on few rows."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        work(file.with_name("customers.parquet"), out, content)
        low, before = _peak(), resource.getrusage(resource.RUSAGE_SELF)
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
        started = time.perf_counter()
        work(file, out, content)
        seconds = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told.put((seconds, cpu, low, _peak()))


def _peak() -> float:
    """Return the most memory that this process has held, in MiB (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def main(arguments: list[str]) -> None:
    """Print the table."""
    sizes = [int(each) for each in arguments if each.isdecimal()] or list(SIZES)
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content = learned(folder, "apart" in arguments)
        print("| rows | who | seconds | CPU seconds | peak after 4,338 rows, MiB | peak, MiB |")
        print("|---|---|---|---|---|---|")
        for rows in sizes:
            (folder / str(rows)).mkdir()
            make(folder / str(rows), rows)
            file = (folder / str(rows) / "customers.parquet").rename(folder / f"{rows}.parquet")
            for work in (ours, notebook):
                told = context.Queue()
                process = context.Process(target=measured, args=(work, file, content, told))
                process.start()
                seconds, cpu, low, high = told.get()
                process.join()
                name = work.__name__
                print(f"| {rows:,} | {name} | {seconds:.2f} | {cpu:.2f} | {low:.0f} | {high:.0f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
