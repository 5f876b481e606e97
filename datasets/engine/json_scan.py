"""JSON read piece by piece: its values one after another, however long the file is."""

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from datasets.engine.bounds import MAX_LINE_CHARACTERS
from segplatform.kernel.errors import UserError

PIECE = 2**18
MAX_VALUE = MAX_LINE_CHARACTERS
"""One object may be as long as one line of a text."""
BLANKS = " \t\r\n"

DEEP = "its objects lie in each other too deep"


class Number(str):
    """A number as the file spells it, so that no digit is lost."""

    __slots__ = ()


class Oddities(Counter[str]):
    """How often what JSON leaves open was met: "twice" (a name in one object), "nan"."""


class Broken(UserError):
    """What should be JSON here is not; ``at`` is the character of the file."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(
            f"The JSON cannot be read from character {at:,} on: {why}. Export the file again, or "
            "correct it there."
        )
        self.why, self.at = why, at


def decoder_of(odd: Oddities) -> json.JSONDecoder:
    """Make what decodes one value; of a name that comes twice in an object the last one counts.

    RFC 8259 leaves that open (section 4) and has no NaN, which programs write all the same: both
    are counted.
    """

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) < len(found):
            odd["twice"] += 1
        return made

    def constant(_: str) -> None:
        odd["nan"] += 1

    return json.JSONDecoder(
        parse_int=Number, parse_float=_number, parse_constant=constant, object_pairs_hook=pairs
    )


def _number(text: str) -> Number:
    """Keep a number as it is written; one with an exponent is written as Python does."""
    if "e" not in text and "E" not in text:
        return Number(text)
    value = float(text)
    return Number(repr(value) if abs(value) != float("inf") else text)


class JsonText:
    """The text of a file from its start on; ``step`` is told which share has been read."""

    def __init__(
        self,
        path: Path,
        encoding: str,
        odd: Oddities,
        step: Callable[[float], None] = lambda share: None,
    ) -> None:
        self._raw = path.open("rb")
        self._size = max(path.stat().st_size, 1)
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        self._file = io.TextIOWrapper(self._raw, codec, "strict", newline="")
        self._step = step
        self._decode = decoder_of(odd).raw_decode
        self._text, self._at, self._gone = "", 0, 0

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    @property
    def place(self) -> int:
        """Return the number of the next character, from 1."""
        return self._gone + self._at + 1

    def lines(self) -> Iterator[tuple[Any, str]]:
        """Yield each line's value and text; a value is a ``Broken`` where the line is no JSON."""
        place, number = 1, 0
        while line := self._file.readline(MAX_VALUE):
            number += 1
            if len(line) == MAX_VALUE:
                raise _line_too_long(number)
            text = line.strip(BLANKS)
            yield self._of_line(text, place), text
            place += len(line)
            if not number % 1000:
                self._step(min(self._raw.tell() / self._size, 1))

    def line_block(self, size: int, number: int) -> str:
        """Return the next lines, together about as many characters; ``number`` is the first's."""
        piece = self._file.read(size)
        rest = self._file.readline(MAX_VALUE) if piece else ""
        if len(rest) + len(piece) - piece.rfind("\n") > MAX_VALUE:
            raise _line_too_long(number + piece.count("\n"))
        self._step(min(self._raw.tell() / self._size, 1))
        return piece + rest

    def line_value(self, line: str) -> tuple[Any, str]:
        """Return a line's value, a ``Broken`` where it is no JSON, and its text."""
        text = line.strip(BLANKS)
        return self._of_line(text, 1), text

    def _of_line(self, text: str, place: int) -> Any:
        if not text:
            return {}
        try:
            value, end = self._decode(text)
        except json.JSONDecodeError as error:
            return Broken(_why(error), place + error.pos)
        except RecursionError:
            return Broken(DEEP, place)
        return value if end == len(text) else Broken("something follows the object", place + end)

    def peek(self) -> str:
        """Return the next character that is not blank, "" at the end."""
        while True:
            while self._at < len(self._text):
                char = self._text[self._at]
                if char not in BLANKS:
                    return char
                self._at += 1
            if not self._more():
                return ""

    def ends_line(self) -> bool:
        """Say whether nothing more stands on this line."""
        rest = self._text[self._at : self._at + PIECE].lstrip(" \t\r")
        return not rest or rest.startswith("\n")

    def take(self, expected: str) -> str:
        """Step over one of these characters and return it."""
        char = self.peek()
        if not char:
            raise Broken("it ends too early", self.place)
        if char not in expected:
            raise Broken(f"“{char}” stands where “{'” or “'.join(expected)}” should", self.place)
        self._at += 1
        return char

    def value(self) -> tuple[Any, str]:
        """Read the next value; return it and its text."""
        self.peek()
        while True:
            fault: Broken
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError as error:
                fault = Broken(_why(error), self._gone + error.pos + 1)
            except RecursionError:
                raise Broken(DEEP, self.place) from None
            else:
                # A number may go on in the next piece.
                if end < len(self._text) or not self._more():
                    text, self._at = self._text[self._at : end], end
                    return value, text
                continue
            if len(self._text) - self._at > MAX_VALUE:
                raise TooLong("an object or a text is longer than 8 MB", self.place)
            if not self._more():
                raise fault

    def elements(self) -> Iterator[tuple[Any, str]]:
        """Yield the values of an array, whose ``[`` comes next, and their texts."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield self.value()
            if self.take(",]") == "]":
                return

    def members(self) -> Iterator[str]:
        """Yield the names of an object, whose ``{`` comes next; the caller reads each value."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            if self.peek() != '"':
                raise Broken("a name in double quotes should stand here", self.place)
            name, _ = self.value()
            self.take(":")
            yield name
            if self.take(",}") == "}":
                return

    def values(self) -> Iterator[tuple[Any, str]]:
        """Yield values that follow each other without a separator."""
        while self.peek():
            yield self.value()

    def ahead(self, size: int) -> str:
        """Return the text from here on, so many characters unless the file ends before."""
        missing = size - (len(self._text) - self._at)
        if missing > 0:
            self._more(missing)
        return self._text[self._at :]

    def skip(self, characters: int) -> None:
        """Step over so many of what ``ahead`` returned."""
        self._at += characters

    def _more(self, size: int = PIECE) -> bool:
        """Read on; forget what was stepped over."""
        kept = self._text[self._at :]
        piece = self._file.read(max(size, len(kept)))
        if not piece:
            return False
        self._gone += self._at
        self._text, self._at = kept + piece, 0
        self._step(min(self._raw.tell() / self._size, 1))
        return True


def _line_too_long(number: int) -> UserError:
    return UserError(
        f"Line {number:,} is longer than 8 MB. JSON lines are one object on each line: check how "
        "the file was written."
    )


class TooLong(Broken):
    """A value that goes on and on."""


def _why(error: json.JSONDecodeError) -> str:
    """Say what the decoder found, in our words."""
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated"):
        return "it ends too early, or a quote is never closed"
    if error.msg.startswith("Invalid control"):
        return "a text holds a line break or another control character"
    return f"“{error.doc[error.pos]}” does not belong there"
