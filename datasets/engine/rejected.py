"""What an import could not read: counted, filtered, paged, and as one CSV."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets.engine.cells import safe_text
from datasets.engine.reader import reader, table
from datasets.engine.several_places import Places

BATCH = 5_000
COLUMNS = ("row", "column", "text", "reason")
MOST_GROUPS = 2_000
"""Rows of many widths are as many reasons; nobody chooses among more."""

Reject = tuple[int, str | None, str, str]
Group = tuple[str | None, str, int]


@dataclass(frozen=True)
class RejectedFilter:
    """Which of it: of a ``column`` or of ``whole_rows``, for a ``reason``, with a ``text``.

    ``rows`` are the first and the last that are asked for, as those of one of several files.
    """

    column: str = ""
    whole_rows: bool = False
    reason: str = ""
    text: str = ""
    rows: tuple[int, int] | None = None

    def __bool__(self) -> bool:
        return bool(self.column or self.whole_rows or self.reason or self.text or self.rows)

    def sql(self) -> tuple[str, list[str | int]]:
        """Return the condition and its parameters."""
        parts = {'"column" = ?': self.column, "reason = ?": self.reason}
        parts["contains(lower(text), lower(?))"] = self.text
        asked = {part: value for part, value in parts.items() if value}
        conditions = [*asked, *(['"column" IS NULL'] if self.whole_rows else [])]
        conditions += ['"row" BETWEEN ? AND ?'] if self.rows else []
        return " AND ".join(conditions) or "true", [*asked.values(), *(self.rows or ())]


ALL = RejectedFilter()


def rejected_page(
    file: Path, *, limit: int, offset: int, wanted: RejectedFilter = ALL
) -> tuple[list[Reject], int]:
    """Return some of what was refused and how much there is.

    One is ``(row in the file, column or None for a whole row, original text, reason)``.
    """
    selected = ", ".join(f'"{name}"' for name in COLUMNS)
    cut = f"LIMIT {int(limit)} OFFSET {int(offset)}"
    condition, values = wanted.sql()
    found = f"FROM {table([file])} WHERE {condition}"
    with reader([file]) as con:
        counted = con.execute(f"SELECT count(*) {found}", values).fetchone()
        rows = con.execute(f"SELECT {selected} {found} ORDER BY ALL {cut}", values).fetchall()
    return rows, counted[0] if counted else 0


def rejected_groups(file: Path) -> list[Group]:
    """Count it by ``(column or None, reason)``, the most frequent first."""
    with reader([file]) as con:
        return con.execute(
            f'SELECT "column", reason, count(*) FROM {table([file])} '
            f"GROUP BY ALL ORDER BY 3 DESC, 1, 2 LIMIT {MOST_GROUPS}"
        ).fetchall()


def rejected_by_file(file: Path, starts: Sequence[int]) -> dict[int, int]:
    """Count it by the number of the file (from 1) whose rows begin at each of ``starts``."""
    if not starts:
        return {}
    query = (
        f"SELECT number, count(*) FROM {table([file])} ASOF JOIN "
        "(SELECT start, max(number) AS number FROM (SELECT unnest($1::BIGINT[]) AS start, "
        "generate_subscripts($1::BIGINT[], 1) AS number) GROUP BY start) AS f "
        'ON t."row" >= f.start GROUP BY number'
    )
    with reader([file]) as con:
        return dict(con.execute(query, [list(starts)]).fetchall())


def rejected_csv(
    file: Path, wanted: RejectedFilter = ALL, files: Sequence[Mapping[str, Any]] = ()
) -> Iterator[bytes]:
    """Return all of it as CSV for spreadsheets, in blocks.

    Where the import's report tells of several ``files``, each row is one of its file.
    """
    places = Places(files)
    yield ("\ufeff" + ",".join((*(("file",) if files else ()), *COLUMNS)) + "\n").encode()
    offset = 0
    while rejects := rejected_page(file, limit=BATCH, offset=offset, wanted=wanted)[0]:
        block = io.StringIO()
        writer = csv.writer(block, lineterminator="\n")
        for row, *texts in rejects:
            name, number = places.find(row)
            own = (safe_text(name or ""),) if files else ()
            writer.writerow((*own, number, *(safe_text(text or "") for text in texts)))
        yield block.getvalue().encode()
        offset += BATCH
