"""The ways of writing a date or a time that are known, each as one pattern and one conversion."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

DateOrder = Literal["dmy", "mdy"]

_PARTS = {
    "%Y": r"[0-9]{4}",
    "%y": r"[0-9]{2}",
    "%m": r"[0-9]{1,2}",
    "%d": r"[0-9]{1,2}",
    "%H": r"[0-9]{1,2}",
    "%I": r"[0-9]{1,2}",
    "%M": r"[0-9]{2}",
    "%S": r"[0-9]{2}",
    "%p": r"[AaPp][Mm]",
    "%b": r"[A-Za-z]{3}",
    "%B": r"[A-Za-z]{3,9}",
}
_WORDS = {
    **{"%Y": "yyyy", "%y": "yy", "%m": "mm", "%d": "dd", "%H": "hh", "%I": "hh", "%M": "mm"},
    **{"%S": "ss", "%p": "AM/PM", "%b": "Jan", "%B": "January"},
}
_DATES: tuple[tuple[str, DateOrder | None], ...] = (
    *((f, None) for f in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d")),
    *((f, "dmy") for f in ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y", "%d-%m-%y")),
    *((f, "mdy") for f in ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m-%d-%y")),
    *((f, None) for f in ("%d.%m.%Y", "%d.%m.%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y")),
    *((f, None) for f in ("%d %B %Y", "%b %d, %Y", "%B %d, %Y")),
)
_TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")

_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_ZONE = r" ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)"


@dataclass(frozen=True)
class Moment:
    """One way of writing: ``type`` date or datetime, a strptime ``format`` or "iso"/"iso zone"."""

    type: Literal["date", "datetime"]
    format: str
    order: DateOrder | None = None

    @property
    def pattern(self) -> str:
        """Return the pattern that a whole cell matches (for Python and for RE2)."""
        if self.format == "iso":
            return _ISO
        if self.format == "iso zone":
            return _ISO + _ZONE
        return _pattern(self.format)

    @property
    def words(self) -> str:
        """Return the format as people write it, such as dd/mm/yyyy hh:mm."""
        if self.format.startswith("iso"):
            return "yyyy-mm-ddThh:mm:ss" + (" with a zone" if self.format == "iso zone" else "")
        return "".join(_WORDS.get(p, p) for p in _pieces(self.format))

    def fits(self, cell: str) -> bool:
        """Say whether this cell is such a date or time, as the conversion will find."""
        if not re.fullmatch(self.pattern, cell):
            return False
        try:
            if self.format.startswith("iso"):
                datetime.fromisoformat(cell.replace(" ", "T", 1).replace(" ", ""))
            else:
                datetime.strptime(cell, self.format)
        except ValueError:
            return False
        return True

    def sql(self, text: str) -> str:
        """Return SQL that turns ``text`` (trimmed VARCHAR) into this type, null where it fails."""
        if self.format == "iso":
            value = f"TRY_CAST({text} AS TIMESTAMP)"
        elif self.format == "iso zone":
            # A plain cast to TIMESTAMP drops the zone; this one moves the time to UTC. It takes no
            # blank before the zone, which Shopify writes.
            near = rf"regexp_replace({text}, ' ([Z+-])', '\1')"
            value = f"make_timestamp(epoch_us(TRY_CAST({near} AS TIMESTAMPTZ)))"
        else:
            value = f"try_strptime({text}, '{self.format}')"
        return f"TRY_CAST({value} AS {'DATE' if self.type == 'date' else 'TIMESTAMP'})"


@cache
def _pattern(text: str) -> str:
    return "".join(_PARTS.get(p, re.escape(p)) for p in _pieces(text))


def _pieces(text: str) -> list[str]:
    return re.findall(r"%[A-Za-z]|.", text)


MOMENTS: tuple[Moment, ...] = (
    *(Moment("date", form, order) for form, order in _DATES),
    Moment("datetime", "iso"),
    Moment("datetime", "iso zone"),
    *(
        Moment("datetime", f"{form} {time}", order)
        for form, order in _DATES
        for time in _TIMES
        if not (form == "%Y-%m-%d" and time in ("%H:%M", "%H:%M:%S"))
    ),
    # ISO with one-digit months, days or hours: what the strict ISO forms above do not take.
    Moment("datetime", "%Y-%m-%d %H:%M"),
    Moment("datetime", "%Y-%m-%d %H:%M:%S"),
)
"""In the order of preference; a column is of the first one that fits every value."""
