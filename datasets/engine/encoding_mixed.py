"""UTF-8 with lines of another encoding in it, as where files of two systems were joined.

Read as the encoding "utf-8+cp1252": a line that is UTF-8 is that, any other line is the second
one, but for what is UTF-8 in it all the same. The first is hardly ever true by chance: accents of
one byte stand between plain letters, which UTF-8 forbids (RFC 3629, section 4).
"""

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

PREFIX = "utf-8+"
ALWAYS = "iso8859-1"
"""Knows every byte: for the few that the second encoding leaves open."""
SECOND = ("cp1252", "cp1250", "iso8859-2", "cp1251", "koi8-r", "cp1253", "cp1254", "cp1255",
          "cp1256", "cp1257")  # fmt: skip
"""One byte for each letter: in the others UTF-8 may come about by chance."""
PIECE = 2**16
"""A longer line is judged in pieces."""
SHOWN, SHOWN_CHARACTERS = 3, 40

_LETTERS = re.compile(
    rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})+"
)
_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")
_ENDS = re.compile(rb"[\r\n]+")
_CONTROL = re.compile("[\x80-\x9f]")
_SIGNS = re.compile(r"[^a-z0-9]+")
_CHANCE = 2
"""Letters of more bytes than these do not come about by chance."""


@dataclass
class Mixture:
    """What was met: lines with letters of ``first`` (UTF-8) and ``second`` encoding.

    ``unknown`` says that the second one does not know all bytes of its lines.

    ``shown`` are the first ones of the second, each with its number (from 1).
    """

    first: int = 0
    second: int = 0
    unknown: bool = False
    shown: list[tuple[int, str]] = field(default_factory=list)

    def said(self, words: str) -> str:
        """Say which lines were read as the second encoding, whose name is ``words``."""
        some = ", ".join(f"{number:,} “{text}”" for number, text in self.shown)
        more = ", …" if self.second > len(self.shown) else ""
        return (
            f"The file mixes two encodings: of the lines with letters beyond ASCII {self.first:,} "
            f"{'is' if self.first == 1 else 'are'} UTF-8, and {self.second:,} "
            f"{'was' if self.second == 1 else 'were'} read as {words} (line {some}{more}). Look "
            "whether their letters are right."
        )


def mixed(second: str) -> str:
    """Name the encoding that is UTF-8, else ``second``; the Western one for what cannot be."""
    return PREFIX + (second if second in SECOND else "cp1252")


def second_of(encoding: str) -> str | None:
    """Return the second of two encodings in one; None for any other."""
    second = encoding.removeprefix(PREFIX)
    return second if encoding.startswith(PREFIX) and second in SECOND else None


def without_utf8(line: bytes) -> bytes:
    """Return a line without what can be letters of UTF-8."""
    return _LETTERS.sub(b"", line)


def line_read(line: bytes, second: str) -> str:
    """Read a line that is not UTF-8 as a whole."""
    found = _LETTERS.findall(line)
    if not all(_is_meant(each, second) for each in found):
        return _plain(line, second)
    parts = _LETTERS.split(line)
    read = [_plain(part, second) + each.decode() for part, each in zip(parts, found, strict=False)]
    return "".join(read) + _plain(parts[-1], second)


def is_utf8(line: bytes, second: str) -> bool:
    """Say whether a line is UTF-8, and not so by chance: capitals such as ÝŽ can look like it."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    if line.isascii() or _is_meant(line, second):
        return True
    other = _plain(line, second)
    return not all(char.isalpha() for char in other if char > "\x7f")


def _is_meant(letters: bytes, second: str) -> bool:
    """Say whether bytes are letters of UTF-8: long ones, or such as the second encoding has too."""
    try:
        return all(
            len(char.encode()) > _CHANCE or bool(char.encode(second)) for char in letters.decode()
        )
    except UnicodeError:
        return False


def _plain(part: bytes, second: str) -> str:
    try:
        return part.decode(second)
    except UnicodeDecodeError:
        return part.decode(ALWAYS)


class MixedDecoder(codecs.BufferedIncrementalDecoder):
    """Decodes whole lines; ``found`` is what it met."""

    second = "cp1252"

    def __init__(self, errors: str = "strict") -> None:
        super().__init__(errors)
        self.found = Mixture()
        self._line = 1

    def _buffer_decode(self, input: "Buffer", errors: str, final: bool) -> tuple[str, int]:
        data = bytes(input)
        end = len(data) if final else _whole(data)
        block = data[:end]
        try:
            text = block.decode()
        except UnicodeDecodeError:
            text = self._all_second(block) or "".join(map(self._of_line, _LINES.findall(block)))
        else:
            if not block.isascii():
                lines = text.removeprefix("\ufeff").split("\n")
                self.found.first += sum(not line.isascii() for line in lines)
            self._line += _ends(block)
        return text, end

    def _all_second(self, block: bytes) -> str:
        """Read a block in which nothing can be UTF-8 at once; "" where that is not certain."""
        if len(self.found.shown) < SHOWN or _LETTERS.search(block):
            return ""
        try:
            text = block.decode(self.second)
        except UnicodeDecodeError:
            return ""
        if _has_unknown(text):
            return ""
        self.found.second += sum(not line.isascii() for line in _ENDS.split(block))
        self._line += _ends(block)
        return text

    def _of_line(self, line: bytes) -> str:
        number = self._line
        self._line += _ends(line)
        if is_utf8(line, self.second):
            self.found.first += not line.removeprefix(codecs.BOM_UTF8).isascii()
            return line.decode()
        self.found.second += 1
        if len(self.found.shown) < SHOWN:
            self.found.shown.append((number, _around(line, self.second)))
        text = line_read(line, self.second)
        self.found.unknown = self.found.unknown or _has_unknown(text)
        return text


def _has_unknown(text: str) -> bool:
    """Say whether a byte became a control character, as text in any of these has none."""
    return _CONTROL.search(text) is not None


def _around(line: bytes, second: str) -> str:
    """Show the part of a line in which it is not UTF-8."""
    try:
        line.decode()
        place = 0
    except UnicodeDecodeError as error:
        place = error.start
    start = max(0, place - SHOWN_CHARACTERS // 2)
    text = line_read(line[start : place + SHOWN_CHARACTERS // 2], second)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _ends(block: bytes) -> int:
    return block.count(b"\n") or block.count(b"\r")


def _whole(data: bytes) -> int:
    """Return where the last whole line ends; of one that is too long, where a letter does."""
    end = max(data.rfind(b"\n"), data[:-1].rfind(b"\r")) + 1
    if end or len(data) < PIECE:
        return end
    return next((i + 1 for i in reversed(range(len(data))) if data[i] < 0x80), len(data))


def _found(name: str) -> codecs.CodecInfo | None:
    """Give the codec of "utf-8+cp1252" and the like; Python asks for it as "utf_8_cp1252"."""
    known = {_SIGNS.sub("_", mixed(second)): second for second in SECOND}
    second = known.get(_SIGNS.sub("_", name))
    return _codec(second) if second else None


def _codec(second: str) -> codecs.CodecInfo:
    class Decoder(MixedDecoder):
        pass

    Decoder.second = second

    def decode(data: "Buffer", errors: str = "strict") -> tuple[str, int]:
        return Decoder(errors).decode(data, final=True), len(bytes(data))

    return codecs.CodecInfo(
        name=mixed(second),
        encode=codecs.lookup("utf-8").encode,
        decode=decode,
        incrementaldecoder=Decoder,
    )


codecs.register(_found)
