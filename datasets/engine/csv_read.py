"""Reading a whole delimited file: its characters, and its rows as groups of text."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from datasets.engine.convert import Target
from datasets.engine.csv_blocks import is_regular, regular_parts
from datasets.engine.encoding import Guess, Scan, bad_byte, encoding_late, scan_utf8
from datasets.engine.encoding_convert import read_as, transcode
from datasets.engine.encoding_mixed import SECOND, mixed
from datasets.engine.layout import Layout
from datasets.engine.rejects import Rejects
from datasets.engine.results import ReadResult
from datasets.engine.source import BLOCK, REPEATED, Tally, ahead, exact_parts, groups
from datasets.engine.text_columns import OriginalRejects, TextColumns
from datasets.engine.typed_read import TypedRead
from datasets.engine.typing_plan import TypePlan
from segplatform.kernel.progress import Progress, SubProgress

SHOWN_LINES = 5


class Doubtful(Exception):
    """A file that was trusted is not what its start and its look say: all of it must be scanned."""


class CsvRead(TypedRead):
    """One reading of one file: ``prepare`` its characters (or ``trust`` them), then ``read``.

    The fast reader does regular files, the exact one all others.
    """

    def __init__(
        self, path: Path, out_dir: Path, scratch: Path, progress: Progress, memory_bytes: int
    ) -> None:
        super().__init__(out_dir, scratch, progress, memory_bytes)
        self.path = self.text = path
        self._scan = Scan()
        self._fast = self._trusted = False
        self._columns: TextColumns | None = None
        self._layout: Layout

    def prepare(self, guess: Guess, *, forced: bool) -> None:
        """Make ``self.text`` valid UTF-8 without NULs: the file itself, or a copy in scratch."""
        encoding = guess.name
        part = SubProgress(self.progress, 0, 0.1)
        if encoding == "utf-8":
            self._scan = scan_utf8(self.path, part)
            if self._scan.bad is not None:
                if forced:
                    raise bad_byte(self.path, encoding, self._scan.bad)
                encoding = encoding_late(self.path, self._scan.bad)
        dirty = self._scan.nul or self._scan.marks or self._scan.stopped
        if encoding == "utf-8" and not dirty:
            return
        if encoding in SECOND and not forced:
            encoding = mixed(encoding)  # lines that are UTF-8 may come later
        self.text = self.scratch / "text"
        dropped = transcode(self.path, encoding, self.text, part)
        if (mixture := dropped.mixture) and mixture.unknown and not (mixture.first or forced):
            encoding = guess.name  # it is in one encoding, and says where it is not
            dropped = transcode(self.path, encoding, self.text, part)
        self._scan = scan_utf8(self.text, part)
        self.warnings += dropped.said()
        self.warnings += read_as(encoding, dropped.mixture)
        if guess.doubt and not (dropped.mixture and dropped.mixture.first):
            self.warnings.append(guess.doubt)

    def trust(self) -> None:
        """Take the file for clean UTF-8 until its reading, which then is its only pass, refutes it.

        ``read`` raises ``Doubtful`` where that is so.
        """
        self._trusted = True
        self.progress.step(0, "Checking characters")

    def separate(self, columns: TextColumns) -> None:
        """Write text without a separator anew with one."""
        self._columns, self._original = columns, self.text
        self.text = self.scratch / "separated"
        columns.write(self._original, self.text, SubProgress(self.progress, 0, 0.1))
        self._scan = scan_utf8(self.text, SubProgress(self.progress, 0, 0.1))

    def read(self, layout: Layout, plan: TypePlan, null_words: tuple[str, ...]) -> ReadResult:
        """Read all rows below the header; raises ``UserError`` and ``Cancelled``."""
        self.open(layout)
        return self.run(plan, null_words)

    def open(self, layout: Layout) -> None:
        """Take this layout, and look which reader it needs."""
        self._layout = layout
        self._fast = self._trusted or is_regular(self.text, layout, self._scan)

    def exact(self) -> None:
        """Give the fast reader up."""
        if self._trusted:
            raise Doubtful
        self._fast = False

    def groups(
        self, rejects: Rejects | None, start: float, stop: float, message: str
    ) -> Iterator[pa.Table]:
        """Read the file once, reporting progress by rows; ``step`` raises ``Cancelled``."""
        self.tally, layout = Tally(), self._layout
        part = SubProgress(self.progress, start, stop)
        part.step(0, message)
        if self._columns and rejects is not None:
            rejects = OriginalRejects(rejects, self._original, layout.skip_lines)
        if self._fast:
            parts = regular_parts(self.text, layout, scanned=not self._trusted)
            found = ahead(groups(parts, layout, self.tally, rejects))
        else:
            # The exact reader shares ``rejects`` with the caller, so it stays in step with it.
            parts = exact_parts(self.text, layout, self.tally, rejects)
            found = groups(parts, layout, self.tally, rejects)
        lines = self._scan.lines or self._lines_likely()
        for group in found:
            yield group
            part.step(min(self.tally.rows / lines, 1), message)

    def _lines_likely(self) -> int:
        """Estimate from its start how many lines a file has that was not scanned."""
        with self.text.open("rb") as file:
            head = file.read(BLOCK)
        return max(head.count(b"\n") * self.text.stat().st_size // max(len(head), 1), 1)

    def said(self, kept: list[Target]) -> Iterator[str]:
        """Yield a sentence for everything that is not as the file has it."""
        tally, layout = self.tally, self._layout
        spare = layout.width - len(kept)
        lines = ", ".join(f"{line:,}" for line in tally.mended[:SHOWN_LINES])
        lines += ", …" if len(tally.mended) > SHOWN_LINES else ""
        uneven = "other than" if layout.even else "more than"
        counted = (
            (layout.skip_rows, "lines above the table were skipped."),
            (tally.rejected, f"rows with {uneven} {layout.width:,} cells were rejected."),
            (tally.repeated, REPEATED),
            (tally.padded, "short rows were filled up with empty cells."),
            (tally.empty, "empty rows were left out."),
            (
                len(tally.mended),
                "lines have quotes that do not close properly, which were kept as text "
                f"(line {lines}).",
            ),
            (spare, "empty columns without a name at the edge were left out."),
        )
        yield from (f"{count:,} {words}" for count, words in counted if count)
        if layout.width == 1:
            yield "Only one column was found. If there should be more, choose the separator."
        if tally.rows == tally.rejected + tally.repeated + tally.empty:
            yield "There are no rows to read below the column names."
