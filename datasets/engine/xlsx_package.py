"""The package of a workbook: checked before anything is unpacked, then its sheets and styles."""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from segplatform.kernel.errors import UserError

MAX_ENTRIES = 2_000
MAX_UNPACKED = 500 * 2**20
MAX_RATIO = 200
"""A workbook shrinks to a tenth or so; what shrinks more was made to fill the memory."""
RATIO_FREE = 2**20
"""Small parts may be as repetitive as they like."""
BLOCK = 2**16

_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
DAMAGED = (
    "The workbook is damaged: {why}. Download or export it again, or open it in a spreadsheet "
    "program, save it again and upload that."
)
LOST_SHEET = "The workbook is damaged: the cells of its sheet “{name}” are missing."
CUT = "it ends too early, as after a download that broke off"
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_ELAPSED_FORMAT = "46"

Attributes = dict[str, str]


class Stop(Exception):
    """Enough has been read."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of cells; ``part`` is where the package holds it."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class Workbook:
    """What a workbook holds, without its cells; ``dates`` are the styles that show a date.

    ``lengths`` are those that show a length of time, such as 49:00; ``lost`` are names of sheets
    whose cells the package does not hold.
    """

    path: Path
    sheets: tuple[Sheet, ...]
    strings: str | None
    dates: frozenset[int]
    epoch_1904: bool
    lengths: frozenset[int] = frozenset()
    lost: tuple[str, ...] = ()


def workbook_open(path: Path) -> Workbook:
    """Check the package and list its sheets; ``UserError`` says why it cannot be read."""
    if not path.stat().st_size:
        raise UserError("The file is empty (0 bytes). Export it again and upload the new file.")
    with archive(path) as package:
        package_check(package)
        parts = set(package.namelist())
        if "xl/workbook.bin" in parts:
            raise UserError("This is a binary workbook (.xlsb). Save it as .xlsx and upload that.")
        if "xl/workbook.xml" not in parts and any(part.startswith("xl/") for part in parts):
            raise UserError(DAMAGED.format(why="its list of sheets is missing"))
        if "xl/workbook.xml" not in parts:
            raise UserError("This file holds no Excel workbook. Save the table as .xlsx or CSV.")
        links = _links(package) if "xl/_rels/workbook.xml.rels" in parts else {}
        sheets, lost, epoch_1904 = _sheets(package, links, parts)
        dates, lengths = _dates(package) if "xl/styles.xml" in parts else (frozenset(), frozenset())
    if not sheets and lost:
        raise UserError(DAMAGED.format(why=f"the cells of its sheet “{lost[0][:100]}” are missing"))
    if not sheets:
        raise UserError("The workbook has no sheet with cells.")
    strings = "xl/sharedStrings.xml"
    strings = next((p for p in links.values() if p.lower() == strings.lower()), strings)
    shared = strings if strings in parts else None
    return Workbook(path, sheets, shared, dates, epoch_1904, lengths, lost)


@contextmanager
def archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the package; whatever is wrong in it is a ``UserError``."""
    try:
        with zipfile.ZipFile(path) as package:
            yield package
    except (zipfile.BadZipFile, EOFError, KeyError, OSError, NotImplementedError) as error:
        why = "its ZIP archive cannot be read" if zipfile.is_zipfile(path) else CUT
        raise UserError(DAMAGED.format(why=why)) from error
    except expat.ExpatError as error:
        raise UserError(DAMAGED.format(why="its XML is not well-formed")) from error


def parse(
    package: zipfile.ZipFile,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read a part of the package as far as the handlers want (they raise ``Stop``).

    Tags and attributes come without their prefixes. A document type is refused: workbooks have
    none, and entities are how small files become large ones.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, found: start(_local(tag), found)
    if end:
        parser.EndElementHandler = lambda tag: end(_local(tag))
    if text:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with package.open(part) as file:
        try:
            while block := file.read(BLOCK):
                parser.Parse(block)
            parser.Parse(b"", True)
        except Stop:
            pass


def _refuse_doctype(*_: object) -> None:
    raise UserError("The workbook declares a document type, which no spreadsheet writes.")


def _local(tag: str) -> str:
    return tag.rpartition(":")[2] if ":" in tag else tag


def package_check(package: zipfile.ZipFile) -> None:
    """Judge the package by its directory alone."""
    entries = package.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UserError(f"The workbook has {len(entries):,} parts; {MAX_ENTRIES:,} are allowed.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise UserError("The workbook is encrypted. Save it without a password and upload that.")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        raise UserError(
            f"Unpacked, the workbook takes {unpacked / 2**20:,.0f} MB; {MAX_UNPACKED // 2**20} MB "
            "can be read. Export the sheet as CSV and upload that."
        )
    for entry in entries:
        if entry.file_size > max(RATIO_FREE, entry.compress_size * MAX_RATIO):
            raise UserError(
                f"A part of the workbook unpacks to more than {MAX_RATIO} times its size, as no "
                "table does. Export the sheet as CSV and upload that."
            )


def _links(package: zipfile.ZipFile) -> dict[str, str]:
    """Map the ids of relations to the parts that they point to."""
    links: dict[str, str] = {}

    def start(tag: str, found: Attributes) -> None:
        target = found.get("Target", "")
        if tag == "Relationship" and found.get("TargetMode") != "External":
            links[found.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target))[1:]

    parse(package, "xl/_rels/workbook.xml.rels", start)
    return links


def _sheets(
    package: zipfile.ZipFile, links: dict[str, str], parts: set[str]
) -> tuple[tuple[Sheet, ...], tuple[str, ...], bool]:
    """List the sheets that hold cells (charts do not), the names of those whose cells are missing,
    and say whether days count from 1904."""
    sheets: list[Sheet] = []
    lost: list[str] = []
    epochs: list[bool] = []

    def start(tag: str, found: Attributes) -> None:
        if tag == "workbookPr":
            epochs.append(found.get("date1904", "").lower() in ("1", "true", "on"))
        if tag == "sheet":
            link = next((v for k, v in found.items() if k.endswith(":id")), "")
            part = links.get(link, "")
            if part not in parts:
                lost.append(found.get("name", ""))
            elif "chartsheets/" not in part and "dialogsheets/" not in part:
                hidden = found.get("state", "visible") != "visible"
                sheets.append(Sheet(found.get("name", ""), part, hidden))

    parse(package, "xl/workbook.xml", start)
    return tuple(sheets), tuple(lost), any(epochs)


def _dates(package: zipfile.ZipFile) -> tuple[frozenset[int], frozenset[int]]:
    """List the cell styles whose number format shows a date or a time, and a length of time."""
    codes: dict[str, str] = {}
    styles: list[str] = []
    inside = [""]

    def start(tag: str, found: Attributes) -> None:
        if tag in ("cellXfs", "cellStyleXfs", "dxfs"):
            inside[0] = tag
        if tag == "numFmt" and inside[0] != "dxfs":
            codes[found.get("numFmtId", "")] = found.get("formatCode", "")
        if tag == "xf" and inside[0] == "cellXfs":
            styles.append(found.get("numFmtId", "0"))

    parse(package, "xl/styles.xml", start)
    lengths = frozenset(i for i, key in enumerate(styles) if _is_length(key, codes))
    dates = frozenset(i for i, key in enumerate(styles) if _is_date(key, codes))
    return dates - lengths, lengths


def _is_length(key: str, codes: dict[str, str]) -> bool:
    """Say whether a format counts hours past 24, or minutes or seconds past 60: ``[h]:mm``."""
    return bool(_ELAPSED.search(codes[key])) if key in codes else key == _ELAPSED_FORMAT


def _is_date(key: str, codes: dict[str, str]) -> bool:
    if key in codes:
        code = _NOT_CODE.sub("", codes[key].split(";")[0]).lower()
        return code != "general" and any(letter in code for letter in "dmyhs")
    return key.isdigit() and int(key) in _DATE_FORMATS
