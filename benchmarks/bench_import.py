"""Import of a CSV file and of a workbook: ours, beside what a notebook writes for the same Parquet.

Run by ``python -m benchmarks.bench_import [folder]``: the folder holds ``online_retail.csv.gz`` and
``online_retail.xlsx`` (UCI Machine Learning Repository, dataset 352); without one, orders of the
same size and kind are made up. They take turns in processes of their own, so that each has its own
peak of memory; medians are told, and ratios of runs that were neighbours. pandas is told all types
for the CSV, ours finds them over the whole file. ``--slow`` also waits for pandas with openpyxl.
"""

import gzip
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

TURNS = 3
ROWS, INVOICES = 541_909, 25_900
MEMORY = 2**30
MEBI = 2**20
PREVIEWS = 5
NAMES = (
    *("InvoiceNo", "StockCode", "Description", "Quantity"),
    *("InvoiceDate", "UnitPrice", "CustomerID", "Country"),
)
TARGETS = {
    "csv": "target: 1.3 x pandas, peak 0.6 x file + 100 MiB, preview 100 ms",
    "xlsx": "target: 2 x calamine (fastexcel), 25 x openpyxl, peak 450 MiB, preview 50 ms",
}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET, SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def prepare(folder: Path, source: Path | None) -> None:
    """Put ``orders.csv`` and ``orders.xlsx`` into the folder."""
    if source:
        packed = source / "online_retail.csv.gz"
        with gzip.open(packed) as text, (folder / "orders.csv").open("wb") as file:
            shutil.copyfileobj(text, file)
        shutil.copyfile(source / "online_retail.xlsx", folder / "orders.xlsx")
        return
    import duckdb

    query = f"""
        SELECT CASE WHEN invoice % 50 = 7 THEN 'C' ELSE '' END || (536365 + invoice) AS InvoiceNo,
            (10000 + item) || CASE WHEN item % 3 = 0 THEN 'A' ELSE '' END AS StockCode,
            'LANTERN OF KIND ' || item AS Description, (1 + range % 24)::INTEGER AS Quantity,
            TIMESTAMP '2010-12-01 08:26:00' + to_minutes(invoice * 21) AS InvoiceDate,
            (item % 900) / 100 + 0.29 AS UnitPrice,
            CASE WHEN invoice % 4 > 0 THEN 12346 + invoice % 4372 END AS CustomerID,
            'Country ' || (invoice % 38) AS Country
        FROM (SELECT range, range * {INVOICES} // {ROWS} AS invoice,
            (hash(range) % 4070)::INTEGER AS item FROM range({ROWS}))"""
    rows = duckdb.execute(query).fetchall()
    duckdb.execute(f"COPY ({query}) TO '{folder / 'orders.csv'}' (HEADER)")
    workbook(folder / "orders.xlsx", rows)


def workbook(path: Path, rows: list[tuple[Any, ...]]) -> None:
    """Write a workbook as spreadsheets do: texts shared, days as numbers with a format."""
    from datetime import datetime

    from openpyxl import Workbook

    book = Workbook()
    book.active["E2"] = datetime(2020, 1, 1)
    book.save(path)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    texts: dict[str, int] = {}
    start = datetime(1899, 12, 30)

    def cell(letter: str, row: int, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            number = texts.setdefault(value, len(texts))
            return f'<c r="{letter}{row}" t="s"><v>{number}</v></c>'
        if isinstance(value, datetime):
            return (
                f'<c r="{letter}{row}" s="1"><v>{(value - start).total_seconds() / 86400}</v></c>'
            )
        return f'<c r="{letter}{row}"><v>{value}</v></c>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name, data in parts.items():
            if name not in (SHEET, SHARED):
                out.writestr(name, data)
        with out.open(SHEET, "w") as file:
            file.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for number, row in enumerate([NAMES, *rows], 1):
                cells = "".join(map(cell, "ABCDEFGH", [number] * 8, row))
                file.write(f'<row r="{number}">{cells}</row>'.encode())
            file.write(b"</sheetData></worksheet>")
        shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
        out.writestr(SHARED, f'<sst xmlns="{MAIN}">{shared}</sst>')


def ours(file: Path, out: Path) -> int:
    """Import with the product, in this process."""
    from datasets.engine.connectors.base import connectors
    from segplatform.kernel.progress import NullProgress

    connector = connectors.get(f"{file.suffix[1:]}_file")()
    return connector.read(file, connector.Options(), out, NullProgress(), MEMORY).rows


def theirs(file: Path, out: Path, engine: str) -> int:
    """Do what a notebook does."""
    import pandas as pd

    if file.suffix == ".csv":
        texts = dict.fromkeys(("InvoiceNo", "StockCode", "Description", "Country"), str)
        table = pd.read_csv(file, dtype=texts, parse_dates=["InvoiceDate"])
    elif engine == "fastexcel":
        import fastexcel

        table = fastexcel.read_excel(str(file)).load_sheet(0).to_pandas()
        table = table.astype(dict.fromkeys(("InvoiceNo", "StockCode", "Description"), str))
    else:
        table = pd.read_excel(file, engine=engine, dtype={"InvoiceNo": str, "StockCode": str})
    table.to_parquet(out / "table.parquet", compression="zstd")
    return len(table)


def previews(file: Path) -> float:
    """Give the median time of a preview, in milliseconds."""
    from datasets.engine.connectors.base import connectors

    connector = connectors.get(f"{file.suffix[1:]}_file")()
    times = []
    for _ in range(PREVIEWS):
        began = time.perf_counter()
        connector.preview(file, connector.Options())
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1_000


def caged(file: Path, out: Path) -> dict[str, float]:
    """Import with the product in the sandbox; its peak is that of the process in there."""
    from benchmarks.bench_import_awkward import DISK, SECONDS, Measured
    from datasets.engine.cage.client import Limits
    from datasets.engine.file_run import FileJob, read_caged
    from segplatform.kernel.progress import NullProgress

    cage: Any = Measured()
    if not cage.cage.status().ok:
        return {"wall": float("nan"), "peak": float("nan"), "rows": 0}
    work = out / "work"
    work.mkdir(mode=0o700)
    job = FileJob(file, file.name, {}, work, Limits(SECONDS, 2 * MEMORY, DISK))
    began = time.perf_counter()
    rows = read_caged(cage, job, out, NullProgress()).rows
    wall = time.perf_counter() - began
    cage.cage.close()
    return {"wall": wall, "peak": cage.peak / MEBI, "rows": rows}


def one(who: str, file: Path) -> None:
    """Run one of them in this process and print its figures; libraries are in memory before."""
    # pyarrow imports pandas, too; the sandbox has all of it before a file comes.
    import pandas  # noqa: F401

    import datasets.engine.cage.task_file  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        if who == "sandbox":
            print(json.dumps(caged(file, out)))
            return
        if who == "preview":
            print(json.dumps({"wall": previews(file), "peak": 0, "rows": 0}))
            return
        began = time.perf_counter()
        rows = ours(file, out) if who == "ours" else theirs(file, out, who.split("+")[-1])
        wall = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "peak": peak, "rows": rows}))


def run(*arguments: str) -> str:
    """Run one part in a process of its own; a child starts with the peak of its parent."""
    command = [sys.executable, "-m", "benchmarks.bench_import", *arguments]
    return subprocess.check_output(command, text=True)


def compare(file: Path, rivals: tuple[str, ...]) -> None:
    """Measure one file and tell."""
    kind = file.suffix[1:]
    shown = json.loads(run("--one", "preview", str(file)))["wall"]
    size = file.stat().st_size / MEBI
    print(f"{kind.upper()}, {size:,.0f} MiB; preview {shown:,.0f} ms ({TARGETS[kind]})")
    runs: dict[str, list[dict[str, float]]] = {who: [] for who in ("ours", "sandbox", *rivals)}
    for _ in range(TURNS):
        for who, found in runs.items():
            if who != "pandas+openpyxl" or not found:
                found.append(json.loads(run("--one", who, str(file))))
    for who, found in runs.items():
        wall, peak = (statistics.median(each[key] for each in found) for key in ("wall", "peak"))
        pairs = zip(runs["ours"], found, strict=False)
        ratio = statistics.median(theirs["wall"] / mine["wall"] for mine, theirs in pairs)
        beside = f"  ours is {ratio:.1f} times as fast" if who in rivals else ""
        print(f"  {who:16} {wall:8.2f} s  peak {peak:7,.0f} MiB  {found[0]['rows']:,} rows{beside}")


def main() -> None:
    """Measure and tell."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--slow"]
    if arguments[:1] == ["--one"]:
        one(arguments[1], Path(arguments[2]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, Path(arguments[0]) if arguments else None)
        compare(folder / "orders.csv", ("pandas",))
        slow = ("pandas+openpyxl",) if "--slow" in sys.argv else ()
        compare(folder / "orders.xlsx", ("pandas+fastexcel", *slow))


if __name__ == "__main__":
    main()
