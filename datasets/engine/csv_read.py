"""Reading a whole delimited file: its characters, and its rows as groups of text."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from datasets.engine.convert import Target
from datasets.engine.encoding import (
    ENCODINGS,
    Scan,
    bad_byte,
    encoding_near,
    scan_utf8,
    transcode,
)
from datasets.engine.layout import Layout
from datasets.engine.rejects import Rejects
from datasets.engine.results import ReadResult
from datasets.engine.source import Tally, ahead, groups, is_regular
from datasets.engine.typed_read import TypedRead
from datasets.engine.typing_plan import TypePlan
from segplatform.kernel.progress import Progress, SubProgress

SHOWN_LINES = 5


class CsvRead(TypedRead):
    """One reading of one file: ``prepare`` its characters, then ``read``.

    The fast reader does regular files, the exact one all others.
    """

    def __init__(
        self, path: Path, out_dir: Path, scratch: Path, progress: Progress, memory_bytes: int
    ) -> None:
        super().__init__(out_dir, scratch, progress, memory_bytes)
        self.path = self.text = path
        self._scan = Scan()
        self._fast = False
        self._layout: Layout

    def prepare(self, encoding: str, *, forced: bool) -> None:
        """Make ``self.text`` valid UTF-8 without NULs: the file itself, or a copy in scratch."""
        part = SubProgress(self.progress, 0, 0.1)
        if encoding == "utf-8":
            self._scan = scan_utf8(self.path, part)
            if self._scan.bad is not None:
                if forced:
                    raise bad_byte(self.path, encoding, self._scan.bad)
                encoding = encoding_near(self.path, self._scan.bad)
        if encoding == "utf-8" and not self._scan.nul:
            return
        self.text = self.scratch / "text"
        nuls = transcode(self.path, encoding, self.text, part)
        self._scan = scan_utf8(self.text, part)
        if nuls:
            self.warnings.append(f"{nuls:,} NUL characters were dropped.")
        if encoding != "utf-8":
            self.warnings.append(f"The file was read as {ENCODINGS[encoding]}.")

    def read(self, layout: Layout, plan: TypePlan, null_words: tuple[str, ...]) -> ReadResult:
        """Read all rows below the header; raises ``UserError`` and ``Cancelled``."""
        self._layout = layout
        self._fast = is_regular(self.text, layout, self._scan)
        return self.run(plan, null_words)

    def exact(self) -> None:
        """Give the fast reader up."""
        self._fast = False

    def groups(
        self, rejects: Rejects | None, start: float, stop: float, message: str
    ) -> Iterator[pa.Table]:
        """Read the file once, reporting progress by rows; ``step`` raises ``Cancelled``."""
        self.tally, layout = Tally(), self._layout
        lines = max(self._scan.lines + self._scan.ends_open - layout.skip_lines, 0)
        part = SubProgress(self.progress, start, stop)
        part.step(0, message)
        found = groups(self.text, layout, self.tally, rejects, fast=self._fast, expected=lines)
        # The exact reader shares ``rejects`` with the caller, so it stays in step with it.
        for group in ahead(found) if self._fast else found:
            yield group
            part.step(min(self.tally.rows / max(lines, 1), 1), message)

    def said(self, kept: list[Target]) -> Iterator[str]:
        """Yield a sentence for everything that is not as the file has it."""
        tally, layout = self.tally, self._layout
        spare = layout.width - len(kept)
        lines = ", ".join(f"{line:,}" for line in tally.mended[:SHOWN_LINES])
        lines += ", …" if len(tally.mended) > SHOWN_LINES else ""
        counted = (
            (tally.rejected, f"rows with more than {layout.width:,} cells were rejected."),
            (tally.padded, "short rows were filled up with empty cells."),
            (tally.empty, "empty rows were left out."),
            (
                len(tally.mended),
                "lines have quotes that do not close properly, which were kept as text "
                f"(line {lines}).",
            ),
            (spare, "empty columns without a name at the right were left out."),
        )
        yield from (f"{count:,} {words}" for count, words in counted if count)
        if layout.width == 1:
            yield "Only one column was found. If there should be more, choose the separator."
        if tally.rows == tally.rejected + tally.empty:
            yield "There are no rows to read below the column names."
