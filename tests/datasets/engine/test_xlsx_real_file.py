"""The Online Retail workbook, where it lies beside the repository: the same table as its CSV."""

import gzip
from pathlib import Path

import duckdb
import pytest

from datasets.engine.connectors.base import connectors
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.test_csv_real_file import NAMES, REAL, TYPES

WORKBOOK = REAL.with_name("online_retail.xlsx")


def test_the_workbook_is_the_same_table_as_the_csv(tmp_path: Path) -> None:
    if not (WORKBOOK.exists() and REAL.exists()):
        pytest.skip("the Online Retail files are not beside the repository")
    text = tmp_path / "online_retail.csv"
    text.write_bytes(gzip.decompress(REAL.read_bytes()))
    for key, path in (("xlsx_file", WORKBOOK), ("csv_file", text)):
        connector = connectors.get(key)()
        out = tmp_path / key
        out.mkdir()
        result = connector.read(path, connector.Options(), out, NullProgress(), 2**30)
        assert [c["name"] for c in result.columns] == NAMES
        assert [c["type"] for c in result.columns] == TYPES
        assert (result.rows, result.report["rejected_total"]) == (541_909, 0)
        assert result.columns[6]["missing"] == 135_080
    workbook, csv = (
        f"SELECT * FROM read_parquet('{tmp_path / key}/part-0.parquet')"
        for key in ("xlsx_file", "csv_file")
    )
    with duckdb.connect() as con:
        for one, other in ((workbook, csv), (csv, workbook)):
            assert con.execute(f"{one} EXCEPT ALL {other}").fetchall() == []
        countries = con.execute(f"SELECT count(DISTINCT Country) FROM ({workbook})").fetchone()
    assert countries == (38,)
