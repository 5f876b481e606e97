"""Generated tables for tests, in the shape of real exports."""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

HEADER = (
    "InvoiceNo", "StockCode", "Description", "Quantity",
    "InvoiceDate", "UnitPrice", "CustomerID", "Country",
)  # fmt: skip
COUNTRIES = ("United Kingdom", "Germany", "France", "EIRE", "Namibia", "Netherlands")
FIRST_DAY = datetime(2010, 12, 1, 8, 26)
CANCELLED_SHARE, MISSING_SHARE = 0.02, 0.2


def orders_rows(rows: int, customers: int = 200, seed: int = 7) -> list[list[str]]:
    """Make order lines like those of Online Retail, in date order, as text cells.

    Some invoices are cancelled (``C…``, a negative quantity), some lines have no customer.
    """
    chance = random.Random(seed)
    made = []
    for number in range(rows):
        cancelled = chance.random() < CANCELLED_SHARE
        customer = int(chance.paretovariate(1.2) * 10) % customers
        made.append([
            f"{'C' if cancelled else ''}{536365 + number // 5}",
            f"{21000 + chance.randrange(500)}{chance.choice(['', 'A', 'B'])}",
            f"PRODUCT {chance.randrange(500)}",
            str(chance.randrange(1, 25) * (-1 if cancelled else 1)),
            str(FIRST_DAY + timedelta(minutes=number // 5 * 97)),
            f"{chance.randrange(10, 2000) / 100:.2f}",
            "" if chance.random() < MISSING_SHARE else f"{12346 + customer}.0",
            COUNTRIES[customer % len(COUNTRIES)],
        ])  # fmt: skip
    return made


def orders_csv(path: Path, rows: int, customers: int = 200, seed: int = 7) -> None:
    """Write such order lines to a comma-separated file with a header."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        writer.writerows(orders_rows(rows, customers, seed))


def parquet_bomb(path: Path) -> Path:
    """Write a Parquet file of less than a megabyte, one page of which holds 250 MB of text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.array(["x" * 2**20] * 250, pa.large_string())
    pq.write_table(
        pa.table({"a": text}), path, use_dictionary=False, data_page_size=2**31 - 1,
        write_batch_size=10**6, compression="zstd",
    )  # fmt: skip
    assert path.stat().st_size < 10**6
    return path
