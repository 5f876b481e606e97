"""Workbooks other than .xlsx, by calamine: .xls, .xlsb and .ods, their sheets as text columns."""

import re
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.sheet_cells import Cells
from datasets.engine.sheet_lengths import lengths_told
from datasets.engine.sheet_numbers import exact_numbers
from datasets.engine.text_cells import require_cells, without_nul
from datasets.engine.xlsx_package import CUT, DAMAGED, Sheet, package_check
from datasets.engine.xlsx_read import XlsxRead
from segplatform.kernel.errors import TooLarge, UserError

SHEETS = 200
"""Of so many sheets it is looked up whether they are hidden."""
CELLS = 40_000_000
"""Rows times columns; the reader holds each cell, also an empty one, in 32 bytes."""

ENCRYPTED = "The workbook is encrypted. Save it without a password and upload that."
UNREADABLE = (
    "The workbook cannot be read: it is damaged, is no workbook but another file of an office "
    "suite, or repeats a cell more often than a table has rows. Save the table as .xlsx or CSV "
    "and upload that."
)
TOO_MANY = "The sheet has more cells than fit into memory. Export it as CSV and upload that."
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK = b"\x09\x08\x10\x00\x00\x06\x05\x00"
"""The first record of the workbook itself, as Excel writes it since 1997."""
_FILE_PASS = 0x2F
HEAD, RECORDS = 2**16, 4_096
_ERROR = re.compile(r"Expected string but got 'Error\((\w+)\)'")
_LENGTH = re.compile(
    r"DurationIso\(\W*P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?\W*\)"
)
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)?$"
_ERROR_NAMES = {
    "Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!",
    "Ref": "#REF!", "Value": "#VALUE!", "GettingData": "#GETTING_DATA",
}  # fmt: skip
_WRITTEN = r"^(?:#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:5[0-9]{2})$"
"""How LibreOffice stores an error: as the text that it shows."""


@contextmanager
def calamine_sound() -> Iterator[None]:
    """Make a ``UserError`` of what the reader says of the file."""
    try:
        yield
    except fastexcel.FastExcelError as error:
        text = str(error).partition("\n")[0]  # what follows is the file's path
        if "imit exceeded" in text:
            raise TooLarge(TOO_MANY) from error
        raise UserError(UNREADABLE) from error


class CalamineBook:
    """One workbook, parsed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.open_document = zipfile.is_zipfile(path) and _package(path)
        if not zipfile.is_zipfile(path):
            _require_whole(path)
        with calamine_sound():
            self._reader = fastexcel.read_excel(str(path))
            names = self._reader.sheet_names
        if not names:
            raise UserError("The workbook has no sheet with cells.")
        self.sheets = tuple(self._sheet(name, place) for place, name in enumerate(names))

    def _sheet(self, name: str, place: int) -> Sheet:
        if place >= SHEETS:
            return Sheet(name, "", False)
        try:
            hidden = self.load(name, 1).visible != "visible"
        except UserError:  # a chart, which has no cells
            hidden = True
        return Sheet(name, "", hidden)

    def load(
        self, name: str, rows: int | None = None, dtype: Any = "string", columns: Any = None
    ) -> Any:
        """Return a sheet from row 1 on, all cells as text, or as numbers where they are."""
        with calamine_sound():
            return self._reader.load_sheet(
                name, header_row=None, skip_rows=0, n_rows=rows, dtypes=dtype,
                schema_sample_rows=1, use_columns=columns,
            )  # fmt: skip

    def first(self) -> Sheet:
        """Return the first visible sheet that holds cells."""
        shown = [sheet for sheet in self.sheets if not sheet.hidden] or list(self.sheets)
        for sheet in shown:
            if self.load(sheet.name, 1).width:
                return sheet
        raise UserError("The workbook is empty: none of its sheets holds a cell.")


def _package(path: Path) -> bool:
    """Check a package by its directory; say whether it is an OpenDocument one."""
    with zipfile.ZipFile(path) as package:
        package_check(package)
        if "META-INF/manifest.xml" not in package.namelist():
            return False
        if b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise UserError(ENCRYPTED)
        return True


def _require_whole(path: Path) -> None:
    """Refuse a package that broke off, and an old workbook with a password."""
    with path.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            raise UserError(DAMAGED.format(why=CUT))
    if _is_locked(path):
        raise UserError(ENCRYPTED)


def _is_locked(path: Path) -> bool:
    """Say whether an old file is encrypted, or wraps an encrypted .xlsx.

    By [MS-XLS] 2.4.117 (FilePass, among the first records) and [MS-OFFCRYPTO] 2.3.4.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(max(0, path.stat().st_size - HEAD))
        tail = file.read()
        if _PASSWORD in head or _PASSWORD in tail:
            return True
        file.seek(0)
        while block := file.read(HEAD):
            block += file.read(RECORDS)
            if (start := block.find(_WORKBOOK)) >= 0:
                return _FILE_PASS in dict(_records(block[start:]))
            if len(block) == HEAD + RECORDS:
                file.seek(-RECORDS, 1)
    return False


def _records(stream: bytes) -> Iterator[tuple[int, int]]:
    """Yield the numbers and places of the first records of a workbook."""
    place = 0
    while place + 4 <= min(len(stream), RECORDS):
        number, size = struct.unpack_from("<HH", stream, place)
        yield number, place
        place += 4 + size


class CalamineRead(XlsxRead):
    """One reading of one sheet: ``load_sheet``, then as of any other workbook."""

    def load_sheet(self, book: CalamineBook, sheet: Sheet, cells: Cells | None) -> None:
        """Read all cells into memory; name those that are errors."""
        self.progress.step(0.05, "Reading the cells")
        loaded = book.load(sheet.name)
        if loaded.total_height * loaded.width > CELLS:
            raise TooLarge(TOO_MANY)
        if not loaded.width:
            return
        with calamine_sound():
            batch, found = loaded.to_arrow_with_errors()
        self._origin = min((c.absolute_index for c in loaded.selected_columns), default=0)
        del loaded  # it holds every cell, as the next one does
        with calamine_sound():
            floats = book.load(sheet.name, dtype="float").to_arrow().columns
            exact = exact_numbers(batch.columns, floats)
            self._columns = lengths_told(
                exact, lambda dtype, rows, places: book.load(sheet.name, rows, dtype, places),
                self._origin,
            )  # fmt: skip
        self._rows = batch.num_rows
        del floats
        self._take(found.errors if found else [])
        self._open_document = book.open_document
        if book.open_document:
            self._written_errors()
        numbers = pa.array(range(1, self._rows + 1))
        for index, column in enumerate(self._columns):
            require_cells(column, f"column {index + 1}", numbers)
            self._columns[index], _ = without_nul(column)
        self._scan.errors.sort()
        self.cut(cells)

    def _take(self, errors: list[Any]) -> None:
        """Keep what the reader could not write as text: errors, and lengths of time."""
        lengths: dict[int, dict[int, str]] = {}
        for each in errors:
            row, column = each.position
            length = _LENGTH.search(each.detail)
            if length:
                lengths.setdefault(column, {})[row] = _clock(length)
            else:
                known = _ERROR.search(each.detail)
                text = _ERROR_NAMES.get(known[1], "error") if known else "error"
                self._scan.errors.append((row + 1, column + self._origin, text))
        for column, texts in lengths.items():
            cells = self._columns[column].to_pylist()
            for row, text in texts.items():
                cells[row] = text
            self._columns[column] = pa.array(cells, pa.string())

    def tidy(self, column: pa.Array) -> pa.Array:
        """Write moments as other workbooks have them: OpenDocument leaves midnight out."""
        if self._open_document and pc.all(pc.match_substring_regex(column, _MOMENT)).as_py():
            whole = pc.binary_join_element_wise(column, "00:00:00", " ")
            day = pc.match_substring_regex(column, "^.{10}$")
            column = pc.if_else(day, whole, pc.replace_substring(column, "T", " "))
        return super().tidy(column)

    def _written_errors(self) -> None:
        for index, column in enumerate(self._columns):
            wrong = pc.fill_null(pc.match_substring_regex(column, _WRITTEN), False)
            for place in pc.indices_nonzero(wrong).to_pylist():
                text = column[place].as_py()
                self._scan.errors.append((place + 1, index + self._origin, text))
            self._columns[index] = pc.if_else(wrong, pa.scalar(None, pa.string()), column)


def _clock(found: re.Match[str]) -> str:
    """Write a length of time (ISO 8601) as 08:26:00."""
    days, hours, minutes, seconds = (int(found[i] or 0) for i in range(1, 5))
    total = int(timedelta(days, seconds, hours=hours, minutes=minutes).total_seconds())
    return f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}"
