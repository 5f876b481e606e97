"""One table as XLSX: DuckDB writes the cells, zipfile packs them while they are sent.

openpyxl's write-only mode needs minutes of pure Python for half a million rows, and can send
nothing before it is done; this needs seconds. Every text is an inline string, never a formula.
Source of the format: ECMA-376, part 1, §18 (SpreadsheetML).
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from datasets.engine.duck import identifier, literal
from datasets.engine.reader import reader, row_ranges, table
from datasets.engine.types import Column

BATCH = 20_000  # rows that are in memory at once
MAX_DIGITS = 15  # Excel keeps no more; a longer number goes out as text, whole
FIRST_DAY = "1900-03-01"  # before it Excel's calendar is one day off
UNIX_DAY = 25_569  # 1970-01-01 in days of Excel
DAY_MICROSECONDS = 86_400 * 10**6
BOLD, DATE, TIME = 1, 2, 3  # styles, in the order of _STYLES
# XML has no place for these; Excel's own way to write them is _x0007_ (ECMA-376, 22.4.2.4).
ILLEGAL = (*range(0x01, 0x09), *range(0x0B, 0x20), 0xFFFE, 0xFFFF)

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf xfId="0"/>'
    '<xf xfId="0" fontId="1" applyFont="1"/>'
    '<xf xfId="0" numFmtId="164" applyNumberFormat="1"/>'
    '<xf xfId="0" numFmtId="165" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": _STYLES,
}
_SHEET_HEAD = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><sheetData>"
)


class _Outbox(io.RawIOBase):
    """A file that keeps only what was not taken yet; zipfile needs no more to write to."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken


def xlsx_blocks(files: Sequence[Path], columns: Sequence[Column]) -> Iterator[bytes]:
    """Return the workbook in blocks of bytes as its rows are read, in the order of the source."""
    out = _Outbox()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, xml in _PARTS.items():
            book.writestr(name, _HEAD + xml)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write((_HEAD + _SHEET_HEAD).encode())
            for rows in _rows(files, columns):
                sheet.write(rows.encode())
                if block := out.take():
                    yield block
            sheet.write(b"</sheetData></worksheet>")
    yield out.take()


def _rows(files: Sequence[Path], columns: Sequence[Column]) -> Iterator[str]:
    header = " || ".join(_text(literal(column.name), BOLD) for column in columns)
    cells = " || ".join(_cell(column) for column in columns)
    with reader(files) as con:
        top = con.execute(f"SELECT '<row>' || {header} || '</row>'").fetchall()
    yield top[0][0]
    source = f"SELECT '<row>' || {cells} || '</row>' FROM {table(files)}"
    for low, high in row_ranges(files, BATCH):
        with reader(files) as con:  # one a batch: a slow client must not hold a seat
            where = f"WHERE __row BETWEEN {low} AND {high} ORDER BY __row"
            rows = con.execute(f"{source} {where}").fetchall()
        yield "".join(row[0] for row in rows)


def _cell(column: Column) -> str:
    """Return the SQL of one cell; a missing one is an empty cell."""
    name = identifier(column.name)
    value = {
        "text": _text(name),
        "boolean": f"'<c t=\"b\"><v>' || {name}::INTEGER || '</v></c>'",
        "date": _moment(name, DATE),
        "datetime": _moment(name, TIME),
        "float": f"CASE WHEN isfinite({name}) THEN {_number(name)} ELSE {_text(name)} END",
    }.get(column.type, _exact(name))
    return f"coalesce({value}, '<c/>')"


def _number(sql: str, style: int = 0) -> str:
    return f"'<c s=\"{style}\"><v>' || {sql} || '</v></c>'"


def _exact(name: str) -> str:
    digits = f"length(ltrim(translate({name}::VARCHAR, '-.', ''), '0'))"
    return f"CASE WHEN {digits} <= {MAX_DIGITS} THEN {_number(name)} ELSE {_text(name)} END"


def _moment(name: str, style: int) -> str:
    days = f"epoch_us({name}::TIMESTAMP) / {DAY_MICROSECONDS}.0 + {UNIX_DAY}"
    serial = f"({days})::DOUBLE" if style == TIME else f"({days})::INTEGER"
    fits = f"{name} >= DATE '{FIRST_DAY}' AND {name} < DATE '10000-01-01'"
    return f"CASE WHEN {fits} THEN {_number(serial, style)} ELSE {_text(name)} END"


def _text(sql: str, style: int = 0) -> str:
    opened = f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">'
    return f"'{opened}' || {_escaped(f'({sql})::VARCHAR')} || '</t></is></c>'"


def _escaped(sql: str) -> str:
    """Return SQL that writes a text for XML, and for Excel's own reading of ``_x0041_``."""
    plain = f"replace(replace(replace({sql}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
    whole = f"regexp_replace({plain}, '_(x[0-9A-Fa-f]{{4}}_)', '_x005F_\\1', 'g')"
    for code in ILLEGAL:
        whole = f"replace({whole}, chr({code}), '_x{code:04X}_')"
    illegal = "".join(f"\\x{{{code:04X}}}" for code in ILLEGAL)
    odd = f"regexp_matches({sql}, '[{illegal}]|_x[0-9A-Fa-f]{{4}}_')"
    return f"CASE WHEN {odd} THEN {whole} ELSE {plain} END"
