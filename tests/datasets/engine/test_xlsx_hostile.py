"""Workbooks that are damaged, or made to do harm: refused in a sentence, in no time."""

import time
import zipfile
from pathlib import Path

import pytest

from datasets.engine.bounds import MAX_CELL_BYTES
from segplatform.kernel.errors import TooLarge, UserError
from tests.datasets.engine.xlsx_files import preview, read, rewrite, save

SHEET = "xl/worksheets/sheet1.xml"
ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Give a workbook of one row."""
    return save(tmp_path, ("S", [("id", "name"), (1, "a")]))


def add(path: Path, name: str, data: bytes) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, data)


def test_a_part_that_unpacks_to_far_too_much(small: Path) -> None:
    add(small, "xl/media/bomb.bin", bytes(5 * 2**20))
    with pytest.raises(UserError, match="200 times"):
        preview(small)


def test_more_parts_than_a_workbook_has(small: Path) -> None:
    with zipfile.ZipFile(small, "a") as package:
        for number in range(2_001):
            package.writestr(f"xl/x{number}", b"")
    with pytest.raises(UserError, match="parts"):
        preview(small)


def test_more_than_500_mb_unpacked(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.engine.xlsx_package.MAX_UNPACKED", 1_000)
    with pytest.raises(UserError, match="Export the sheet as CSV"):
        preview(small)


def test_an_encrypted_part(small: Path) -> None:
    data = bytearray(small.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    small.write_bytes(bytes(data))
    with pytest.raises(UserError, match="encrypted"):
        preview(small)


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_a_document_type(small: Path, part: str) -> None:
    rewrite(small, part, lambda data: ENTITY + data[data.index(b"<", 1) :]
            if data.startswith(b"<?xml") else ENTITY + data)  # fmt: skip
    for attempt in (preview, read):
        with pytest.raises(UserError, match="document type"):
            attempt(small)


def test_a_cell_without_end(small: Path) -> None:
    words = b" ".join(b"%d" % number for number in range(MAX_CELL_BYTES))
    rewrite(small, SHEET, lambda data: data.replace(b"<t>a</t>", b"<t>" + words + b"</t>"))
    for attempt in (preview, read):
        with pytest.raises(UserError, match="over 1 MB"):
            attempt(small)


def test_a_value_far_from_the_table(small: Path) -> None:
    row = b'<row r="3"><c r="XFD3"><v>1</v></c></row></sheetData>'
    rewrite(small, SHEET, lambda data: data.replace(b"</sheetData>", row))
    for attempt in (preview, read):
        with pytest.raises(UserError, match="16,384 columns"):
            attempt(small)


def test_a_table_that_would_not_fit_in_the_memory(small: Path) -> None:
    row = b'<row r="1048576">' + b'<c r="AZ1048576"><v>1</v></c>' + b"</row></sheetData>"
    wide = b'<c r="AZ2"><v>1</v></c></row></sheetData>'
    rewrite(small, SHEET, lambda data: data.replace(b"</row></sheetData>", wide))
    assert len(read(small).rows[0]) == 52
    rewrite(small, SHEET, lambda data: data.replace(b"</sheetData>", row))
    with pytest.raises(TooLarge, match="1,048,576 rows and 52 columns"):
        read(small)


def test_a_million_empty_rows_cost_nothing(small: Path) -> None:
    rows = b"".join(b'<row r="%d"/>' % number for number in range(3, 100_000))
    rewrite(small, SHEET, lambda data: data.replace(b"</sheetData>", rows + b"</sheetData>"))
    started = time.process_time()
    assert read(small).rows == [(1, "a")]
    assert time.process_time() - started < 10


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_file_that_ends_too_early(small: Path, cut: float) -> None:
    small.write_bytes(small.read_bytes()[: int(small.stat().st_size * cut)])
    for attempt in (preview, read):
        with pytest.raises(UserError, match="damaged"):
            attempt(small)


def test_xml_that_is_broken(small: Path) -> None:
    rewrite(small, SHEET, lambda data: data[: len(data) // 2])
    with pytest.raises(UserError, match="damaged"):
        preview(small)
    with pytest.raises(UserError, match="damaged"):
        read(small)


def test_a_binary_workbook(small: Path) -> None:
    add(small, "xl/workbook.bin", b"x")
    with pytest.raises(UserError, match="xlsb"):
        preview(small)


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "upload.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("other.xml", b"<x/>")
    with pytest.raises(UserError, match="no Excel workbook"):
        preview(path)
