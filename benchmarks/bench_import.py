"""Import of a CSV file and of a workbook: ours, beside what a notebook writes for the same Parquet.

Run by ``python -m benchmarks.bench_import [folder]``: the folder holds ``online_retail.csv.gz`` and
``online_retail.xlsx`` (UCI Machine Learning Repository, dataset 352); without one, orders of the
same size and kind are made up, also ten times as many; ``importing`` says how is measured. pandas
is told all types for the CSV, ours finds them over the whole file. pandas with calamine takes part
where python-calamine is installed, ``--slow`` also waits for pandas with openpyxl.
"""

import gzip
import json
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.importing import MEBI, apart, one, tell, turns

ROWS, INVOICES = 541_909, 25_900
TIMES, PREVIEWS = 10, 5
NAMES = (
    *("InvoiceNo", "StockCode", "Description", "Quantity"),
    *("InvoiceDate", "UnitPrice", "CustomerID", "Country"),
)
TARGETS = {
    "csv": "target: 1.3 x pandas; 0.6 x file + 100 MiB above what was held; preview 100 ms",
    "xlsx": "target: 2 x pandas+calamine, 25 x pandas+openpyxl; peak 450 MiB; preview 50 ms",
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


def longer(file: Path, target: Path) -> Path:
    """Write the rows of a file ten times below its header."""
    with file.open("rb") as rows, target.open("wb") as out:
        out.write(rows.readline())
        start = rows.tell()
        for _ in range(TIMES):
            rows.seek(start)
            shutil.copyfileobj(rows, out, MEBI)
    return target


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


def compare(file: Path, rivals: tuple[str, ...], once: tuple[str, ...] = ()) -> None:
    """Measure one file and tell."""
    kind, size = file.suffix[1:], file.stat().st_size / MEBI
    shown = json.loads(apart("bench_import", "--preview", str(file)))
    print(f"{kind.upper()}, {size:,.0f} MiB; preview {shown:,.0f} ms ({TARGETS[kind]})", flush=True)
    tell(turns("bench_import", file, rivals, once=once))


def main() -> None:
    """Measure and tell."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--slow"]
    if arguments[:1] == ["--one"]:
        who, file = arguments[1], Path(arguments[2])
        one(who, file, lambda path, out: theirs(path, out, who.split("+")[-1]))
        return
    if arguments[:1] == ["--preview"]:
        print(previews(Path(arguments[1])))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, Path(arguments[0]) if arguments else None)
        compare(folder / "orders.csv", ("pandas",))
        compare(longer(folder / "orders.csv", folder / "longer.csv"), ("pandas",))
        slow = ("pandas+openpyxl",) if "--slow" in sys.argv else ()
        more = ("pandas+calamine",) if find_spec("python_calamine") else ()
        compare(folder / "orders.xlsx", ("pandas+fastexcel", *more, *slow), once=slow)


if __name__ == "__main__":
    main()
