"""Which characters the bytes of a file mean; nothing is ever replaced silently."""

import codecs
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from datasets.engine.encoding_letters import breaks_words, letters_tell
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

CHUNK = 2**20
WINDOWS, WINDOW = 16, 2**16
EVIDENCE = 2**16
WIDE = ("utf-16-le", "utf-16-be")

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
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8-r": "Cyrillic (KOI8-R)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp1257": "Baltic (Windows-1257)",
    "cp932": "Japanese (Windows-932, Shift JIS)",
    "euc_jp": "Japanese (EUC)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "cp949": "Korean (Windows-949)",
}
"""What the options offer: Python's codec and its words."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: it starts with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿŒœŸ"
    "€£§°\u2018\u2019“”\u2013—…•«»©®™½¼¾²³\u00b4¿¡\u00a0"
)


@dataclass(frozen=True)
class Scan:
    """What one pass over a UTF-8 file found; ``bad`` is the offset of the first wrong byte.

    ``marks`` are byte order marks within the text, ``stopped`` is the end mark of DOS at its end.
    """

    lines: int = 0
    nul: bool = False
    lone_cr: bool = False
    marks: bool = False
    stopped: bool = False
    quotes: bool = False
    ends_open: bool = False
    bad: int | None = None


def encoding_checked(name: str) -> str:
    """Return the encoding's key of ``ENCODINGS``; UserError for one that is not offered."""
    for key in (name, name.lower().replace("_", "-")):
        if key in ENCODINGS:
            return key
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        codec = ""
    for key in ENCODINGS:
        if codecs.lookup(key).name == codec:
            return key
    raise UserError(f"The encoding “{name[:40]}” is not known. Choose one of the list.")


def encoding_guess(path: Path) -> tuple[str, str]:
    """Return ``(encoding, why)`` from the start of the file and 16 windows spread over it."""
    with path.open("rb") as file:
        head = file.read(CHUNK)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name, f"The file starts with the mark of {ENCODINGS[name]}."
        windows = [head, *_windows(file, path.stat().st_size)]
    if wide := _wide(head):
        return wide, "Every other byte is empty, as UTF-16 writes plain letters."
    evidence = b"".join(_foreign(part) for part in windows if not _is_utf8(part))
    if not evidence:
        return "utf-8", "Every byte that was looked at is valid UTF-8."
    name = _charset(evidence)
    return name, f"It is not UTF-8; its letters fit {ENCODINGS[name]}."


def _windows(file: BinaryIO, size: int) -> list[bytes]:
    """Read 16 short pieces spread over the part that the head does not show."""
    parts = []
    for i in range(WINDOWS if size > CHUNK else 0):
        file.seek(CHUNK + (size - CHUNK) * i // WINDOWS)
        parts.append(file.read(WINDOW))
    return parts


def _is_utf8(part: bytes) -> bool:
    """Say whether a piece is UTF-8, but for a character cut at either end."""
    start = next((i for i in range(min(4, len(part))) if part[i] & 0xC0 != 0x80), 0)
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(part[start:])
    except UnicodeDecodeError:
        return False
    return True


def _foreign(part: bytes) -> bytes:
    """Keep the lines that hold more than ASCII, which alone say something."""
    return b"\n".join(re.findall(rb"[^\r\n]{0,80}[\x80-\xff][^\r\n]{0,80}", part))[:EVIDENCE]


def _wide(head: bytes) -> str | None:
    """Tell UTF-16 without a mark by where its zero bytes lie, or by its lines."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) * 0.2 or min(even, odd) > max(even, odd) * 0.2:
        return next((name for name in WIDE if even + odd and _lines_of(head, name)), None)
    return "utf-16-le" if odd > even else "utf-16-be"


def _lines_of(head: bytes, encoding: str) -> bool:
    """Say whether bytes make lines of text where every letter takes two: Cyrillic, Chinese, ..."""
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
    except UnicodeDecodeError:
        return False
    odd = sum(unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") for char in text)
    ends = text.count("\n") + text.count("\r")
    return ends > 0 and odd - ends - text.count("\t") == 0 and any(c in text for c in ",;\t|")


def _charset(evidence: bytes) -> str:
    """Name the likeliest single-byte or East Asian encoding of bytes that are not UTF-8."""
    if found := letters_tell(evidence):
        return found
    if _looks_western(evidence):
        return "cp1252"
    from charset_normalizer import from_bytes

    # Words made of nothing but accents are another script, never Western, however short they are.
    known = [key for key, words in ENCODINGS.items() if not words.startswith(("Western", "UTF"))]
    best = from_bytes(evidence, cp_isolation=known).best()
    try:
        return encoding_checked(best.encoding) if best else _natural(evidence, known)
    except UserError:
        return "cp1252"


def _natural(evidence: bytes, known: list[str]) -> str:
    """Take the encoding in which most words are written as words are: Word, word or WORD."""

    def score(name: str) -> float:
        try:
            words = re.findall(r"\w*[^\x00-\x7f]\w*", evidence.decode(name))
        except UnicodeDecodeError:
            return 0.0
        return sum(map(_is_word, words)) / (len(words) or 1)

    return max((key for key in known if key.startswith(("cp125", "koi8"))), key=score)


def _is_word(word: str) -> bool:
    """Say whether letters look like a word: usual capitals, and no Latin word of accents only."""
    usual = word.isalpha() and word in (word.lower(), word.upper(), word.capitalize())
    accents_only = len(word) > 2 and not re.search(r"[A-Za-z]", word)
    return usual and not (accents_only and unicodedata.name(word[0], "").startswith("LATIN"))


def _looks_western(evidence: bytes) -> bool:
    """Say whether bytes read as Windows-1252 give Western words: accents are the exception."""
    try:
        text = evidence.decode("cp1252")
    except UnicodeDecodeError:
        return False
    foreign = [char for char in text if char > "\x7f"]
    letters = [char for char in text if char.isalpha()]
    accents = sum(char.isalpha() for char in foreign)
    if breaks_words(text):
        return False
    return set(foreign) <= _WESTERN and accents <= max(2, len(letters) * 0.4)


def scan_utf8(path: Path, progress: Progress) -> Scan:
    """Check every byte of the file as UTF-8 and count its lines, in one pass of constant memory."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    size = max(path.stat().st_size, 1)
    lines, done, last = 0, 0, b""
    nul = lone_cr = quotes = marks = False
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if chunk.endswith(b"\r"):
                chunk += file.read(1)
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return Scan(bad=done - len(error.object) + len(chunk) + error.start)
            lines += int(np.count_nonzero(np.frombuffer(chunk, dtype=np.uint8) == 10))
            nul = nul or b"\0" in chunk
            quotes = quotes or b'"' in chunk or b"'" in chunk
            lone_cr = lone_cr or (b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n"))
            marks = marks or (last + chunk).find(codecs.BOM_UTF8, 0 if done else 1) >= 0
            done, last = done + len(chunk), chunk[-2:]
            progress.step(done / size, "Checking characters")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return Scan(bad=done - len(error.object))
    stopped, open_end = last.endswith(b"\x1a"), last[-1:] not in (b"\n", b"")
    return Scan(lines, nul, lone_cr, marks, stopped, quotes, open_end)


def encoding_near(path: Path, offset: int) -> str:
    """Guess the encoding from the bytes around one that is not UTF-8."""
    with path.open("rb") as file:
        file.seek(max(0, offset - EVIDENCE // 2))
        return _charset(_foreign(file.read(EVIDENCE)))


def bad_byte(path: Path, encoding: str, offset: int) -> UserError:
    """Make the sentence about a byte that the encoding does not know."""
    line = 1
    with path.open("rb") as file:
        left = offset
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            line += chunk.count(b"\n") or chunk.count(b"\r")
            left -= len(chunk)
        file.seek(offset)
        byte = file.read(1)
    likely = encoding_near(path, offset) if encoding == "utf-8" else None
    shown = f" (0x{byte.hex().upper()})" if byte else ""
    advice = f"{ENCODINGS[likely]} is likely." if likely else "Choose another one."
    return UserError(
        f"The file is not {ENCODINGS[encoding]}: byte {offset:,}{shown} on line {line:,} is no "
        f"character of it. Choose another encoding in the options. {advice}",
        {"encoding": f"Line {line:,} holds a byte that is not {ENCODINGS[encoding]}."},
    )
