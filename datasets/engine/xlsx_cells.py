"""Cells of a workbook as text, spelled one way: 17850 for 17850.0, ISO for dates."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

MIDNIGHT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} 00:00:00$"
TIME = r"^1899-12-31 [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?$"
"""A time of day without a date lies on the day before the first one."""
DAY_MS = 86_400_000
PHANTOM = 60
"""Spreadsheets have a 29 February 1900, so days before it count from one day later."""
SHIFT_1904 = 1_462
_LONG = re.compile(r"-?[1-9][0-9]{15,30}")
SHOWN_DIGITS, SPARE_DIGITS = 15, 4
"""Spreadsheets show so many digits (https://support.microsoft.com/office/excel-specifications-and-
limits-1672b34d-7043-467e-8e27-269d656771c3); so many fewer are no chance."""


def number_text(value: float) -> str:
    """Write a number with the fewest digits that mean it, without an exponent or ".0".

    What sums of fractions leave behind the fifteenth digit, which no spreadsheet shows, is left
    out: 15.299999999999999 is 15.3. A number that is not far shorter then is left as it is.
    """
    text = format(Decimal(repr(value)), "f")
    if len(text) > SHOWN_DIGITS:
        shown = Decimal(f"{value:.{SHOWN_DIGITS}g}").normalize()
        if len(shown.as_tuple().digits) <= SHOWN_DIGITS - SPARE_DIGITS:
            text = format(shown, "f")
    return text.removesuffix(".0")


def number_spelled(raw: str) -> str:
    """Spell a number as it is written; a whole one keeps its digits, which no float may hold."""
    return raw if _LONG.fullmatch(raw) else number_text(float(raw))


def length_text(serial: float) -> str:
    """Write a number of days as a length of time: 49:00:00."""
    ms = round(abs(serial) * DAY_MS)
    seconds, rest = divmod(ms, 1000)
    sign, end = "-" if serial < 0 and ms else "", f".{rest:03}" if rest else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{end}"


def moment_text(serial: float, epoch_1904: bool) -> str:
    """Write a day number as ``2010-12-01 08:26:00``; one outside of all years stays a number."""
    # What is less than a day is a time without a date, in either calendar.
    days = serial + SHIFT_1904 if epoch_1904 and not 0 < serial < 1 else serial
    base = datetime(1899, 12, 31 if days < PHANTOM else 30)
    try:
        moment = base + timedelta(milliseconds=round(days * DAY_MS))
    except OverflowError:
        return number_text(serial)
    text = moment.isoformat(" ", "seconds")
    return f"{text}.{moment.microsecond // 1000:03}" if moment.microsecond else text


def name_tidy(name: str) -> str:
    """Write a date that names a column without its midnight."""
    return name[:10] if re.match(MIDNIGHT, name) else name


def rows_tidy(rows: Sequence[Sequence[str | None]]) -> list[list[str | None]]:
    """Do for rows of cells what ``column_tidy`` does for a column."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    for column in columns:
        filled = [cell for cell in column if cell]
        for pattern, start, stop in ((MIDNIGHT, 0, 10), (TIME, 11, None)):
            if filled and all(re.match(pattern, cell) for cell in filled):
                column[:] = [cell and cell[start:stop] for cell in column]
    return [list(row) for row in zip(*columns, strict=True)]


def column_tidy(column: pa.Array) -> pa.Array:
    """Make empty texts null, dates of which every one is at midnight dates, and times times.

    Whether a column holds dates or moments is a matter of the whole column, never of a cell.
    """
    if pc.any(pc.equal(column, "")).as_py():
        column = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    first = next((cell.as_py() for cell in column if cell.is_valid), "")
    for pattern, start, stop in ((MIDNIGHT, 0, 10), (TIME, 11, None)):
        if re.match(pattern, first):
            if pc.all(pc.match_substring_regex(column, pattern)).as_py():
                column = pc.utf8_slice_codeunits(column, start, stop)
            break
    return column
