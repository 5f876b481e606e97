"""What a file really is, by its first bytes; the name only hints."""

import codecs
import re
import unicodedata
from collections.abc import Collection
from pathlib import Path

from segplatform.kernel.errors import UserError

HEAD_BYTES = 4096
FEW = 16
"""So many stray control characters are damage, not a sign of another kind of file."""

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image", "a PNG picture"),
    (b"\xff\xd8\xff", "image", "a JPEG picture"),
    (b"GIF8", "image", "a GIF picture"),
    (b"%PDF-", "pdf", "a PDF document"),
    (b"\x1f\x8b", "gzip", "a gzip archive"),
    (b"BZh", "bzip2", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "xz", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z", "a 7z archive"),
    (b"\x28\xb5\x2f\xfd", "zstd", "a Zstandard archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls", "an old Excel workbook (.xls) or Office file"),
    (b"PAR1", "parquet", "a Parquet file"),
    (b"PARE", "parquet", "an encrypted Parquet file"),
    (b"SQLite format 3\x00", "sqlite", "an SQLite database"),
    (b"<stata_dta>", "stata", "a Stata file (.dta)"),
    (b"$FL2@(#)", "spss", "an SPSS file (.sav)"),
    (b"$FL3@(#)", "spss", "an SPSS file (.zsav)"),
    (b"\0" * 12 + b"\xc2\xea\x81\x60", "sas", "a SAS file (.sas7bdat)"),
    (b"\0\x01\0\0Standard Jet DB", "access", "an Access database (.mdb)"),
    (b"\0\x01\0\0Standard ACE DB", "access", "an Access database (.accdb)"),
    (b"ARROW1\0\0", "arrow", "an Arrow file (.feather)"),
    (b"Obj\x01", "avro", "an Avro file"),
    (b"\x89HDF\r\n\x1a\n", "hdf", "an HDF5 file"),
    (b"RDX2\n", "r", "an R workspace (.RData)"),
    (b"RDX3\n", "r", "an R workspace (.RData)"),
    (b"X\n\0\0\0", "r", "an R object (.rds)"),
    (b"{\\rtf", "document", "a text document (RTF)"),
    (b"\x7fELF", "program", "a program"),
    (b"MZ\x90", "program", "a program"),
)
_TAR_AT, _TAR = 257, b"ustar"
_OLD_STATA = re.compile(rb"[\x69\x6c\x6e\x6f\x71-\x73][\x01\x02]\x01\0")
_DBASE = re.compile(rb"[\x03\x30\x83\x8b\xf5].[\x01-\x0c][\x01-\x1f]....", re.DOTALL)
"""The first bytes of dBase: its version, and the day of its last change."""
_PICKLE = re.compile(rb"\x80[\x02-\x05](?:\x95.{8})?[\]\}\)\(ch\x8c]", re.DOTALL)
_NUL_SHARE = 0.3
"""So many NUL characters are no damage, unless they are halves of letters."""
_BOMS = (b"\0\0\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(rb"^\s*<(!doctype html|html|table|\?xml|head|body|workbook)", re.IGNORECASE)
_TAG = re.compile(rb"<[A-Za-z][\w:.-]*[\s>/]")
_JSON = re.compile(r'\s*(?:\{\s*(?:"|\}|$)|\[\s*(?:[{\[]|\]\s*$|$))')
"""An object or an array as programs write them; ``[1,2`` and ``{id}`` can be delimited text."""
_PACKAGE = re.compile(rb"\[Content_Types\]\.xml|docProps/|_rels/")
_CONTROL = bytes(set(range(32)) - {0, 9, 10, 11, 12, 13, 26, 27, 28, 29, 30, 31})


def content_kind(path: Path) -> tuple[str, str]:
    """Return ``(kind, words)``: ``("text", "text")``, ``("xlsx", "an Excel workbook")``, …

    ``kind`` is "empty" for 0 bytes and "binary" for what has no name but is no text.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if head.startswith(b"PK\x03\x04"):
            file.seek(max(0, path.stat().st_size - 2**16))
            tail = file.read()
            if _ZIP_END in tail:
                return _zip_kind(head, tail)
            file.seek(0)
            return _cut_kind(file.read(CUT_BYTES))
    return content_kind_of(head)


def content_kind_of(head: bytes) -> tuple[str, str]:
    """Judge a file of which nothing but the first ``HEAD_BYTES`` is at hand, likewise.

    What workbooks begin with counts as one then: who reads it sees all of it.
    """
    if not head:
        return "empty", "an empty file"
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(head, b"xl/workbook" if _PACKAGE.search(head) else b"")
    for signature, kind, words in _SIGNATURES:
        if head.startswith(signature):
            return kind, words
    if found := _binary_kind(head):
        return found
    if _is_json(head):
        return "json", "JSON"
    if head.startswith(_BOMS):
        return "text", "text"
    if _MARKUP.match(head) or _is_markup(head):
        return "markup", "a web page (HTML) or XML, which some programs save as .xls"
    # NUL alone proves nothing (UTF-16, damaged exports); other control characters in number do.
    control = len(head) - len(head.translate(None, _CONTROL))
    if control > max(FEW, len(head) * 0.05) and not _is_wide_text(head):
        return "binary", "no text"
    return "text", "text"


def _binary_kind(head: bytes) -> tuple[str, str] | None:
    """Tell formats that no single sign gives away, but that would look like text with NULs."""
    if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "tar", "a tar archive"
    if b"\0" not in head:
        return None
    if head.startswith(b"ORC"):  # ORCID is the name of a column
        return "orc", "an ORC file"
    if _OLD_STATA.match(head):
        return "stata", "a Stata file (.dta)"
    if _DBASE.match(head) and b"\0" * 14 in head[8:32]:
        return "dbase", "a dBase file (.dbf)"
    if _PICKLE.match(head):
        return "pickle", "an object of Python (pickle)"
    if head.startswith(_BOMS) or _is_halves(head):
        return None
    return ("binary", "no text") if head.count(0) > len(head) * _NUL_SHARE else None


def _is_halves(head: bytes) -> bool:
    """Say whether NULs stand at every other place, as in UTF-16."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return min(even, odd) <= max(even, odd) * 0.2


def _is_markup(head: bytes) -> bool:
    """Say whether it is XML that does not say so; a line with separators may be a table's."""
    line = head.lstrip().partition(b"\n")[0]
    tags = b"</" in head or b"/>" in head
    return bool(_TAG.match(line)) and tags and not re.search(rb"[,;\t|]", line)


def _is_json(head: bytes) -> bool:
    """Say whether a text begins as JSON does, also in UTF-16."""
    wide = "utf-16-le" if head[1:2] == b"\0" or head.startswith(b"\xff\xfe") else "utf-16-be"
    codec = wide if b"\0" in head[:4] else "utf-8"
    return _JSON.match(head.decode(codec, "replace").removeprefix("\ufeff")) is not None


def _is_wide_text(head: bytes) -> bool:
    """Say whether it reads as lines of UTF-16 without a mark, where letters look like control."""
    even = head[: len(head) // 2 * 2]
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = codecs.getincrementaldecoder(codec)("strict").decode(even)
        except UnicodeDecodeError:
            continue
        odd = sum(unicodedata.category(char) in ("Cc", "Cn", "Co") for char in text)
        if odd - text.count("\n") - text.count("\r") - text.count("\t") <= FEW and "\n" in text:
            return True
    return False


_ZIP_END = b"PK\x05\x06"
CUT_BYTES = 2**22
"""So much of a package that broke off shows what it was."""


def _cut_kind(data: bytes) -> tuple[str, str]:
    """Tell a workbook that broke off by the names that stand before its parts."""
    kind, words = _zip_kind(data, data)
    looks = kind == "zip" and _PACKAGE.search(data[:HEAD_BYTES]) and b"xl/" not in data
    return ("xlsx", "an Excel workbook") if looks else (kind, words)


_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
_OFFICE = re.compile(
    rb"PK\x01\x02.{42}(?:word/document|ppt/presentation)|word/_rels/|ppt/_rels/", re.S
)


def _zip_kind(head: bytes, tail: bytes) -> tuple[str, str]:
    """Tell a workbook from another zip by the names of its members."""
    if _OPEN_DOCUMENT in head[:200]:
        sheet = head[:200].split(_OPEN_DOCUMENT)[1].startswith(b"spreadsheet")
        other = "document", "an OpenDocument file that is no spreadsheet"
        return ("ods", "an OpenDocument spreadsheet") if sheet else other
    if b"xl/workbook.bin" in head + tail:
        return "xlsb", "a binary Excel workbook (.xlsb)"
    if _OFFICE.search(head + tail):
        return "document", "a document or presentation of an office suite"
    if b"xl/" in head or b"xl/workbook" in tail:
        return "xlsx", "an Excel workbook"
    return "zip", "a ZIP archive"


def require_text(path: Path) -> None:
    """Raise a ``UserError`` that says what the file is, unless it can be text."""
    require_kind(path, ("text",))


def require_kind(path: Path, kinds: Collection[str]) -> None:
    """Raise a ``UserError`` that says what the file is, unless it is of one of these kinds."""
    kind, words = content_kind(path)
    if kind == "empty":
        raise UserError("The file is empty (0 bytes). Export it again and upload the new file.")
    if kind not in kinds:
        raise UserError(
            f"This is {words}, whatever its name says. Export the table as CSV and upload that."
        )
