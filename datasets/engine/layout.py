"""How a delimited text is laid out: separator, quotes, lines before the table, header, width."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from datasets.engine.bounds import MAX_COLUMNS, SAMPLE_CHARACTERS, SAMPLE_LINES
from datasets.engine.records import Record, Records, is_drawn, text_lines
from segplatform.kernel.errors import UserError

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
NOTHING = "\x1f"
"""Separates nothing: for a table of one column whose text holds every known separator."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_TYPED = re.compile(r"[+\-(]?[0-9.,][0-9.,:/ Tt\-+Z%')]*(?:[eE][+-]?[0-9]+)?|(?i:true|false)")
_DECLARED = re.compile(r'"?sep=([^A-Za-z0-9\r\n"])"?[ \t]*[\r\n]*', re.IGNORECASE)
"""The first line with which spreadsheets name the separator: ``sep=;``."""
_PERIOD = re.compile(r"(?:19|20)[0-9]{2}(?:-[0-9]{2}(?:-[0-9]{2}(?: 00:00:00)?)?)?")
_SHARE = 0.5
"""A separator needs this share of lines with the same number of cells, or …"""
_MANY = 0.9
"""… this share of lines that it splits at all."""


@dataclass(frozen=True)
class Sample:
    """The first lines of a file; ``whole`` where there are no others."""

    lines: list[str]
    whole: bool

    def records(self, delimiter: str, quote: str) -> list[Record]:
        """Return the sample's records, without the ones that its end may have cut."""
        reader = Records(self.lines, delimiter, quote)
        found = list(reader)
        if self.whole or not found:
            return found
        cut = reader.unclosed or found[-1].line
        return [record for record in found if record.line < cut] or found[:1]


@dataclass(frozen=True)
class Layout:
    """A resolved layout. ``names`` are the header's raw names, padded to ``width`` with ""."""

    delimiter: str
    quote: str
    skip_rows: int
    header: bool
    names: tuple[str, ...]
    skip_lines: int
    guesses: dict[str, str]
    even: bool = False
    """Whether a row with fewer cells is rejected: nobody knows which of them are missing."""

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.names)

    def repeats(self, cells: Sequence[str | None]) -> bool:
        """Say whether a row is the header again, as where files were joined into one."""
        if not self.header or not cells or (cells[0] or "") != self.names[0]:
            return False
        if sum(map(bool, self.names)) < 2:  # one word may well be a value
            return False
        found = [cell or "" for cell in cells]
        return (*found, *[""] * (self.width - len(found))) == self.names


def sample_read(path: Path, encoding: str) -> Sample:
    """Read the first 1,000 lines or 1 MB; UserError where there is nothing but blank lines."""
    lines: list[str] = []
    size = 0
    source = text_lines(path, encoding)
    for line in islice(source, SAMPLE_LINES):
        lines.append(line)
        size += len(line)
        if size >= SAMPLE_CHARACTERS:
            break
    if not any(line.strip() for line in lines):
        raise UserError("The file starts with nothing but empty lines: there is no table to read.")
    return Sample(lines, next(source, None) is None)


def layout_find(
    sample: Sample,
    *,
    delimiter: str | None = None,
    quote: str | None = None,
    skip_rows: int | None = None,
    header: bool | None = None,
) -> Layout:
    """Guess what is ``None``, keep what is given; UserError over 1,000 columns."""
    guesses: dict[str, str] = {}
    named = _DECLARED.fullmatch(sample.lines[0]) if sample.lines else None
    if quote is None:
        quote, guesses["quote"] = _quote(sample)
    if delimiter is None and named:
        delimiter, guesses["delimiter"] = named[1], "The first line of the file names it."
    if delimiter is None:
        delimiter, guesses["delimiter"] = _delimiter(sample, quote)
    filled = [r for r in sample.records(delimiter, quote) if r.text.strip()]
    records = [r for r in filled if not is_drawn(r)] or filled
    if named and skip_rows is None:
        records = records[1:]
        if not records:
            raise UserError("The file names its separator and holds nothing else: no table.")
    width = _modal([len(r.cells) for r in records if r.line > (skip_rows or 0)])
    _require_width(max(width, len(records[0].cells)))
    first = _first(records, width, skip_rows)
    if skip_rows is None:
        guesses["skip_rows"] = _skip_words(first.line - 1)
    if header is None:
        header, guesses["header"] = _header(first, [r for r in records if r.line > first.line])
    if header and _like_header(first):
        width = max(width, len(first.cells))
    names = first.cells[:width] if header else []
    lines = len(_LINE_END.split(first.text)) if header else 0
    layout = Layout(delimiter, quote, first.line - 1, header, tuple(names), 0, guesses)
    padded = (*names, *[""] * (width - len(names)))
    return replace(layout, names=padded, skip_lines=first.line - 1 + lines)


def _quote(sample: Sample) -> tuple[str, str]:
    """Take the double quote, unless only single quotes wrap cells."""
    text = "".join(sample.lines)
    if '"' in text:
        return '"', "Double quotes occur."
    wrapped = re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)", text, re.MULTILINE)
    if len(wrapped) >= max(2, len(sample.lines) // 2):
        return "'", "Single quotes wrap cells, double quotes do not occur."
    return '"', "The usual one; no cell needs it in the sample."


def _delimiter(sample: Sample, quote: str) -> tuple[str, str]:
    """Vote: which separator gives the same number of cells most often."""
    best, score = "", (0.0, 0.0, 0)
    for delimiter in DELIMITERS:
        records = [
            r for r in sample.records(delimiter, quote) if r.text.strip() and not is_drawn(r)
        ]
        found = _score(records)
        if found > score:
            best, score = delimiter, found
    if best:
        share = f"{score[0]:.0%} of the lines have {score[2]:,} cells with it."
        return best, f"The {DELIMITER_WORDS[best]}: {share}"
    text = "".join(sample.lines)
    unused = next((d for d in DELIMITERS if d not in text), NOTHING)
    return unused, "No separator splits the lines evenly, so each line is one cell."


def _score(records: Sequence[Record]) -> tuple[float, float, int]:
    """Rate a separator: share of lines with the usual width, share of typed cells, width."""
    counts = [len(r.cells) for r in records]
    several = [count for count in counts if count > 1]
    if not several:
        return 0.0, 0.0, 0
    width = _modal(several)
    share = several.count(width) / len(counts)
    if share < _SHARE and len(several) < len(counts) * _MANY:
        return 0.0, 0.0, 0
    typed = share_typed([r.cells for r in records])
    return round(share, 3), round(typed, 3), width


def share_typed(rows: Sequence[Sequence[str]]) -> float:
    """Return which share of the first rows' cells is empty, a number or a date."""
    cells = [cell.strip() for row in rows[:100] for cell in row]
    typed = sum(not cell or _TYPED.fullmatch(cell) is not None for cell in cells)
    return typed / max(len(cells), 1)


def _modal(counts: Sequence[int]) -> int:
    """Return the most frequent number of cells; of equals the larger."""
    found = Counter(counts)
    return max(found, key=lambda count: (found[count], count), default=1)


def _require_width(width: int) -> None:
    if width > MAX_COLUMNS:
        raise UserError(
            f"The file has {width:,} columns; at most {MAX_COLUMNS:,} can be read. "
            "Keep the columns that you need, or check the separator."
        )


def _first(records: list[Record], width: int, skip_rows: int | None) -> Record:
    """Return the record in which the table starts: its header, or its first row."""
    if skip_rows is not None:
        return next((r for r in records if r.line > skip_rows), records[-1])
    index = next((i for i, r in enumerate(records) if len(r.cells) >= width), 0)
    before = records[index - 1] if index else None
    if before and len(before.cells) >= max(2, width / 2) and _like_header(before):
        return before
    # A title above the table, filled up with separators by a spreadsheet.
    for i, record in enumerate(records[index : index + 10], index):
        filled = sum(bool(cell.strip()) for cell in record.cells)
        if width < 3 or filled > 1:
            return record if i == index or _like_header(record) else records[index]
    return records[index]


def _like_header(record: Record) -> bool:
    """Say whether every filled cell is a word, no two are equal, and most are filled."""
    cells = [cell.strip() for cell in record.cells]
    filled = [cell for cell in cells if cell]
    words = not any(_TYPED.fullmatch(cell) for cell in filled)
    return words and len({c.casefold() for c in filled}) == len(filled) >= len(cells) / 2


def _header(first: Record, rows: list[Record]) -> tuple[bool, str]:
    """Compare the first row with what is below it, column by column."""
    if _names_periods(first, rows):
        return True, "The first row holds words and rising years or days."
    if _like_header(first):
        rows = [r for r in rows if r.cells != first.cells]
    votes = 0
    for i, cell in enumerate(first.cells):
        below = [r.cells[i].strip() for r in rows[:100] if i < len(r.cells) and r.cells[i].strip()]
        typed = sum(_TYPED.fullmatch(value) is not None for value in below)
        if cell.strip() and below and typed >= len(below) * 0.9:
            votes += -1 if _TYPED.fullmatch(cell.strip()) else 1
    if votes > 0:
        return True, "The first row holds words where the rows below hold numbers or dates."
    if votes < 0 or not _like_header(first):
        return False, "The first row looks like the rows below it."
    seen = {(i, cell) for r in rows for i, cell in enumerate(r.cells) if cell}
    if any((i, cell) in seen for i, cell in enumerate(first.cells)):
        return False, "Values of the first row occur again below it."
    return True, "The first row holds different words that do not occur again."


def _names_periods(first: Record, rows: list[Record]) -> bool:
    """Say whether years or days, in rising order, name columns that hold something else."""
    found = {i: cell.strip() for i, cell in enumerate(first.cells) if cell.strip()}
    periods = {i: cell for i, cell in found.items() if _PERIOD.fullmatch(cell)}
    words = [cell for i, cell in found.items() if i not in periods]
    if len(periods) < 2 or not words or any(_TYPED.fullmatch(cell) for cell in words):
        return False
    rising = sorted(set(periods.values())) == list(periods.values())
    below = [r.cells[i].strip() for r in rows[:100] for i in periods if i < len(r.cells)]
    return rising and any(below) and not any(_PERIOD.fullmatch(cell) for cell in below)


def _skip_words(count: int) -> str:
    if not count:
        return "The table starts on the first line."
    return f"{count:,} {'line' if count == 1 else 'lines'} above the table are skipped."
