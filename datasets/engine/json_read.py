"""Reading JSON: parsed once into batches of text, which are typed as any other table's."""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa

from datasets.engine.bounds import MAX_COLUMNS
from datasets.engine.convert import Target
from datasets.engine.encoding import bad_byte, scan_utf8
from datasets.engine.encoding_convert import mixture_of, read_as
from datasets.engine.encoding_names import encoding_words
from datasets.engine.json_blocks import Found, JsonBlocks, Rows
from datasets.engine.json_form import Shape, columns_of, rows_of
from datasets.engine.json_rows import JsonRows
from datasets.engine.json_scan import JsonText, Oddities
from datasets.engine.json_values import text_of
from datasets.engine.rejects import Rejects
from datasets.engine.results import ReadResult
from datasets.engine.source import Tally, without_empty
from datasets.engine.typed_read import TypedRead
from datasets.engine.typing_plan import TypeOptions, TypePlan, plan_types
from segplatform.kernel.errors import TooLarge, UserError
from segplatform.kernel.progress import NullProgress, SubProgress

SAMPLE_ROWS = 1_000
SAMPLE_CHARACTERS = 2**20
PARSED = 0.4
"""The share of the work that parsing is."""
COLUMN_BYTES = 12
"""What a byte of a document of columns takes in memory: they come one after another."""

NO_ROWS = "The file holds no object with a value in it: there is no table to read."


class JsonFileText:
    """One file with the answers about its form: where its rows are, and in which encoding."""

    def __init__(self, path: Path, encoding: str, shape: Shape, records: str) -> None:
        self.path, self.encoding, self.shape, self.records = path, encoding, shape, records
        self.odd = Oddities()

    def fill(
        self, rows: JsonRows, most: int | None, step: Callable[[float], None] = lambda share: None
    ) -> JsonRows:
        """Put the first ``most`` rows of the file, or all, into ``rows``."""
        size = 0
        try:
            for found in self._rows(most, step):
                if isinstance(found, Rows):
                    rows.put(found)
                    continue
                rows.add(*found)
                size += len(found[1])
                if most and (rows.count >= most or size > SAMPLE_CHARACTERS):
                    break
        except UnicodeDecodeError as error:
            raise self._bad(error) from None
        except UnicodeError:
            said = "The file does not start as this encoding does. Choose another."
            raise UserError(said, {"encoding": said}) from None
        if not rows.columns:
            raise UserError(NO_ROWS)
        return rows

    def _rows(self, most: int | None, step: Callable[[float], None]) -> Iterator[Found]:
        if self.shape.form == "columns":
            yield from self._beside(most, step)
            return
        with closing(JsonText(self.path, self.encoding, self.odd, step)) as text:
            blocks = None if most else JsonBlocks(self.odd)
            yield from islice(rows_of(text, self.shape, self.records, blocks), most)

    def _beside(self, most: int | None, step: Callable[[float], None]) -> Iterator[tuple[Any, str]]:
        """Put columns beside each other as rows; they must be equally long."""
        columns: dict[str, list[str | None]] = {}
        for name, values in columns_of(self.path, self.encoding, self.odd, most, step):
            columns[name] = [text_of(value) for value in values]
            if len(columns) > MAX_COLUMNS:
                raise UserError(f"The file has more than {MAX_COLUMNS:,} columns.")
        longest = max(map(len, columns.values()), default=0)
        uneven = next((name for name, cells in columns.items() if len(cells) < longest), None)
        if uneven is not None:
            raise UserError(
                f"The columns are not equally long: “{uneven[:100]}” has "
                f"{len(columns[uneven]):,} values where another has {longest:,}. Export the file "
                "again, or as one object for each row."
            )
        for cells in zip_longest(*columns.values()):
            yield dict(zip(columns, cells, strict=True)), "columns"

    def _bad(self, error: UnicodeDecodeError) -> UserError:
        """Name the byte that is no character of the encoding."""
        found = scan_utf8(self.path, NullProgress()).bad if self.encoding == "utf-8" else None
        if found is not None:
            return bad_byte(self.path, self.encoding, found)
        said = f"The file is not {encoding_words(self.encoding)}. Choose another encoding."
        return UserError(said, {"encoding": said})

    def require_memory(self, memory_bytes: int) -> None:
        """Refuse a document of columns that would not fit: its rows are known at its end."""
        if self.shape.form == "columns":
            size = self.path.stat().st_size
            if size * COLUMN_BYTES > memory_bytes:
                raise TooLarge(
                    f"This file of {size / 2**20:,.0f} MB holds one column after another, which "
                    "takes more memory than an import may use. Export it with one object for "
                    "each row, or as CSV."
                )


def json_plan(rows: JsonRows, types: TypeOptions) -> TypePlan:
    """Decide names and first types by the rows that are held."""
    return plan_types(rows.names, rows.sample(), types)


def oddities_said(odd: Oddities) -> Iterator[str]:
    """Yield a sentence for what JSON leaves open."""
    if count := odd["twice"]:
        objects = "object names" if count == 1 else "objects name"
        yield f"{count:,} {objects} something twice; the last value counts."
    if count := odd["nan"]:
        yield f"{count:,} values are NaN or Infinity, which are no numbers; they are left empty."


class JsonRead(TypedRead):
    """One reading of one file: ``load`` its rows, then ``read`` them."""

    def load(self, file: JsonFileText) -> None:
        """Parse all of it into batches of text."""
        file.require_memory(self.memory_bytes)
        folder = self.scratch / "rows"
        folder.mkdir()
        part = SubProgress(self.progress, 0, PARSED)
        part.step(0, "Reading JSON")
        self._head = file.fill(JsonRows(), SAMPLE_ROWS)
        file.odd.clear()
        self._rows = file.fill(
            JsonRows(folder), None, lambda share: part.step(share, "Reading JSON")
        )
        self._rows.flush()
        self._odd = file.odd
        self.warnings += read_as(file.encoding, mixture_of(file.path, file.encoding))

    def read(self, types: TypeOptions) -> ReadResult:
        """Type and write the rows; raises ``UserError`` and ``Cancelled``."""
        self._head.columns = self._rows.columns
        return self.run(json_plan(self._head, types), types.null_words)

    def groups(
        self, rejects: Rejects | None, start: float, stop: float, message: str
    ) -> Iterator[pa.Table]:
        """Yield the batches that were made; bad rows go to ``rejects``."""
        self.tally, rows = Tally(), self._rows
        rest = 1 - PARSED
        part = SubProgress(self.progress, PARSED + rest * start, PARSED + rest * stop)
        part.step(0, message)
        for table, bad in rows.groups():
            refused = [row for each in bad for row in each.to_pylist()]
            if rejects is not None:
                for row in refused:
                    rejects.add(row["row"], None, row["text"], row["reason"])
            self.tally.rejected += len(refused)
            self.tally.rows += table.num_rows + len(refused)
            yield without_empty(table, self.tally)
            part.step(self.tally.rows / max(rows.count, 1), message)

    def said(self, kept: list[Target]) -> Iterator[str]:
        """Yield a sentence for everything that is not as the file has it."""
        yield from oddities_said(self._odd)
        if self._rows.nuls:
            yield f"{self._rows.nuls:,} cells held NUL characters, which were dropped."
        if self.tally.rejected:
            yield f"{self.tally.rejected:,} rows are no objects and were rejected."
        if self.tally.empty:
            yield f"{self.tally.empty:,} rows without a value were left out."
        yield from self._rows.lacking()
