"""Delimited files among several: read directly, and their layout found once where all are alike."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa

from datasets.engine.csv_read import CsvRead
from datasets.engine.layout import Layout, Sample
from datasets.engine.records import text_lines
from datasets.engine.rejects import Rejects
from datasets.engine.several_table import FileTable, Rows, Shape

SAMPLE_LINES = 50
"""What one file among many gives to guess types by."""
MOST_KNOWN = 100
_SINGLE = re.compile(r"(?:^|[,;\t|])'", re.MULTILINE)


class CsvTable(FileTable):
    """A delimited file whose characters are prepared."""

    def __init__(self, reading: CsvRead, layout: Layout, sample: Rows) -> None:
        super().__init__(Shape(layout.names, layout.header), sample)
        self._reading = reading
        self.warnings = reading.warnings
        reading.open(layout)

    def groups(self, rejects: Rejects | None) -> Iterator[pa.Table]:
        """Yield the rows; see ``CsvRead``."""
        yield from self._reading.groups(rejects, 0, 0, "")
        self.tally = self._reading.tally

    def exact(self) -> None:
        """Give the fast reader up."""
        self._reading.exact()


class KnownLayouts:
    """Layouts of files seen before: one that begins with the same lines has the same."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, str], Layout] = {}

    def find(self, sample: Sample, told: str) -> Layout | None:
        """Return the layout of a file that has this header, and the lines above it.

        ``told`` is what a person said of it: another word may mean another layout.
        """
        if _may_be_quoted_once(sample):
            return None
        starts = dict.fromkeys(lines for _, lines, _ in self._found)
        keys = ((told, lines, "".join(sample.lines[:lines])) for lines in starts)
        return next((self._found[key] for key in keys if key in self._found), None)

    def keep(self, sample: Sample, told: str, layout: Layout) -> None:
        """Remember the layout of a file that has a header."""
        if layout.header and layout.quote == '"' and len(self._found) < MOST_KNOWN:
            start = "".join(sample.lines[: layout.skip_lines])
            self._found[told, layout.skip_lines, start] = layout


def _may_be_quoted_once(sample: Sample) -> bool:
    """Say whether single quotes may wrap cells, which no header tells."""
    text = "".join(sample.lines)
    return '"' not in text and _SINGLE.search(text) is not None


def start_read(path: Path, encoding: str) -> Sample:
    """Read so many lines as show whether the layout is known."""
    lines = list(islice(text_lines(path, encoding), 2 * SAMPLE_LINES))
    return Sample(lines, len(lines) < 2 * SAMPLE_LINES)


def few_lines(sample: Sample, layout: Layout) -> Sample:
    """Give the start of a sample."""
    most = layout.skip_lines + SAMPLE_LINES
    if len(sample.lines) <= most:
        return sample
    return Sample(sample.lines[:most], False)
