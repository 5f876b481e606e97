"""Whole tables as files: what goes out is what was in."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.engine import export as module
from datasets.engine.export import FORMATS, export
from datasets.engine.types import Column, duckdb_type
from segplatform.kernel.errors import UserError
from tests.datasets.engine.conftest import Stored
from tests.datasets.engine.test_cells import DANGEROUS, HARMLESS
from tests.factories.datasets import write_rows

COLUMNS = [
    Column("name", "text"),
    Column("whole", "integer"),
    Column("money", "decimal"),
    Column("share", "float"),
    Column("flag", "boolean"),
    Column("day", "date"),
    Column("at", "datetime"),
]
ROWS = [
    ("plain", 1, "2.55", 0.1, "true", "2010-12-01", "2010-12-01 08:26:05.25"),
    ('q"uo,te\nline\r\nend', -(2**62), "-99999999999999.9999", "inf", "false", "1899-12-31", None),
    ("", None, None, None, None, None, "1800-01-01 00:00:00"),
    (None, 0, "0", -0.0, None, "2011-01-01", "2011-01-01 00:00:00"),
]
Table = tuple[list[Column], list[tuple[Any, ...]]]


@pytest.fixture
def files(stored: Stored) -> list[Path]:
    return stored(COLUMNS, ROWS)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "scratch"
    yield folder
    assert list(folder.glob("*")) == []  # nothing stays behind


def whole(files: list[Path], columns: list[Column], key: str, folder: Path, **more: Any) -> bytes:
    return b"".join(export(files, columns, key, folder=folder, **more))


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def sheet(data: bytes) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))


def test_its_parquet_has_the_same_rows_without_the_hidden_column(
    files: list[Path], folder: Path
) -> None:
    table = pq.read_table(io.BytesIO(whole(files, COLUMNS, "parquet", folder)))
    assert table.column_names == [column.name for column in COLUMNS]
    assert table.column("whole").to_pylist() == [1, -(2**62), None, 0]
    assert table.column("name").to_pylist() == [row[0] for row in ROWS]


def test_its_csv_for_machines_is_the_text_as_it_is(files: list[Path], folder: Path) -> None:
    found = cells(whole(files, COLUMNS, "csv_raw", folder))
    assert found[0] == [column.name for column in COLUMNS]
    assert [row[0] for row in found[1:]] == ["plain", 'q"uo,te\nline\r\nend', "", ""]
    assert found[1][1:] == ["1", "2.5500", "0.1", "true", "2010-12-01", "2010-12-01 08:26:05.25"]


def test_its_csv_for_spreadsheets_disarms_formulas_and_only_them(
    stored: Stored, folder: Path
) -> None:
    texts = [text for text in DANGEROUS if not text.startswith('"')] + HARMLESS
    columns = [Column("=evil()", "text"), Column("n", "integer")]
    files = stored(columns, [(text, -5) for text in texts])
    found = cells(whole(files, columns, "csv", folder, bom=True))
    assert found[0] == ["\ufeff'=evil()", "n"]
    assert [row[0] for row in found[1:]] == [
        f"'{text}" if text in DANGEROUS else text for text in texts
    ]
    assert {row[1] for row in found[1:]} == {"-5"}
    assert [row[0] for row in cells(whole(files, columns, "csv_raw", folder))[1:]] == texts


def test_its_sheet_has_numbers_times_and_texts_and_no_formula(stored: Stored, folder: Path) -> None:
    columns = [Column("=header()", "text"), *COLUMNS[1:]]
    texts = [*DANGEROUS, *HARMLESS, "#N/A", "_x0041_", "a\x07b", " blank ", "&<>\"'", "\x0b_x000B_"]
    texts = [text for text in texts if "\x00" not in text]
    files = stored(columns, [(text, *ROWS[0][1:]) for text in texts])
    book = openpyxl.load_workbook(io.BytesIO(whole(files, columns, "xlsx", folder)))
    rows = list(book.active.iter_rows())
    assert {cell.data_type for row in rows for cell in row[:1]} <= {"s", "inlineStr", "n"}
    assert rows[0][0].value == "=header()"
    decoded = [openpyxl.utils.escape.unescape(row[0].value or "") for row in rows[1:]]
    assert decoded == [text.replace("\r\n", "\n") for text in texts]
    assert [cell.value for cell in rows[1][1:]] == [
        1, 2.55, 0.1, True, datetime(2010, 12, 1), datetime(2010, 12, 1, 8, 26, 5, 250000),
    ]  # fmt: skip


def test_its_sheet_keeps_whole_what_excel_cannot_count(files: list[Path], folder: Path) -> None:
    rows = sheet(whole(files, COLUMNS, "xlsx", folder))
    assert rows[2] == (
        'q"uo,te\nline_x000D_\nend', "-4611686018427387904", "-99999999999999.9999", "inf", False,
        "1899-12-31", None,
    )  # fmt: skip
    assert rows[3][6] == "1800-01-01 00:00:00"
    assert rows[4][:4] == (None, 0, 0, 0)


def test_it_refuses_a_sheet_that_would_lose_something(
    stored: Stored, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = [Column("a", "text")]
    files = stored(columns, [("x" * 32_768,), ("y",)])
    with pytest.raises(UserError, match="texts of up to 32,768 characters"):
        export(files, columns, "xlsx", folder=folder)
    monkeypatch.setattr(module, "XLSX_MAX_ROWS", 1)
    with pytest.raises(UserError, match="has 2 rows and a sheet holds 1"):
        export(files, columns, "xlsx", folder=folder)
    with pytest.raises(UserError, match="no format “exe”"):
        export(files, columns, "exe", folder=folder)


@pytest.mark.parametrize("key", FORMATS)
def test_it_exports_a_table_without_rows(stored: Stored, folder: Path, key: str) -> None:
    assert whole(stored(COLUMNS, []), COLUMNS, key, folder)


@pytest.mark.parametrize("key", ["csv_raw", "xlsx"])
def test_it_goes_on_where_a_chunk_ends(
    stored: Stored, folder: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_PER_CHUNK", 7)
    monkeypatch.setattr("datasets.engine.export_xlsx.BATCH", 7)
    columns = [Column("n", "integer")]
    data = whole(stored(columns, [(n,) for n in range(50)]), columns, key, folder)
    found = sheet(data) if key == "xlsx" else cells(data)
    assert [int(row[0]) for row in found[1:]] == list(range(50))


def test_it_sends_the_first_block_before_the_last_is_made(stored: Stored, folder: Path) -> None:
    blocks = export(stored(COLUMNS, ROWS), COLUMNS, "csv", folder=folder)
    assert next(blocks).startswith(b"name,whole")
    assert not folder.exists()


VALUES = {
    "text": st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20
    ),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "decimal": st.decimals(-(10**13), 10**13, places=4),
    "float": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "date": st.dates(date(1, 1, 1)),
    "datetime": st.datetimes(datetime(1, 1, 1)),
}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    kinds = draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=4))
    columns = [Column(f"c{place}", kind) for place, kind in enumerate(kinds)]  # type: ignore[arg-type]
    row = st.tuples(*(st.none() | VALUES[kind] for kind in kinds))
    return columns, draw(st.lists(row, max_size=12))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=tables())
def test_any_table_exported_as_csv_and_read_again_is_the_same(
    table: Table, tmp_path_factory: pytest.TempPathFactory
) -> None:
    columns, rows = table
    folder = tmp_path_factory.mktemp("table")
    write_rows(folder, columns, rows)
    out = folder / "out.csv"
    out.write_bytes(whole([folder / "part-0.parquet"], columns, "csv_raw", folder / "scratch"))
    types = ", ".join(f"'{column.name}': '{duckdb_type(column.type)}'" for column in columns)
    found = duckdb.execute(
        f"SELECT * FROM read_csv('{out}', columns = {{{types}}}, header = true, delim = ',', "
        f"quote = '\"', escape = '\"', allow_quoted_nulls = {len(columns) == 1}, "
        "auto_detect = false, null_padding = false, new_line = '\\n')"
    ).fetchall()
    expected = [tuple(_stored(value) for value in row) for row in rows]
    if len(columns) == 1 and columns[0].type == "text":  # nothing and no text look alike there
        found, expected = ([(row[0] or "",) for row in side] for side in (found, expected))
    assert found == expected


def _stored(value: Any) -> Any:
    return value.quantize(Decimal("0.0001")) if isinstance(value, Decimal) else value
