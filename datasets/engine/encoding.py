"""Which characters the bytes of a file mean; nothing is ever replaced silently."""

import codecs
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from datasets.engine.encoding_charset import Charset, charset_of
from datasets.engine.encoding_mixed import SECOND, is_utf8, mixed, second_of, without_utf8
from datasets.engine.encoding_names import ENCODINGS, MIXED, encoding_words
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

CHUNK = 2**20
WINDOWS, WINDOW = 16, 2**16
EVIDENCE = 2**16
MOST_LINES = 20_000
SHOWN = 40
WIDE = ("utf-16-le", "utf-16-be")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: it starts with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
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


class Guess(NamedTuple):
    """An encoding, why it was taken, and a sentence where another one fits nearly as well."""

    name: str
    why: str
    doubt: str = ""


def encoding_guess(path: Path) -> Guess:
    """Judge by the start of the file and by 16 windows spread over it."""
    with path.open("rb") as file:
        head = file.read(CHUNK)
        marked = next((name for mark, name in _BOMS if head.startswith(mark)), "")
        if marked not in ("", "utf-8"):
            return _by_mark(marked)
        windows = [head.removeprefix(codecs.BOM_UTF8), *_windows(file, path.stat().st_size)]
    if not marked and (wide := _wide(head)):
        return Guess(wide, "Every other byte is empty, as UTF-16 writes plain letters.")
    found = _judged(windows)
    if marked:  # then lines that are something else were joined to it
        name = found.name if found else marked
        return found._replace(name=mixed(second_of(name) or name)) if found else _by_mark(name)
    return found or Guess("utf-8", "Every byte that was looked at is valid UTF-8.")


def _by_mark(name: str) -> Guess:
    return Guess(name, f"The file starts with the mark of {ENCODINGS[name]}.")


def _judged(windows: Sequence[bytes]) -> Guess | None:
    """Judge pieces of a file, which may be in two encodings; None where all is UTF-8."""
    sound = [part for part in windows if _is_utf8(part)]
    if len(sound) == len(windows):
        return None
    lines = [each for part in windows if part not in sound for each in _foreign_lines(part)]
    wrong = [line for line, is_right in lines if not is_right]
    found = charset_of(b"\n".join(wrong)[:EVIDENCE])
    second = found.name
    right = sum(is_right and is_utf8(line, second) for line, is_right in lines)
    right += sum(not part.isascii() for part in sound)
    if not right or (second not in SECOND and right <= len(wrong)):
        return Guess(
            second, f"It is not UTF-8; its letters fit {ENCODINGS[second]}.", _doubt(found)
        )
    # What is UTF-8 in those lines says nothing of the other encoding.
    rest = b"\n".join(map(without_utf8, wrong))[:EVIDENCE]
    name = mixed(charset_of(rest).name)
    words = ENCODINGS[second_of(name) or ""]
    return Guess(name, f"Some lines are UTF-8; the letters of others fit {words}.")


def _doubt(found: Charset) -> str:
    """Say which other encoding a short text may be in, and how a word of it would read then."""
    if not found.other:
        return ""
    word, other = (each[:SHOWN] for each in (found.word, found.other_word))
    return (
        f"The encoding is a guess: {ENCODINGS[found.name]} reads “{word}”, "
        f"{ENCODINGS[found.other]} would read “{other}”. Choose it if that is right."
    )


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


def _foreign_lines(part: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines that hold more than ASCII, which alone say something: is each UTF-8?"""
    lines = re.split(rb"[\r\n]+", part)
    for place, line in enumerate(lines[:MOST_LINES]):
        if line.isascii():
            continue
        if place in (0, len(lines) - 1):  # they may be cut in a letter
            yield line, _is_utf8(line)
            continue
        try:
            line.decode()
        except UnicodeDecodeError:
            yield line, False
        else:
            yield line, True


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
    """Guess from the bytes around one that is not UTF-8 what such lines are written in."""
    with path.open("rb") as file:
        file.seek(max(0, offset - EVIDENCE // 2))
        lines = _foreign_lines(file.read(EVIDENCE))
    return charset_of(b"\n".join(line for line, is_right in lines if not is_right)).name


def encoding_late(path: Path, offset: int) -> str:
    """Guess the encoding of a file that is UTF-8 up to a byte far in it."""
    second = encoding_near(path, offset)
    return second if _is_plain(path, offset) else mixed(second)


def _is_plain(path: Path, size: int) -> bool:
    """Say whether a file starts with so many bytes of ASCII."""
    with path.open("rb") as file:
        blocks = (file.read(min(CHUNK, size - at)) for at in range(0, size, CHUNK))
        return all(block.isascii() for block in blocks)


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
    words = encoding_words(encoding)
    advice = f" {ENCODINGS[likely]} is likely." if likely else ""
    if likely and not _is_plain(path, offset):
        advice = f" “{MIXED[mixed(likely)]}” is likely."
    return UserError(
        f"The file is not {words}: byte {offset:,}{shown} on line {line:,} is no character of it. "
        f"Choose another encoding in the options.{advice}",
        {"encoding": f"Line {line:,} holds a byte that is not {words}."},
    )
