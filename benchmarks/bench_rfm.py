"""RFM with quintiles: ours from Parquet to Parquet, beside the same in pandas.

Run by ``python -m benchmarks.bench_rfm [times]``: the two take turns, medians are told. The data
are made up at the size of the Online Retail file (541,909 rows), times the factor.
"""

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd

from datasets.engine.execute import Source, materialise
from datasets.engine.recipes.base import recipes
from datasets.engine.types import Column
from segplatform.kernel.params import check
from segplatform.kernel.progress import NullProgress

ROWS, CUSTOMERS, INVOICES = 541_909, 4_372, 25_900
MEMORY = 600 * 2**20
TURNS = 5
COLUMNS = [
    Column("CustomerID", "integer"),
    Column("InvoiceDate", "datetime"),
    Column("InvoiceNo", "text"),
    Column("TotalPrice", "decimal"),
]


def make(file: Path, factor: int) -> None:
    """Write orders as uneven as real ones: few customers hold most of them."""
    query = f"""
        SELECT range + 1 AS __row,
            CASE WHEN invoice % 4 > 0
                THEN 12000 + floor(({CUSTOMERS * factor} * pow(hash(invoice) / 1.8446744e19, 2)))
            END::BIGINT AS CustomerID,
            TIMESTAMP '2010-12-01 08:26:00' + to_minutes((invoice * 21) // {factor}) AS InvoiceDate,
            (536365 + invoice)::VARCHAR AS InvoiceNo,
            ((hash(range) % 5000)::INTEGER / 100 - 1)::DECIMAL(18, 4) AS TotalPrice
        FROM (SELECT range, range * {INVOICES} // {ROWS} AS invoice FROM range({ROWS * factor}))"""
    with duckdb.connect() as con:
        con.execute(f"COPY ({query}) TO '{file}' (COMPRESSION zstd)")


def ours(file: Path, folder: Path) -> int:
    """Run the product's recipe; give the number of customers."""
    cls = recipes.get("rfm")
    params = check(cls.Params, cls().proposal([COLUMNS]))
    plan = cls().plan([COLUMNS], params)
    with tempfile.TemporaryDirectory(dir=folder) as out:
        source = Source([file], COLUMNS)
        return materialise(plan, [source], Path(out), NullProgress(), MEMORY).rows


def theirs(file: Path, folder: Path) -> int:
    """Do what a notebook does, with its floats and its ranks; give the number of customers."""
    names = [column.name for column in COLUMNS]
    orders = pd.read_parquet(file, columns=names).dropna(subset=["CustomerID"])
    orders["TotalPrice"] = orders["TotalPrice"].astype(float)
    reference = orders["InvoiceDate"].max() + pd.Timedelta(days=1)
    table = orders.groupby("CustomerID").agg(
        Recency=("InvoiceDate", lambda days: (reference - days.max()).days),
        Frequency=("InvoiceNo", "nunique"),
        Monetary=("TotalPrice", "sum"),
    )
    table = table[table["Monetary"].round(4) != 0]
    for letter, name in (("R", "Recency"), ("F", "Frequency"), ("M", "Monetary")):
        ranks = table[name].rank(method="first", ascending=letter != "R")
        table[letter] = pd.qcut(ranks, 5, labels=[1, 2, 3, 4, 5]).astype(str)
    table["RFM"] = table["R"] + table["F"] + table["M"]
    table.to_parquet(folder / "theirs.parquet")
    return len(table)


def timed(work: Callable[[Path, Path], int], file: Path, folder: Path) -> tuple[float, float, int]:
    """Give wall seconds, CPU seconds and the answer."""
    began, cpu = time.perf_counter(), time.process_time()
    answer = work(file, folder)
    return time.perf_counter() - began, time.process_time() - cpu, answer


def main() -> None:
    """Measure and tell."""
    factor = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "orders.parquet"
        make(file, factor)
        taken: dict[str, list[tuple[float, float, int]]] = {"ours": [], "pandas": []}
        for _ in range(TURNS):
            taken["ours"].append(timed(ours, file, folder))
            taken["pandas"].append(timed(theirs, file, folder))
    print(f"RFM, {ROWS * factor:,} rows, medians of {TURNS}")
    for who, runs in taken.items():
        wall, cpu, answer = (statistics.median(run[place] for run in runs) for place in range(3))
        print(f"{who:7} {wall:8.3f} s  {cpu:8.3f} CPU s  {answer:,.0f} customers")
    ratio = statistics.median(
        pandas[0] / mine[0] for mine, pandas in zip(taken["ours"], taken["pandas"], strict=True)
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"ours is {ratio:.1f} times as fast; peak memory of both together {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
