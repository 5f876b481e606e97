"""Text without a separator: columns between runs of blanks, or of fixed widths.

Its lines are written anew with a separator that no text holds; then it is read as any other text.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from datasets.engine.bounds import MAX_COLUMNS, MAX_LINE_CHARACTERS
from datasets.engine.layout import DELIMITERS, NOTHING, Sample, layout_find, share_typed
from datasets.engine.records import text_lines
from datasets.engine.rejects import Rejects
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

BLANKS, WIDTHS = "blanks", "widths"
SEVERAL, ANY = re.compile(r" {2,}"), re.compile(r" +")
MIN_LINES = 4
"""In fewer lines blanks stand below each other by chance."""
EVEN = 0.95
"""This share of the lines has as many cells as the table; the others are rejected."""

_RULE = re.compile(r"[-=+ ]*[-=][-=+ ]*")
"""A line drawn below the names, as databases print it."""
_WIDTHS = re.compile(r"[0-9]{1,7}(?:[,; ]+[0-9]{1,7})*")


@dataclass(frozen=True)
class TextColumns:
    """Where the cells of a line end: at ``runs`` of blanks, or after ``widths`` characters."""

    kind: str
    why: str = ""
    runs: re.Pattern[str] = SEVERAL
    widths: tuple[int, ...] = ()

    def cells(self, line: str) -> list[str]:
        """Split a line (without its end) into its cells; one that is drawn is empty."""
        if _RULE.fullmatch(line):
            return [""]
        if self.kind == BLANKS:
            return self.runs.split(line.strip(" "))
        found, start = [], 0
        for width in self.widths[:-1]:
            found.append(line[start : start + width].strip(" "))
            start += width
        found.append(line[start:].strip(" "))  # the last one takes the rest: nothing is lost
        return found

    def anew(self, line: str) -> str:
        """Write a line with a separator."""
        body = line.rstrip("\r\n").replace(NOTHING, " ")
        cells = self.cells(body)
        return NOTHING.join(cells) + "\n" if any(cells) else "\n"

    def sample(self, sample: Sample) -> Sample:
        """Write the first lines anew."""
        return Sample([self.anew(line) for line in sample.lines], sample.whole)

    def write(self, path: Path, target: Path, progress: Progress) -> None:
        """Write a whole UTF-8 file anew, line by line."""
        size, done = max(path.stat().st_size, 1), 0
        with target.open("w", encoding="utf-8", newline="") as out:
            for number, line in enumerate(text_lines(path, "utf-8")):
                out.write(self.anew(line))
                done += len(line)
                if number % 10_000 == 0:
                    progress.step(min(done / size, 1), "Finding the columns")


def widths_of(text: str) -> tuple[int, ...]:
    """Read widths such as ``8,12,10``; ``ValueError`` says how to write them."""
    if not _WIDTHS.fullmatch(text.strip()):
        raise ValueError("write the widths as numbers of characters, such as 8,12,10")
    found = tuple(int(each) for each in re.split("[,; ]+", text.strip()))
    if not all(found) or sum(found) > MAX_LINE_CHARACTERS or len(found) > MAX_COLUMNS:
        raise ValueError("each width is at least 1, and at most 1,000 columns can be read")
    return found


def columns_chosen(sample: Sample, delimiter: str, widths: str | None) -> TextColumns:
    """Return the columns as a person wants them; guess what is left open."""
    if delimiter == WIDTHS:
        if widths:
            return TextColumns(WIDTHS, widths=widths_of(widths))
        found = _below(_bodies(sample))
        if len(found) < 2:
            said = "No blanks stand below each other. Write the widths, such as 8,12,10."
            raise UserError(said, {"widths": said})
        return TextColumns(WIDTHS, widths=found)
    several = TextColumns(BLANKS)
    even, width = _evenness(several, _bodies(sample))
    return several if width > 1 and even >= EVEN else replace(several, runs=ANY)


def columns_guess(sample: Sample) -> TextColumns | None:
    """Say whether a text has columns without a separator; None where it has one, or no columns.

    A separator that splits the lines evenly wins, unless runs of blanks do so too, more of their
    cells are numbers and dates, and none begins or ends with a separator: 1,50 has a comma.
    """
    lines = _bodies(sample)
    if len(lines) < 2 or '"' in "".join(lines):
        return None
    split = layout_find(sample, quote='"').delimiter
    separated = any(split in line for line in lines) and split != NOTHING
    if not separated:
        return next(chain(_runs(lines), _fixed(lines)), None)
    found = next(_runs(lines), None)
    if found is None or found.runs is ANY or not _plausible(found, lines):
        return None
    better = share_typed([found.cells(line) for line in lines])
    return found if better > share_typed([line.split(split) for line in lines]) else None


def _bodies(sample: Sample) -> list[str]:
    """Return the lines that are not empty or drawn, without their ends."""
    found = (line.rstrip("\r\n") for line in sample.lines)
    return [line for line in found if line.strip() and not _RULE.fullmatch(line)]


def _runs(lines: Sequence[str]) -> Iterator[TextColumns]:
    several = TextColumns(BLANKS, "Two or more blanks stand between the cells.")
    even, width = _evenness(several, lines)
    if width > 1 and even >= EVEN:
        yield several
        return
    single = TextColumns(BLANKS, "Blanks stand between the cells, in each line as many.", ANY)
    even, width = _evenness(single, lines)
    typed = share_typed([single.cells(line) for line in lines[1:]])
    if width > 1 and even == 1 and typed > 0:
        yield single


def _fixed(lines: Sequence[str]) -> Iterator[TextColumns]:
    """Yield widths where the same places are blank in every line."""
    found = _below(lines)
    if len(lines) >= MIN_LINES and len(found) > 1:
        why = f"In each line the same places are blank, between {len(found):,} columns."
        yield TextColumns(WIDTHS, why, widths=found)


def _below(lines: Sequence[str]) -> tuple[int, ...]:
    """Return the widths of the columns between places that are blank in every line."""
    longest = max(map(len, lines), default=0)
    filled = [False] * longest
    for line in lines:
        for place, char in enumerate(line):
            if char != " ":
                filled[place] = True
    starts = [i for i in range(longest) if filled[i] and (i == 0 or not filled[i - 1])]
    starts = [0, *starts[1:]]
    return tuple(b - a for a, b in zip(starts, [*starts[1:], longest], strict=True))


def _evenness(columns: TextColumns, lines: Sequence[str]) -> tuple[float, int]:
    """Return the share of lines with the usual number of cells, and that number."""
    counts = Counter(len(columns.cells(line)) for line in lines)
    width, count = counts.most_common(1)[0] if counts else (0, 0)
    return (count / len(lines) if lines else 0.0), width


def _plausible(columns: TextColumns, lines: Sequence[str]) -> bool:
    """Say whether no cell looks as if a separator had been cut through."""
    marks = "".join(DELIMITERS)
    return not any(
        cell[:1] in marks or cell[-1:] in marks
        for line in lines
        for cell in columns.cells(line)
        if cell
    )


class OriginalRejects(Rejects):
    """Passes rows on to the rejects of an import, as they are in the file itself."""

    def __init__(self, rejects: Rejects, path: Path, skip_lines: int) -> None:
        self._to, self._skip = rejects, skip_lines
        self._lines = enumerate(text_lines(path, "utf-8"), 1)

    def add(self, row: int, column: str | None, text: str, reason: str) -> None:
        """Find the line of a row; rows come in their order."""
        if column is None:
            wanted = row + self._skip
            text = next(line.rstrip("\r\n") for number, line in self._lines if number == wanted)
        self._to.add(row, column, text, reason)
