"""A whole sheet as text columns, its XML unpacked and looked through in blocks, side by side."""

import re
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO

import numpy as np
import pyarrow as pa

from datasets.engine.bounds import MAX_CELL_BYTES
from datasets.engine.source import Irregular
from datasets.engine.xlsx_blocks import Found, Piece, Spellings, block_values
from datasets.engine.xlsx_package import Sheet, Workbook, archive
from datasets.engine.xlsx_scan import Scan, hidden_rows, look
from datasets.engine.xlsx_shared import shared_texts
from datasets.engine.xlsx_values import Values
from segplatform.kernel.progress import Progress

BLOCK = 2**19
"""What is looked through at once: it stays in the processor's own memory."""
WORKERS, AHEAD, TOGETHER = 2, 4, 32
MAX_HELD = 8 * MAX_CELL_BYTES
"""Rows are shorter."""
SAID = "Reading the cells"
_START, _END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
_ENCODING = re.compile(rb"""encoding=["']([^"']+)["']""")


@dataclass
class SheetColumns:
    """All cells, from row 1 of the sheet on; ``first`` is the first column that is used."""

    scan: Scan = field(default_factory=Scan)
    first: int = 0
    rows: int = 0
    columns: list[pa.Array] = field(default_factory=list)


class FastSheet:
    """One sheet, read the fast way: ``look``, then ``read``.

    Raises ``Irregular`` where only the exact reader may judge.
    """

    def __init__(self, book: Workbook, sheet: Sheet, progress: Progress, room: int) -> None:
        self._book, self._sheet, self._progress, self._room = book, sheet, progress, room
        self._scan = Scan()
        self._pieces: dict[int, list[Piece]] = {}
        self._fresh: dict[tuple[int, int], list[Piece]] = {}
        self._columns: set[int] = set()
        self._shared: pa.Array | None = None
        self._last = self._held = self._blocks_kept = 0

    def look(self) -> tuple[int, int]:
        """Find all values; return how many rows and columns they take up.

        Raises ``Irregular``, and ``MemoryError`` for more than the room.
        """
        self._progress.step(0, SAID)
        with archive(self._book.path) as package:
            if self._book.strings:
                self._shared = shared_texts(package, self._book.strings)
            for found in self._found(package):
                self._keep(found)
        self._settle()
        _let_go()
        if not self._columns:
            raise Irregular
        return self._scan.rows, max(self._columns) + 1 - min(self._columns)

    def read(self) -> SheetColumns:
        """Make columns of what was found; raises as ``look`` does."""
        values = Values(self._shared, self._book.epoch_1904)
        made = SheetColumns(self._scan, min(self._columns), self._scan.rows)
        made.columns = self._made(values, range(made.first, max(self._columns) + 1))
        self._scan.errors = sorted(values.errors)
        return made

    def _made(self, values: Values, wanted: Iterable[int]) -> list[pa.Array]:
        """Make whole columns, some at the same time."""
        rows, room = self._scan.rows, self._room

        def make(column: int) -> pa.Array:
            nonlocal room
            found = values.column(self._pieces.pop(column, []), rows, room)
            room -= found.nbytes
            _let_go()
            return found

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(make, wanted))

    def _keep(self, found: Found) -> None:
        """Add what a block holds; blocks come in their order, and so must their rows."""
        if found.first and found.first <= self._last:
            raise Irregular
        self._last = max(self._last, found.last)
        scan = self._scan
        scan.rows, scan.cells = max(scan.rows, found.rows), scan.cells + found.cells
        scan.unresolved += found.unresolved
        self._columns |= found.columns
        for piece in found.pieces:
            self._fresh.setdefault((piece.column, piece.kind), []).append(piece)
        self._blocks_kept += 1
        if self._blocks_kept % TOGETHER == 0:
            self._settle()

    def _settle(self) -> None:
        """Put the pieces of several blocks together, so that each column has its own memory."""
        for (column, kind), pieces in self._fresh.items():
            texts = pa.concat_arrays([piece.texts for piece in pieces])
            rows = np.concatenate([piece.rows for piece in pieces])
            self._pieces.setdefault(column, []).append(Piece(column, kind, texts, rows))
            self._held += texts.nbytes + rows.nbytes
        self._fresh.clear()
        if self._held > self._room:
            raise MemoryError

    def _found(self, package: zipfile.ZipFile) -> Iterator[Found]:
        """Yield what the blocks hold, some of them being worked on at the same time."""
        spellings = Spellings(self._book.dates, self._book.lengths)
        waiting: deque[Future[Found]] = deque()
        with ThreadPoolExecutor(WORKERS) as pool:
            try:
                for block in self._blocks(package):
                    waiting.append(pool.submit(block_values, block, spellings))
                    if len(waiting) > AHEAD:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for each in waiting:
                    each.cancel()

    def _blocks(self, package: zipfile.ZipFile) -> Iterator[bytes]:
        """Unpack the sheet and cut it between rows."""
        self._scan.size = total = package.getinfo(self._sheet.part).file_size
        with package.open(self._sheet.part) as file:
            held = file.read(MAX_CELL_BYTES)
            place = held.find(_START)
            if place < 0 or not _plain_head(held[:place]):
                raise Irregular
            held = held[place + len(_START) :]
            while (end := held.find(_END)) < 0:
                cut = held.rfind(_ROW_END) + len(_ROW_END)
                if cut >= len(_ROW_END):
                    self._scan.hidden += hidden_rows(held[:cut])
                    yield held[:cut]
                    held = held[cut:]
                self._progress.step(min(file.tell() / total, 1), SAID)
                more = file.read(BLOCK)
                if not more or len(held) > MAX_HELD:
                    raise Irregular
                held += more
            self._scan.hidden += hidden_rows(held[:end])
            yield held[:end]
            self._rest(held[end:], file)

    def _rest(self, held: bytes, file: IO[bytes]) -> None:
        """Look through what follows the cells: there merged ones are named."""
        rest = Scan()
        while more := file.read(MAX_CELL_BYTES):
            held = look(held + more, rest, False)
        look(held + b"</c>", rest, False)
        self._scan.merged = rest.merged


def _let_go() -> None:
    """Give memory back to the system; Arrow keeps what was freed on the way for later."""
    pa.default_memory_pool().release_unused()


def _plain_head(head: bytes) -> bool:
    """Say whether a sheet begins as it should: UTF-8, without a document type or comments."""
    encoding = _ENCODING.search(head)
    return b"<!" not in head and (not encoding or encoding[1].lower() == b"utf-8")
