"""Import of JSON lines, JSON, SQLite and Parquet: ours, beside pandas writing the same Parquet.

Run by ``python -m benchmarks.bench_import_formats [folder]``: the folder holds
``online_retail.csv.gz`` (UCI Machine Learning Repository, dataset 352); without one, orders of the
same size and kind are made up. They take turns in processes of their own, so that each has its own
peak of memory; medians are told, and ratios of runs that were neighbours. pandas is told all types,
ours finds them over the whole file. ``--large`` also imports 500 MB of JSON lines in the sandbox.
"""

import json
import math
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.bench_import import INVOICES, MEBI, NAMES, ROWS

TURNS = 3
MEMORY, DISK, SECONDS = 1_200_000_000, 20 * 2**30, 600.0
LARGE = 500_000_000
RIVAL = "pandas"
KEYS = {".jsonl": "json_file", ".json": "json_file", ".sqlite": "sqlite_file"}
TARGETS = {
    "orders.jsonl": "target: 1.3 x pandas",
    "orders.json": "target: as fast as pandas",
    "orders.sqlite": "target: 1.3 x pandas",
    "orders.parquet": "target: as fast as pandas",
}
TEXTS = dict.fromkeys(("InvoiceNo", "StockCode", "Description", "Country"), str)
TYPED = """SELECT InvoiceNo, StockCode, Description, Quantity::INTEGER AS Quantity, InvoiceDate,
    UnitPrice::DOUBLE AS UnitPrice, CustomerID::DOUBLE::INTEGER AS CustomerID, Country FROM """


def made_up() -> str:
    """Give a query for orders as a shop has them."""
    return f"""(SELECT CASE WHEN invoice % 50 = 7 THEN 'C' ELSE '' END || (536365 + invoice)
            AS InvoiceNo,
        (10000 + item) || CASE WHEN item % 3 = 0 THEN 'A' ELSE '' END AS StockCode,
        'LANTERN "KIND" ' || item AS Description, 1 + range % 24 AS Quantity,
        strftime(TIMESTAMP '2010-12-01 08:26:00' + to_minutes(invoice * 21), '%Y-%m-%d %H:%M:%S')
            AS InvoiceDate,
        (item % 900) / 100 + 0.29 AS UnitPrice,
        CASE WHEN invoice % 4 > 0 THEN 12346 + invoice % 4372 END AS CustomerID,
        'Country ' || (invoice % 38) AS Country
    FROM (SELECT range, range * {INVOICES} // {ROWS} AS invoice,
        (hash(range) % 4070)::INTEGER AS item FROM range({ROWS})))"""


def prepare(folder: Path, source: Path | None) -> None:
    """Put the same orders into the folder in each format."""
    import duckdb

    rows = made_up()
    if source:
        rows = f"read_csv('{source / 'online_retail.csv.gz'}', all_varchar = true)"
    con = duckdb.connect()
    con.execute(f"CREATE TABLE orders AS {TYPED} {rows}")
    con.execute(f"COPY orders TO '{folder / 'orders.jsonl'}' (FORMAT json)")
    con.execute(f"COPY orders TO '{folder / 'orders.json'}' (FORMAT json, ARRAY true)")
    con.execute(f"COPY orders TO '{folder / 'orders.parquet'}'")
    with closing(sqlite3.connect(folder / "orders.sqlite")) as out, out:
        kinds = ("TEXT", "TEXT", "TEXT", "INTEGER", "TEXT", "REAL", "INTEGER", "TEXT")
        columns = ", ".join(" ".join(each) for each in zip(NAMES, kinds, strict=True))
        out.execute(f"CREATE TABLE orders ({columns})")
        found = con.execute("SELECT * FROM orders").fetchall()
        out.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?)", found)


def ours(file: Path, out: Path) -> int:
    """Import with the product, in this process."""
    from datasets.engine.connectors.base import connectors
    from segplatform.kernel.progress import NullProgress

    connector = connectors.get(KEYS.get(file.suffix, "parquet_file"))()
    return connector.read(file, connector.Options(), out, NullProgress(), MEMORY).rows


def theirs(file: Path, out: Path) -> int:
    """Do what a notebook does."""
    import pandas as pd

    if file.suffix == ".parquet":
        table = pd.read_parquet(file)
    elif file.suffix == ".sqlite":
        with closing(sqlite3.connect(file)) as con:
            table = pd.read_sql("SELECT * FROM orders", con)
    else:
        lines = file.suffix == ".jsonl"
        table = pd.read_json(file, lines=lines, dtype=TEXTS)
    table["InvoiceDate"] = pd.to_datetime(table["InvoiceDate"])
    table.to_parquet(out / "table.parquet", compression="zstd")
    return len(table)


def caged(file: Path, out: Path) -> tuple[int, float]:
    """Import with the product in the sandbox; its peak is that of the process in there."""
    from benchmarks.bench_import_awkward import Measured
    from datasets.engine.cage.client import Limits
    from datasets.engine.file_run import FileJob, read_caged
    from segplatform.kernel.progress import NullProgress

    cage = Measured()
    if not cage.cage.status().ok:
        return 0, math.nan
    work = out / "work"
    work.mkdir(mode=0o700)
    job = FileJob(file, file.name, {}, work, Limits(SECONDS, MEMORY, DISK))
    rows = read_caged(cage, job, out, NullProgress()).rows  # type: ignore[arg-type]
    cage.cage.close()
    return rows, cage.peak / MEBI


def processor() -> float:
    """Return the seconds of processors that this process and its ended children took."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def one(who: str, file: Path) -> None:
    """Run one of them in this process, warm, and print its figures."""
    import datasets.engine.connectors.base
    import datasets.engine.file_work  # noqa: F401

    if who == RIVAL:
        import pandas  # noqa: F401
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        began, used, peak = time.perf_counter(), processor(), 0.0
        if who == "sandbox":
            rows, peak = caged(file, out)
        else:
            rows = (theirs if who == RIVAL else ours)(file, out)
        figures = {"wall": time.perf_counter() - began, "processor": processor() - used}
    peak = peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**figures, "peak": peak, "rows": rows}))


def apart(*arguments: str) -> str:
    """Do one thing in a process of its own; a child starts with the peak of its parent."""
    command = [sys.executable, "-m", "benchmarks.bench_import_formats", *arguments]
    return subprocess.check_output(command, text=True)


def run(who: str, file: Path) -> dict[str, float]:
    """Return the figures of one run."""
    found: dict[str, float] = json.loads(apart("--one", who, str(file)))
    return found


def compare(file: Path) -> None:
    """Measure one file and tell."""
    print(f"{file.name}, {file.stat().st_size / MEBI:,.0f} MiB ({TARGETS[file.name]})")
    runs: dict[str, list[dict[str, float]]] = {who: [] for who in ("ours", "sandbox", RIVAL)}
    for _ in range(TURNS):
        for who, found in runs.items():
            found.append(run(who, file))
    for who, found in runs.items():
        wall, used, peak = (
            statistics.median(each[key] for each in found) for key in ("wall", "processor", "peak")
        )
        beside = f"  ours: {ratio(runs, 'wall')} by the clock, {ratio(runs, 'processor')} by work"
        told = f"  {who:8} {wall:7.2f} s  {used:7.2f} s of processors  peak {peak:6,.0f} MiB"
        rows = f"  {found[0]['rows']:,} rows"
        print(told + rows + (beside if who == RIVAL else ""), flush=True)


def ratio(runs: dict[str, list[dict[str, float]]], key: str) -> str:
    """Say how many times as fast ours is, by the median of neighbours."""
    pairs = zip(runs["ours"], runs[RIVAL], strict=True)
    return f"{statistics.median(theirs[key] / mine[key] for mine, theirs in pairs):.1f} x"


def large(folder: Path) -> None:
    """Import the rows once, and again and again in one file, each in the sandbox."""
    file, once = folder / "large.jsonl", folder / "orders.jsonl"
    with file.open("wb") as out:
        while out.tell() < LARGE:
            with once.open("rb") as rows:
                shutil.copyfileobj(rows, out)
    print(f"JSON lines in the sandbox (target: within {MEMORY / 1e6:,.0f} MB, the same peak)")
    for each in (once, file):
        found = run("sandbox", each)
        size = each.stat().st_size / 1e6
        print(
            f"  {size:6,.0f} MB {found['wall']:7.2f} s  {size / found['wall']:5.0f} MB a second"
            f"  peak {found['peak']:6,.0f} MiB  {found['rows']:,} rows",
            flush=True,
        )


def main() -> None:
    """Measure and tell."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--large"]
    if arguments[:1] == ["--one"]:
        one(arguments[1], Path(arguments[2]))
        return
    if arguments[:1] == ["--prepare"]:
        prepare(Path(arguments[1]), Path(arguments[2]) if arguments[2:] else None)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        apart("--prepare", name, *arguments)
        for each in TARGETS:
            compare(folder / each)
        if "--large" in sys.argv:
            large(folder)


if __name__ == "__main__":
    main()
