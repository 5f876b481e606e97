"""Reading a CSV from bytes in tests: the result, and its rows as the Parquet file holds them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from datasets.engine.connectors.base import ReadResult, connectors
from segplatform.kernel.progress import NullProgress

Rows = list[tuple[Any, ...]]


@dataclass
class Table:
    """What an import made: the result, the visible rows and their hidden row numbers."""

    result: ReadResult
    names: list[str]
    types: list[str]
    rows: Rows
    numbers: list[int]

    @property
    def report(self) -> dict[str, Any]:
        return self.result.report

    @property
    def said(self) -> str:
        return " ".join(self.report["warnings"])


def read(folder: Path, data: bytes, **options: Any) -> Table:
    """Import these bytes as a CSV file into a new folder below ``folder``."""
    connector = connectors.get("csv_file")()
    path = folder / "upload"
    path.write_bytes(data)
    out = folder / f"out-{len(list(folder.iterdir()))}"
    out.mkdir()
    result = connector.read(path, connector.Options(**options), out, NullProgress(), 2**30)
    rows, numbers = rows_of(out)
    report = result.report
    lost = report["rows_rejected"] + report["rows_empty"]
    assert report["rows_in_file"] == len(rows) + lost, "a row was lost without a word"
    assert result.rows == report["rows_read"] == len(rows)
    assert {p.name for p in out.iterdir()} <= {"part-0.parquet", "rejected.parquet"}
    names = [c["name"] for c in result.columns]
    types = [c["type"] for c in result.columns]
    missing = [sum(row[i] is None for row in rows) for i in range(len(names))]
    assert [c["missing"] for c in result.columns] == missing
    return Table(result, names, types, rows, numbers)


def rows_of(out: Path) -> tuple[Rows, list[int]]:
    """Return the visible rows and the hidden numbers of an import's folder."""
    file = out / "part-0.parquet"
    table = pq.read_table(file)
    assert table.column_names[0] == "__row"
    numbers, *columns = (column.to_pylist() for column in table.columns)
    return list(zip(*columns, strict=True)), numbers


def preview(folder: Path, data: bytes, limit: int = 100, **options: Any) -> Any:
    """Preview these bytes as a CSV file."""
    connector = connectors.get("csv_file")()
    path = folder / "upload"
    path.write_bytes(data)
    return connector.preview(path, connector.Options(**options), limit)
