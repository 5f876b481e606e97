"""Import of JSON lines, JSON, SQLite and Parquet: ours, beside pandas writing the same Parquet.

Run by ``python -m benchmarks.bench_import_formats [folder]``: the folder holds
``online_retail.csv.gz`` (UCI Machine Learning Repository, dataset 352); without one, orders of the
same size and kind are made up; ``importing`` says how is measured. pandas is told all types, ours
finds them over the whole file. ``--large`` also imports 500 MB of JSON lines in the sandbox.
"""

import json
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from benchmarks.bench_import import INVOICES, NAMES, ROWS
from benchmarks.importing import MEBI, MEMORY, apart, one, tell, turns

LARGE = 500_000_000
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


def large(folder: Path) -> None:
    """Import the rows once, and again and again in one file, each in the sandbox."""
    file, once = folder / "large.jsonl", folder / "orders.jsonl"
    with file.open("wb") as out:
        while out.tell() < LARGE:
            with once.open("rb") as rows:
                shutil.copyfileobj(rows, out)
    print(f"JSON lines in the sandbox (target: within {MEMORY / 1e6:,.0f} MB, the same peak)")
    for each in (once, file):
        found = json.loads(apart("bench_import_formats", "--one", "sandbox", str(each)))
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
        one(arguments[1], Path(arguments[2]), theirs)
        return
    if arguments[:1] == ["--prepare"]:
        prepare(Path(arguments[1]), Path(arguments[2]) if arguments[2:] else None)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        apart("bench_import_formats", "--prepare", name, *arguments)
        for each, target in TARGETS.items():
            size = (folder / each).stat().st_size / MEBI
            print(f"{each}, {size:,.0f} MiB ({target})", flush=True)
            tell(turns("bench_import_formats", folder / each, ["pandas"]))
        if "--large" in sys.argv:
            large(folder)


if __name__ == "__main__":
    main()
