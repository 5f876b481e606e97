"""Reading a whole delimited file: characters, rows, types, Parquet, and the report of it all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from datasets.engine.convert import Converter, Misfit, Target
from datasets.engine.duck import connect
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
from datasets.engine.source import Irregular, Tally, ahead, groups, is_regular
from datasets.engine.store import PART_NAME, TableWriter, file_info
from datasets.engine.typing_plan import TypePlan
from segplatform.kernel.progress import Progress, SubProgress

SHOWN_LINES = 5


class CsvRead:
    """One reading of one file: ``prepare`` its characters, then ``run``.

    The fast reader does regular files, the exact one all others; a type that the sample
    suggested is dropped as soon as one value refutes it, and the whole file decides anew.
    """

    def __init__(
        self, path: Path, out_dir: Path, scratch: Path, progress: Progress, memory_bytes: int
    ) -> None:
        self.path, self.out_dir, self.scratch = path, out_dir, scratch
        self.progress, self.memory_bytes = progress, memory_bytes
        self.text = path
        self.warnings: list[str] = []
        self._scan = Scan()
        self._fast = False
        self._tally = Tally()

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

    def run(self, layout: Layout, plan: TypePlan, null_words: tuple[str, ...]) -> ReadResult:
        """Read all rows into ``part-0.parquet``; raises ``UserError`` and ``Cancelled``."""
        self._fast = is_regular(self.text, layout, self._scan)
        rejects = Rejects(self.out_dir)
        # One thread: it converts a row group at a time, and more only hold more memory.
        with connect(self.memory_bytes // 4, self.scratch / "spill", 1) as con:
            if plan.unsettled():
                self._survey(con, layout, plan, null_words)
            while True:
                converter = Converter(con, plan.targets(), null_words)
                try:
                    self._write(converter, layout, rejects)
                    break
                except Irregular:
                    self._fast = False
                except Misfit:
                    self._survey(con, layout, plan, null_words)
                rejects.discard()
                rejects = Rejects(self.out_dir)
        rejects.close()
        self.progress.step(0.97, "Checking what was written")
        return self._result(layout, plan, converter.targets, rejects)

    def _survey(
        self, con: Any, layout: Layout, plan: TypePlan, null_words: tuple[str, ...]
    ) -> None:
        """Count over the whole file what each possible type of each open column misses."""
        converter = Converter(con, [], null_words)
        self.progress.log("The first rows do not settle every type: checking all of them.")
        while True:
            found = plan.reopen()
            try:
                for group in self._groups(layout, None, 0.1, 0.5, "Checking types"):
                    converter.survey(group, found)
                return
            except Irregular:
                self._fast = False

    def _write(self, converter: Converter, layout: Layout, rejects: Rejects) -> None:
        with TableWriter(self.out_dir / PART_NAME, converter.schema) as writer:
            for group in self._groups(layout, rejects, 0.5, 0.95, "Reading rows"):
                writer.write(converter.convert(group, rejects))

    def _groups(
        self, layout: Layout, rejects: Rejects | None, start: float, stop: float, message: str
    ) -> Iterator[pa.Table]:
        """Read the file once, reporting progress by rows; ``step`` raises ``Cancelled``."""
        self._tally = Tally()
        lines = max(self._scan.lines + self._scan.ends_open - layout.skip_lines, 0)
        part = SubProgress(self.progress, start, stop)
        part.step(0, message)
        found = groups(self.text, layout, self._tally, rejects, fast=self._fast, expected=lines)
        # The exact reader shares ``rejects`` with the caller, so it stays in step with it.
        for group in ahead(found) if self._fast else found:
            yield group
            part.step(min(self._tally.rows / max(lines, 1), 1), message)

    def _result(self, layout: Layout, plan: TypePlan, targets: Any, rejects: Rejects) -> ReadResult:
        kept: list[Target] = [target for target in targets if not target.dropped]
        tally, part = self._tally, file_info(self.out_dir / PART_NAME)
        report = {
            "rows_in_file": tally.rows,
            "rows_read": part["rows"],
            "rows_rejected": tally.rejected,
            "rows_empty": tally.empty,
            "columns": {
                t.name: {"unreadable": t.unreadable, "wanted": t.type} for t in kept if t.unreadable
            },
            "rejected": rejects.first,
            "rejected_total": rejects.count,
            "warnings": [*self.warnings, *self._said(layout, kept), *plan.warnings()],
        }
        columns = [{"name": t.name, "type": t.type, "missing": t.missing} for t in kept]
        return ReadResult(columns, part["rows"], [dict(part)], part["bytes"], report)

    def _said(self, layout: Layout, kept: list[Target]) -> Iterator[str]:
        """Yield a sentence for everything that is not as the file has it."""
        tally, spare = self._tally, layout.width - len(kept)
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
        for target in kept:
            yield from _said_of(target)


def _said_of(target: Target) -> Iterator[str]:
    """Yield what happened to the values of a column whose type was chosen."""
    if target.unreadable:
        yield f"{target.name}: {target.unreadable:,} values could not be read as chosen."
    if target.rounded:
        yield f"{target.name}: {target.rounded:,} values were rounded to four decimals."
