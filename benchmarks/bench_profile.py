"""The profile of a table: ours, beside what a notebook writes to know the same of each column.

Run by ``python -m benchmarks.bench_profile [file.csv]``: the file is imported by the product, or
orders are made up at the size of the Online Retail file. The two take turns in processes of their
own, so that each has its own peak of memory; medians are told. pandas reads a Parquet file of its
own with doubles for decimals, which it would else read as objects, many times slower.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TURNS = 5
MEMORY = 512 * 2**20
QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]


def prepare(folder: Path, csv: Path | None) -> None:
    """Write the table as the product stores it, and as pandas likes it."""
    import duckdb

    from benchmarks.bench_rfm import make
    from datasets.engine.connectors.base import connectors
    from segplatform.kernel.progress import NullProgress

    file = folder / "part-0.parquet"
    if csv is None:
        make(file, 1)
    else:
        connector = connectors.get("csv_file")()
        connector.read(csv, connector.Options(), folder, NullProgress(), MEMORY)
    decimals = [name for name, kind in described(file) if kind.startswith("DECIMAL")]
    casts = ", ".join(f'"{name}"::DOUBLE AS "{name}"' for name in decimals)
    replace = f"REPLACE ({casts})" if casts else ""
    select = f"SELECT * EXCLUDE (__row) {replace} FROM '{file}'"
    duckdb.execute(f"COPY ({select}) TO '{folder / 'theirs.parquet'}' (COMPRESSION zstd)")


def described(file: Path) -> list[tuple[str, str]]:
    """Give names and types of the columns of a Parquet file, the hidden one left out."""
    import duckdb

    rows = duckdb.execute(f"DESCRIBE SELECT * EXCLUDE (__row) FROM '{file}'").fetchall()
    return [(row[0], row[1]) for row in rows]


def ours(folder: Path) -> list[int]:
    """Profile with the product; give the number of values of each column."""
    from datasets.engine.profile import profile
    from datasets.engine.types import Column, from_duckdb
    from segplatform.kernel.progress import NullProgress

    file = folder / "part-0.parquet"
    columns = [Column(name, from_duckdb(kind)) for name, kind in described(file)]
    return [found["distinct"] for found in profile([file], columns, NullProgress(), MEMORY)]


def theirs(folder: Path) -> list[int]:
    """Do what a notebook does; give the number of values of each column."""
    import numpy as np
    import pandas as pd

    table = pd.read_parquet(folder / "theirs.parquet")
    table.describe(include="all", percentiles=QUANTILES)
    distinct = table.nunique()
    table.isna().sum()
    numbers = table.select_dtypes("number")
    numbers.skew()
    (numbers == 0).sum()
    (numbers < 0).sum()
    for name in numbers:
        np.histogram(numbers[name].dropna(), bins=20)
    for name in table.columns.difference(numbers.columns):
        table[name].value_counts().head(10)
    return [int(distinct[name]) for name in table]


def one(who: str, folder: Path) -> None:
    """Run one of the two in this process, warm, and print its figures."""
    work = {"ours": ours, "pandas": theirs}[who]
    if who == "pandas":
        import pandas  # noqa: F401
    else:
        import datasets.engine.profile  # noqa: F401
    began, cpu = time.perf_counter(), time.process_time()
    distinct = work(folder)
    figures = {
        "wall": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "distinct": distinct,
    }
    print(json.dumps(figures))


def run(*arguments: str) -> str:
    """Run one part in a process of its own; a child starts with the peak of its parent."""
    command = [sys.executable, "-m", "benchmarks.bench_profile", *arguments]
    return subprocess.check_output(command, text=True)


def main() -> None:
    """Measure and tell."""
    what, *arguments = [*sys.argv[1:], ""]
    if what == "--prepare":
        prepare(Path(arguments[0]), Path(arguments[1]) if arguments[1] else None)
        return
    if what.startswith("--"):
        one(what.removeprefix("--"), Path(arguments[0]))
        return
    with tempfile.TemporaryDirectory() as folder:
        run("--prepare", folder, what)
        runs: dict[str, list[dict[str, Any]]] = {"ours": [], "pandas": []}
        for _ in range(TURNS):
            for who, found in runs.items():
                found.append(json.loads(run(f"--{who}", folder)))
    same = runs["ours"][0]["distinct"] == runs["pandas"][0]["distinct"]
    print(f"Profile, medians of {TURNS}; the numbers of values {'agree' if same else 'differ'}")
    for who, found in runs.items():
        keys = ("wall", "cpu", "peak")
        wall, cpu, peak = (statistics.median(each[key] for each in found) for key in keys)
        print(f"{who:7} {wall:8.3f} s  {cpu:8.3f} CPU s  peak {peak:,.0f} MiB")
    pairs = zip(runs["ours"], runs["pandas"], strict=True)
    ratio = statistics.median(pandas["wall"] / mine["wall"] for mine, pandas in pairs)
    print(f"ours is {ratio:.1f} times as fast")


if __name__ == "__main__":
    main()
