"""Days and times that are written as one whole number; read where a person says that they are."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from datasets.engine.types import ColumnType

_PATTERNS = {
    "days": r"[1-9][0-9]{4}(?:\.[0-9]{1,12})?",
    "compact": r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])",
    "seconds": r"[1-9][0-9]{8,9}",
    "milliseconds": r"[1-9][0-9]{11,12}",
}
"""No two of them have the same number of digits, so that a number is never read in two ways."""
_WORDS = {
    "days": "the day numbers of a spreadsheet",
    "compact": "days written yyyymmdd",
    "seconds": "seconds since 1970",
    "milliseconds": "milliseconds since 1970",
}
_NAMED = re.compile(
    r"date|datum|fecha|\bdata\b|\bday\b|\bjour|created|updated|modified|timestamp|time\b|_at\b",
    re.IGNORECASE,
)
Unit = Literal["days", "compact", "seconds", "milliseconds"]


@dataclass(frozen=True)
class DayNumber:
    """Numbers that count or spell days; the first is 30 December 1899 for a spreadsheet."""

    type: ColumnType
    unit: Unit

    @property
    def pattern(self) -> str:
        """Return the pattern that a whole cell matches."""
        whole = self.type == "date" and self.unit == "days"
        return "[1-9][0-9]{4}" if whole else _PATTERNS[self.unit]

    def fits(self, cell: str) -> bool:
        """Say whether this cell is such a number."""
        return re.fullmatch(self.pattern, cell) is not None

    def sql(self, text: str) -> str:
        """Return SQL that turns matching ``text`` into this type."""
        if self.unit == "compact":
            value = f"try_strptime({text}, '%Y%m%d')"
        elif self.unit == "days":
            count = f"CAST(round(TRY_CAST({text} AS DOUBLE) * 86400000) AS BIGINT)"
            value = f"(TIMESTAMP '1899-12-30' + to_milliseconds({count}))"
        else:
            factor = 1_000_000 if self.unit == "seconds" else 1_000
            value = f"make_timestamp(TRY_CAST({text} AS BIGINT) * {factor})"
        return f"TRY_CAST({value} AS {'DATE' if self.type == 'date' else 'TIMESTAMP'})"


DAYS = (DayNumber("date", "compact"), DayNumber("date", "days"))
"""Only what has no time of day, which a date would lose."""
UNITS: tuple[Unit, ...] = ("compact", "days", "seconds", "milliseconds")
TIMES = tuple(DayNumber("datetime", unit) for unit in UNITS)


def unit_of(values: Collection[str]) -> str:
    """Return in words what all these numbers may count; "" where they are no such numbers."""
    for unit, pattern in _PATTERNS.items():
        if values and all(re.fullmatch(pattern, value) for value in values):
            return _WORDS[unit]
    return ""


def day_number_hint(name: str, unit: str) -> str:
    """Return a sentence where a column's name says that its numbers are days or times."""
    if not unit or not _NAMED.search(name):
        return ""
    return f"{name}: its numbers look like {unit}. Choose a date or a time as type to read them so."
