"""Reading a file of any format in tests, as an import does."""

from pathlib import Path
from typing import Any

from datasets.engine.connectors.base import Preview, connectors
from datasets.engine.detect import detect
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.csv_files import Table, rows_of

MEMORY = 2**30


def put(folder: Path, data: bytes | str) -> Path:
    """Write what somebody uploads; its name says nothing."""
    path = folder / "upload"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def import_file(path: Path, memory: int = MEMORY, **options: Any) -> Table:
    """Import a file, and check that no row is lost without a word."""
    connector = connectors.get(detect(path, path.name))()
    out = path.parent / f"out-{len(list(path.parent.iterdir()))}"
    out.mkdir()
    result = connector.read(path, connector.Options(**options), out, NullProgress(), memory)
    rows, numbers = rows_of(out)
    report = result.report
    assert report["rows_in_file"] == len(rows) + report["rows_rejected"] + report["rows_empty"]
    assert result.rows == report["rows_read"] == len(rows)
    assert {p.name for p in out.iterdir()} <= {"part-0.parquet", "rejected.parquet"}
    names = [c["name"] for c in result.columns]
    missing = [sum(row[i] is None for row in rows) for i in range(len(names))]
    assert [c["missing"] for c in result.columns] == missing
    return Table(result, names, [c["type"] for c in result.columns], rows, numbers)


def preview_file(path: Path, limit: int = 100, **options: Any) -> Preview:
    """Preview a file."""
    connector = connectors.get(detect(path, path.name))()
    return connector.preview(path, connector.Options(**options), limit)
