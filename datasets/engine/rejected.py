"""What an import could not read: paged, and as one CSV."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from datasets.engine.cells import safe_text
from datasets.engine.reader import reader, table

BATCH = 5_000
COLUMNS = ("row", "column", "text", "reason")
Reject = tuple[int, str | None, str, str]


def rejected_page(file: Path, *, limit: int, offset: int) -> tuple[list[Reject], int]:
    """Return some of what was refused and how much there is.

    One is ``(row in the file, column or None for a whole row, original text, reason)``.
    """
    selected = ", ".join(f'"{name}"' for name in COLUMNS)
    cut = f"LIMIT {int(limit)} OFFSET {int(offset)}"
    with reader([file]) as con:
        counted = con.execute(f"SELECT count(*) FROM {table([file])}").fetchone()
        rows = con.execute(f"SELECT {selected} FROM {table([file])} ORDER BY ALL {cut}").fetchall()
    return rows, counted[0] if counted else 0


def rejected_csv(file: Path) -> Iterator[bytes]:
    """Return all of it as CSV for spreadsheets, in blocks."""
    yield ("\ufeff" + ",".join(COLUMNS) + "\n").encode()
    offset = 0
    while rejects := rejected_page(file, limit=BATCH, offset=offset)[0]:
        block = io.StringIO()
        writer = csv.writer(block, lineterminator="\n")
        for row, *texts in rejects:
            writer.writerow((row, *(safe_text(text or "") for text in texts)))
        yield block.getvalue().encode()
        offset += BATCH
