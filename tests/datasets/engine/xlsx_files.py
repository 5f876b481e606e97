"""Making workbooks in tests, and reading them as the app does."""

import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from datasets.engine.connectors.base import connectors
from segplatform.kernel.progress import NullProgress
from tests.datasets.engine.csv_files import Table, rows_of

Cells = Iterable[Iterable[Any]]


def save(folder: Path, *sheets: tuple[str, Cells], change: Callable[[Any], None] | None = None
         ) -> Path:  # fmt: skip
    """Write a workbook of these sheets; ``change`` may alter it before."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if change:
        change(book)
    path = folder / "upload.xlsx"
    book.save(path)
    return path


def rewrite(
    path: Path, part: str, change: Callable[[bytes], bytes], packing: int = zipfile.ZIP_DEFLATED
) -> Path:
    """Change the bytes of one part of a workbook."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", packing) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


def read(path: Path, **options: Any) -> Table:
    """Import a workbook, and check that no row is lost without a word."""
    connector = connectors.get("xlsx_file")()
    out = path.parent / f"out-{len(list(path.parent.iterdir()))}"
    out.mkdir()
    result = connector.read(path, connector.Options(**options), out, NullProgress(), 2**30)
    rows, numbers = rows_of(out)
    report = result.report
    assert report["rows_in_file"] == len(rows) + report["rows_rejected"] + report["rows_empty"]
    assert result.rows == report["rows_read"] == len(rows)
    names = [c["name"] for c in result.columns]
    missing = [sum(row[i] is None for row in rows) for i in range(len(names))]
    assert [c["missing"] for c in result.columns] == missing
    return Table(result, names, [c["type"] for c in result.columns], rows, numbers)


def preview(path: Path, **options: Any) -> Any:
    """Preview a workbook."""
    connector = connectors.get("xlsx_file")()
    return connector.preview(path, connector.Options(**options))
