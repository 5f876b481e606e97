"""A delimited UTF-8 file whose every row is one line with well-formed quotes, read fast.

Blocks of whole lines are checked and parsed; what is not certain is ``Irregular``, and the exact
reader (``datasets.engine.source``) is asked instead.
"""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from datasets.engine.bounds import ROW_GROUP_ROWS
from datasets.engine.encoding import Scan
from datasets.engine.layout import Layout
from datasets.engine.records import spaced_quote
from datasets.engine.source import BLOCK, Irregular, places
from datasets.engine.types import ROW_COLUMN

READ_BYTES = 2**21
"""What is parsed at once: about a row group of an ordinary file."""
WIDE = 64
"""From so many columns on Arrow takes far more memory than they hold, unless it is held back."""
QUOTED = 2**15
"""Once lines with quotes hold so many bytes, and half of all: to look for them costs too much."""
DOS_END = b"\x1a"
ASCII_END = 0x80

Bytes = bytes | bytearray


def is_regular(path: Path, layout: Layout, scan: Scan) -> bool:
    """Say whether every row is one line with well-formed quotes, so that ``regular_parts`` may do.

    Only lines that hold a quote are looked at; where every line does, that is the whole file.
    """
    if scan.lone_cr or scan.lines == 0:
        return False
    if not layout.quote or not scan.quotes:
        return True
    with path.open("rb") as file:
        for _ in range(layout.skip_lines):
            file.readline()
        while block := file.read(BLOCK):
            block += file.readline(BLOCK)
            if not _quotes_fit(block, len(block), layout):
                return False
    return True


def starts_clean(path: Path) -> bool:
    """Say whether a file starts with lines of text, without signs that would have to be mended."""
    with path.open("rb") as file:
        head = bytearray(file.read(BLOCK))
    return _is_clean(head, head.rfind(b"\n") + 1 or len(head), 0)


def regular_parts(path: Path, layout: Layout, *, scanned: bool) -> Iterator[pa.Table]:
    """Yield tables of text columns "0", "1", … and ``__row``; raises ``Irregular``.

    Where nobody has ``scanned`` the file, its characters and quotes are judged on the way.
    """
    if layout.delimiter == layout.quote:
        raise Irregular
    row, skip = 0, layout.skip_lines
    step = BLOCK // 4 if layout.width > WIDE else READ_BYTES
    for buffer, end in _blocks(path, step):
        if _is_long(buffer, end):
            raise Irregular
        if not scanned and not (_is_clean(buffer, end, row) and _quotes_fit(buffer, end, layout)):
            raise Irregular
        checked = scanned or _is_ascii(buffer, end)
        table = _parsed(memoryview(buffer)[:end], layout, skip, checked=checked)
        if table.num_rows != _lines(buffer, end) - skip:
            raise Irregular
        for start in range(0, table.num_rows, ROW_GROUP_ROWS):
            part = table.slice(start, ROW_GROUP_ROWS)
            yield _numbered(part, row + start + 1)
        row, skip = row + table.num_rows, 0


def _blocks(path: Path, size: int) -> Iterator[tuple[bytearray, int]]:
    """Yield ``(buffer, end)``: whole lines; the buffer is used again for the next ones.

    Memory that is used again costs nothing; new pages take longer than parsing what is in them.
    """
    buffer = bytearray(size)
    kept = 0
    with path.open("rb", buffering=0) as file:
        while read := file.readinto(memoryview(buffer)[kept:]):
            filled = kept + read
            end = buffer.rfind(b"\n", 0, filled) + 1
            if not end and filled == size:
                raise Irregular  # no line is as long
            if end:
                yield buffer, end
            kept = filled - end
            buffer[:kept] = buffer[end:filled]
    if kept:
        yield buffer, kept


def _is_long(buffer: bytearray, end: int) -> bool:
    """Say whether a line may be longer than a cell may be: half of that is without an end."""
    starts = range(0, end - BLOCK // 2, BLOCK // 2)
    return any(buffer.find(b"\n", start, start + BLOCK // 2) < 0 for start in starts)


def _is_clean(buffer: bytearray, end: int, row: int) -> bool:
    """Say whether the bytes end lines as they should, and hold no marks that are no text."""
    if buffer.find(b"\0", 0, end) >= 0 or _is_marked(buffer, end, row):
        return False
    if buffer.find(b"\r", 0, end) >= 0 and (
        buffer.count(b"\r", 0, end) != buffer.count(b"\r\n", 0, end)
    ):
        return False
    return not buffer.endswith(DOS_END, 0, end)


def _is_ascii(buffer: bytearray, end: int) -> bool:
    """Say whether all of it is plain ASCII: one look is quicker than Arrow's at every cell."""
    return int(np.frombuffer(buffer, np.uint8, end).max(initial=0)) < ASCII_END


def _is_marked(buffer: bytearray, end: int, row: int) -> bool:
    """Say whether a byte order mark stands anywhere but at the start of the file."""
    first = codecs.BOM_UTF8[:1]  # one byte is found many times as fast as three
    found = buffer.find(first, 0 if row else 1, end)
    return found >= 0 and buffer.find(codecs.BOM_UTF8, found, end) >= 0


def _lines(buffer: bytearray, end: int) -> int:
    """Count lines; the last one of a file may have no end."""
    return _count(buffer, end, b"\n") + (buffer[end - 1] != ord("\n"))


def _parsed(block: memoryview, layout: Layout, skip: int, *, checked: bool) -> pa.Table:
    """Parse whole lines with Arrow; any row of another width is ``Irregular``."""
    names = places(layout)
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(pa.py_buffer(block)),
            read_options=pa_csv.ReadOptions(
                block_size=len(block) + 1, use_threads=False, skip_rows=skip, column_names=names
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char=layout.quote or False,
                newlines_in_values=False,
                ignore_empty_lines=False,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=not checked,
            ),
        )
    except pa.ArrowInvalid as error:
        raise Irregular from error
    return _compact(table) if layout.width > WIDE else table


def _compact(table: pa.Table) -> pa.Table:
    """Put all columns into one piece of memory: each has pages of its own, mostly empty ones."""
    batches = (pa.ipc.read_record_batch(b.serialize(), b.schema) for b in table.to_batches())
    return pa.Table.from_batches(batches, table.schema)


def _numbered(table: pa.Table, first: int) -> pa.Table:
    rows = np.arange(first, first + table.num_rows, dtype=np.int64)
    return table.append_column(ROW_COLUMN, pa.array(rows))


def _quotes_fit(block: Bytes, end: int, layout: Layout) -> bool:
    """Read lines by the strict rules; say whether each is one record, its quotes as they should."""
    if not layout.quote:
        return True
    mark = layout.quote.encode()
    lines = _lines_with(block, end, mark) if len(mark) == 1 else block[:end]
    if not lines:
        return True
    try:
        text = lines.decode()
    except UnicodeDecodeError:
        return False
    if spaced_quote(layout.delimiter, layout.quote).search(text):
        return False
    split = text.split("\n")
    if split[-1] == "":
        split.pop()
    reader = csv.reader(
        (f"{line}\n" for line in split),
        delimiter=layout.delimiter, quotechar=layout.quote, strict=True,
    )  # fmt: skip
    try:
        return sum(1 for _ in reader) == len(split)
    except csv.Error:
        return False


def _lines_with(block: Bytes, end: int, mark: bytes) -> Bytes:
    """Return the lines of a block that hold ``mark``; all of them where that is most."""
    lines: list[Bytes] = []
    size = stop = 0
    while (place := block.find(mark, stop, end)) >= 0:
        if size > max(QUOTED, stop // 2):
            return block[:end]
        start, stop = block.rfind(b"\n", 0, place) + 1, block.find(b"\n", place, end) + 1
        stop = stop or end
        lines.append(block[start:stop])
        size += stop - start
    return b"".join(lines)


def _count(block: Bytes, end: int, sign: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(block, np.uint8, end) == ord(sign)))
