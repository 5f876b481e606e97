"""The encodings that are offered, and what they are called."""

import codecs

from datasets.engine.encoding_mixed import SECOND, mixed
from segplatform.kernel.errors import UserError

ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 (little-endian, no mark)",
    "utf-16-be": "UTF-16 (big-endian, no mark)",
    "utf-32": "UTF-32",
    "cp1252": "Western (Windows-1252)",
    "iso8859-1": "Western (ISO 8859-1)",
    "iso8859-15": "Western (ISO 8859-15)",
    "mac-roman": "Western (Mac)",
    "cp437": "Western (DOS 437)",
    "cp850": "Western (DOS 850)",
    "cp1250": "Central European (Windows-1250)",
    "iso8859-2": "Central European (ISO 8859-2)",
    "cp852": "Central European (DOS 852)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8-r": "Cyrillic (KOI8-R)",
    "cp866": "Cyrillic (DOS 866)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp1257": "Baltic (Windows-1257)",
    "cp874": "Thai (Windows-874)",
    "cp932": "Japanese (Windows-932, Shift JIS)",
    "euc_jp": "Japanese (EUC)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "cp949": "Korean (Windows-949)",
}
"""What the options offer: Python's codec and its words."""
MIXED = {mixed(key): f"UTF-8, other lines {ENCODINGS[key]}" for key in SECOND}
"""Two encodings in one file, offered likewise."""


def encoding_checked(name: str) -> str:
    """Return the encoding's key of ``ENCODINGS``; UserError for one that is not offered."""
    for key in (name, name.lower().replace("_", "-")):
        if key in ENCODINGS or key in MIXED:
            return key
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        codec = ""
    for key in ENCODINGS:
        if codecs.lookup(key).name == codec:
            return key
    raise UserError(f"The encoding “{name[:40]}” is not known. Choose one of the list.")


def encoding_words(name: str) -> str:
    """Name an encoding to a person."""
    return ENCODINGS.get(name) or MIXED[name]
