"""Records of delimited text, read exactly: what is malformed is kept as written and counted."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from datasets.engine.bounds import MAX_LINE_CHARACTERS, MAX_OPEN_QUOTE_CHARACTERS
from segplatform.kernel.errors import UserError

# The csv module's own limit (131,072) is global and below ours, which is checked on every cell.
csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE_CHARACTERS + MAX_OPEN_QUOTE_CHARACTERS))


_UNSEEN = re.compile(r"[\0\ufeff]|\x1a\Z")
"""What no cell holds: NUL, byte order marks between joined files, the end mark of DOS."""


_DRAWN = re.compile(r"[ \t]*\+?[-=]{3}[-=+ \t]*")


class Record(NamedTuple):
    """One row of a file: its first line's number (1-based), its cells and its original text."""

    line: int
    cells: list[str]
    text: str


def text_lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield the file's lines with their ends (LF, CRLF or CR), without NULs and marks.

    Raises ``UnicodeDecodeError`` on bytes that the encoding does not know.
    """
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open(encoding=codec, newline="", errors="strict") as file:
        number = 0
        while line := file.readline(MAX_LINE_CHARACTERS):
            number += 1
            if len(line) == MAX_LINE_CHARACTERS:
                raise UserError(
                    f"Line {number:,} is longer than 8 MB. A table has shorter lines: check that "
                    "the file is CSV and that its rows end with line breaks."
                )
            yield _UNSEEN.sub("", line)


@lru_cache(maxsize=32)
def spaced_quote(delimiter: str, quote: str) -> re.Pattern[str]:
    """Match a quote that opens a cell after blanks, as in ``1, "a, b"``, and closes none."""
    blank = r"[ ]" if delimiter == "\t" else r"[ \t]"
    d, q = re.escape(delimiter), re.escape(quote)
    return re.compile(rf"(?:^|{d}){blank}+{q}(?![{d}{q}\r\n]|$)", re.MULTILINE)


@lru_cache(maxsize=32)
def _cell(delimiter: str, quote: str) -> re.Pattern[str]:
    """Match one cell of one line: properly quoted (blanks around allowed), or as written."""
    d, q = re.escape(delimiter), re.escape(quote)
    blank = r"[ ]*" if delimiter == "\t" else r"[ \t]*"
    return re.compile(rf"{blank}{q}((?:[^{q}]|{q}{q})*){q}{blank}(?={d}|$)|([^{d}]*)")


def split_line(line: str, delimiter: str, quote: str) -> list[str]:
    """Split one line leniently: a badly quoted cell keeps its quotes as text."""
    body = line.rstrip("\r\n")
    cells, position = [], 0
    while True:
        match = _cell(delimiter, quote).match(body, position)
        if match is None:  # the second branch matches anything, even nothing
            raise AssertionError(body)
        quoted = match[1] is not None
        cells.append(match[1].replace(quote * 2, quote) if quoted else match[2])
        if match.end() >= len(body):
            return cells
        position = match.end() + 1


def is_drawn(record: Record) -> bool:
    """Say whether a line is drawn above, between or below rows, as reports and databases print."""
    return _DRAWN.fullmatch(record.text) is not None


class Records:
    """Iterate over records; afterwards ``mended`` holds lines whose quotes were not well-formed.

    ``unclosed`` is the line whose quote was still open where the text ended, if there was one.
    """

    def __init__(self, lines: Iterable[str], delimiter: str, quote: str) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._delimiter, self._quote = delimiter, quote
        self._number = 0
        self.mended: list[int] = []
        self.unclosed: int | None = None

    def __iter__(self) -> Iterator[Record]:
        delimiter, quote = self._delimiter, self._quote
        while (line := self._next()) is not None:
            if quote and quote in line:
                yield self._quoted(line)
            else:
                body = line.rstrip("\r\n")
                yield Record(self._number, body.split(delimiter), body)

    def _next(self) -> str | None:
        line = self._again.popleft() if self._again else next(self._lines, None)
        self._number += line is not None
        return line

    def _quoted(self, line: str) -> Record:
        """Read a record that holds quotes and may span lines."""
        start, taken, open_too_long = self._number, [line], False

        def feed() -> Iterator[str]:
            nonlocal open_too_long
            yield line
            size = 0
            while (more := self._next()) is not None:
                taken.append(more)
                size += len(more)
                if size > MAX_OPEN_QUOTE_CHARACTERS:
                    open_too_long = True
                    return
                yield more
            self.unclosed = self.unclosed or start

        try:
            cells = self._strict(feed(), line, taken)
        except csv.Error:
            if open_too_long:
                raise UserError(
                    f"Line {start:,} opens a quote that is not closed within 4 MB. Correct that "
                    "line, or choose another quote character (or none) in the options."
                ) from None
            return self._mend(start, taken)
        return Record(start, cells, "".join(taken).rstrip("\r\n"))

    def _strict(self, lines: Iterator[str], line: str, taken: list[str]) -> list[str]:
        """Read one record by the rules of RFC 4180, blanks before a quote allowed."""
        reader = csv.reader(
            lines, delimiter=self._delimiter, quotechar=self._quote, strict=True, doublequote=True
        )
        cells = next(reader)
        spaced = spaced_quote(self._delimiter, self._quote)
        if len(taken) == 1 and spaced.search(line):
            return split_line(line, self._delimiter, self._quote)
        return cells

    def _mend(self, start: int, taken: list[str]) -> Record:
        """Take the first line alone, its bad quotes as text, and read the others anew."""
        self._again.extendleft(reversed(taken[1:]))
        self._number = start
        self.mended.append(start)
        body = taken[0].rstrip("\r\n")
        return Record(start, split_line(body, self._delimiter, self._quote), body)
