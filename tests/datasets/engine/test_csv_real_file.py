"""The Online Retail file, where it lies beside the repository, and a small twin of it elsewhere."""

import gzip
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from datasets.engine.connectors.base import connectors
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.csv_files import read

REAL = Path(__file__).parents[4] / "shared/data/online_retail/online_retail.csv.gz"
NAMES = [
    *("InvoiceNo", "StockCode", "Description", "Quantity"),
    *("InvoiceDate", "UnitPrice", "CustomerID", "Country"),
]
TYPES = ["text", "text", "text", "integer", "datetime", "decimal", "integer", "text"]


def test_the_real_file_is_read_to_the_digit(tmp_path: Path) -> None:
    if not REAL.exists():
        pytest.skip("the Online Retail file is not beside the repository")
    path = tmp_path / "online_retail.csv"
    path.write_bytes(gzip.decompress(REAL.read_bytes()))
    out = tmp_path / "out"
    out.mkdir()
    connector = connectors.get("csv_file")()
    result = connector.read(path, connector.Options(), out, NullProgress(), 2**30)
    assert [c["name"] for c in result.columns] == NAMES
    assert [c["type"] for c in result.columns] == TYPES
    assert result.rows == result.report["rows_in_file"] == 541_909
    assert {c["name"]: c["missing"] for c in result.columns if c["missing"]} == {
        "Description": 1_454,
        "CustomerID": 135_080,
    }
    table = pq.read_table(out / "part-0.parquet")
    distinct = {
        n: pc.count_distinct(table[n]).as_py() for n in ("Country", "StockCode", "CustomerID")
    }
    assert distinct == {"Country": 38, "StockCode": 4_070, "CustomerID": 4_372}
    assert table["__row"].to_pylist()[::100_000] == list(range(1, 541_910, 100_000))
    with duckdb.connect() as con:
        total = con.execute(
            "SELECT sum(Quantity * UnitPrice) FROM read_parquet($1) "
            "WHERE Quantity > 0 AND UnitPrice > 0 AND CustomerID IS NOT NULL",
            [str(out / "part-0.parquet")],
        ).fetchone()
    assert total == (Decimal("8911407.9040"),)


def test_a_small_twin_has_the_same_types(tmp_path: Path) -> None:
    rows = [
        f"{'C' if i == 1_500 else ''}{536_365 + i},8512{i % 10}{'A' if i == 7 else ''},"
        f'"LANTERN, ""{i}""",{i % 9 - 3},2010-12-{i % 28 + 1:02} 08:26:00,{i % 40}.{i % 90 + 10},'
        f"{'' if i % 4 == 0 else '17850.0'},United Kingdom"
        for i in range(3_000)
    ]
    table = read(tmp_path, "\n".join([",".join(NAMES), *rows]).encode())
    assert (table.names, table.types) == (NAMES, TYPES)
    assert table.rows[1_500][0] == "C537865"
    assert [row[6] for row in table.rows[:2]] == [None, 17_850]
    assert table.rows[8][2] == 'LANTERN, "8"'
