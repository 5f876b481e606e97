"""Which type a column is, from how many of its values every kind misses."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from datasets.engine.amounts import Amount, amounts_in
from datasets.engine.day_numbers import day_number_hint, unit_of
from datasets.engine.kinds import TEXT, Kind, Number, kinds_automatic, kinds_wanted
from datasets.engine.moments import DateOrder, Moment
from datasets.engine.numbers import Numbers, undressed
from datasets.engine.results import STAYS_TEXT
from datasets.engine.types import ColumnType

MAX_TYPED_CHARACTERS = 400
"""Longer cells are text; no number or date that is known is as long."""

_TITLES: dict[ColumnType, str] = {
    "integer": "whole numbers",
    "decimal": "amounts with up to four decimals",
    "float": "numbers",
    "boolean": "true or false",
    "date": "dates",
    "datetime": "dates with a time",
    "text": "text",
}
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:\.[0-9]{3})")
_SMALL = re.compile(r"-?(?:0|[1-9][0-9]{0,2})")
_EXPONENT = re.compile(r"-?[0-9][eE][+-][0-9]{1,3}")
LOOKED_AT = 200
FIRST = 5
"""So many values in front make a person expect that type of all of them."""
NEARLY = 0.9
"""From this share of fitting values on, a column that stays text is worth a sentence."""


@dataclass
class Candidates:
    """The kinds that are still possible for one column, and how many values each one missed.

    ``near`` is what nearly all of a sample's values are, ``unit`` what its numbers may count.
    """

    kinds: list[Kind]
    wanted: ColumnType | None = None
    misses: dict[Kind, int] = field(default_factory=dict)
    values: int = 0
    near: str = ""
    unit: str = ""

    @property
    def settled(self) -> Kind | None:
        """Return the only answer that more values could only refute, None where they may decide."""
        if not self.kinds or self.kinds == [TEXT]:
            return TEXT
        if self.wanted:
            return self.kinds[0] if len(self.kinds) == 1 else None
        return None if self.values == 0 or _orders(self.kinds) else self.kinds[0]


@dataclass(frozen=True)
class Verdict:
    """What a column is, why, and what a person should know."""

    kind: Kind
    why: str
    warning: str = ""


def candidates_of(
    cells: Iterable[str | None],
    numbers: Numbers,
    wanted: ColumnType | None,
    order: DateOrder | None,
) -> Candidates:
    """Return the kinds that fit every non-empty cell of a sample; all of a wanted type."""
    values = dict.fromkeys(cell.strip(" \t") for cell in cells if cell)
    values.pop("", None)
    if wanted:
        kinds = [k for k in kinds_wanted(wanted, numbers) if _in_order(k, order)]
        return Candidates(kinds, wanted, {}, len(values))
    if any(len(value) > MAX_TYPED_CHARACTERS for value in values):
        return Candidates([], None, {}, len(values))
    kinds = [k for k in kinds_automatic(numbers) if _in_order(k, order)]
    dressed = amounts_in(values, numbers) if values else []
    fitting = [k for k in (*kinds, *dressed) if all(map(k.fits, values))]
    near = "" if fitting else _near([*kinds, *dressed], list(values))
    if fitting and len(values) > FIRST:
        near = _first_words(fitting[0], "")
    return Candidates(fitting, None, {}, len(values), near, unit_of(values))


def _near(kinds: Sequence[Kind], values: Sequence[str]) -> str:
    """Say what all but a few of the first values are; true of the whole file as well.

    One of ``values`` at least fits none of the kinds that the others do.
    """
    looked_at = values[:LOOKED_AT]
    few = int(len(looked_at) * (1 - NEARLY))
    for kind in kinds if few else ():
        missed = list(islice((value for value in looked_at if not kind.fits(value)), few + 1))
        if len(missed) <= few:
            other = _misfit(kind, values)[:40]
            return f"some values are not {_TITLES[kind.type]}, such as “{other}”, {STAYS_TEXT}"
    for kind in kinds if len(values) > FIRST else ():
        if all(map(kind.fits, values[:FIRST])):
            return _first_words(kind, _misfit(kind, values))
    return ""


def _misfit(kind: Kind, values: Sequence[str]) -> str:
    return next((value for value in values if not kind.fits(value)), "")


def _first_words(kind: Kind, missed: str) -> str:
    other = f", such as “{missed[:40]}”" if missed else ""
    return f"its first values are {_TITLES[kind.type]}, others are not{other}, {STAYS_TEXT}"


def verdict(name: str, found: Candidates) -> Verdict:
    """Decide from counts over values: ``misses`` per kind of ``values`` non-empty cells."""
    if found.wanted:
        return _wanted(name, found)
    fitting = [k for k in found.kinds if not found.misses.get(k)]
    if not found.values:
        return Verdict(TEXT, "It holds no value.")
    if not fitting:
        return Verdict(TEXT, "It is kept as it is written.", _nearly(name, found))
    if _orders(fitting):
        return Verdict(TEXT, "Its dates can be read in two ways.", _ambiguous(name))
    kind = fitting[0]
    if isinstance(kind, Moment):
        zone = f"{name}: times with a zone were moved to UTC." if "zone" in kind.format else ""
        return Verdict(kind, f"Every value is written {kind.words}.", zone)
    if isinstance(kind, Amount):
        return Verdict(kind, f"Every value fits {_TITLES[kind.type]}.", kind.note(name))
    hint = day_number_hint(name, found.unit)
    return Verdict(kind, f"Every value fits {_TITLES[kind.type]}.", hint)


def _wanted(name: str, found: Candidates) -> Verdict:
    """Choose the reading of a wanted type that misses the fewest values."""
    best = min(found.kinds, key=lambda k: found.misses.get(k, 0))
    equal = [k for k in found.kinds if found.misses.get(k, 0) == found.misses.get(best, 0)]
    several = found.values > found.misses.get(best, 0) and _orders(equal)
    return Verdict(best, "Chosen by you.", _ambiguous(name) if several else "")


def _orders(kinds: Sequence[Kind]) -> bool:
    """Say whether day and month could be either way round."""
    return {"dmy", "mdy"} <= {k.order for k in kinds if isinstance(k, Moment)}


def _in_order(kind: Kind, order: DateOrder | None) -> bool:
    return not (isinstance(kind, Moment) and kind.order and order and kind.order != order)


def _ambiguous(name: str) -> str:
    return (
        f"{name}: 01/02 can be 1 February or January 2, and no value tells which. "
        "Choose the order of day and month."
    )


def _nearly(name: str, found: Candidates) -> str:
    """Say which type nearly all values have, so that a person may choose it."""
    counted = [k for k in found.kinds if k in found.misses]
    best = min(counted, key=lambda k: found.misses[k], default=None)
    if best is None or found.misses[best] > found.values * (1 - NEARLY):
        return f"{name}: {found.near}" if found.near else ""
    return (
        f"{name}: {found.misses[best]:,} of {found.values:,} values are not "
        f"{_TITLES[best.type]}, {STAYS_TEXT}"
    )


def points_ambiguous(cells: Iterable[str | None]) -> bool:
    """Say whether points may group thousands: always three digits behind, never elsewhere.

    Beside plain numbers below 1,000 they likely do: decimals would end in one or two digits, too.
    """
    values = {undressed(cell.strip(" \t")) for cell in cells if cell} - {""}
    grouped = {value for value in values if _GROUPED.fullmatch(value)}
    return bool(grouped) and all(map(_SMALL.fullmatch, values - grouped))


def points_note(name: str, cells: Iterable[str | None]) -> str:
    """Say that numbers that all have three decimals were read so; "" where others are there."""
    values = {cell.strip(" \t") for cell in cells if cell} - {""}
    if not values or not all(_GROUPED.fullmatch(undressed(value)) for value in values):
        return ""
    return (
        f"{name}: {min(values)} is read with decimals. If it is more than a thousand, choose the "
        "comma as decimal sign and the point for thousands."
    )


def exponent_note(name: str, cells: Iterable[str | None]) -> str:
    """Say that what looks like an exponent was read as one, where nothing else is there."""
    values = {cell.strip(" \t") for cell in cells if cell} - {""}
    if not values or not all(_EXPONENT.fullmatch(value) for value in values):
        return ""
    return f"{name}: {min(values)} is read as a number. If it is a code, choose text."


def number_spelling_warning(name: str, cells: Iterable[str | None]) -> str:
    """Say where every value is like ``1,234``, which can be one thousand or one."""
    values = {cell.strip(" \t") for cell in cells if cell} - {""}
    point, comma = Number("decimal", Numbers(".", ",")), Number("decimal", Numbers(",", "."))
    shown = [v for v in values if "," in v or "." in v]
    plain = set(map(undressed, values))
    if not shown or not all(point.fits(v) and comma.fits(v) for v in plain):
        return ""
    return (
        f"{name}: {min(shown)} can be a thousand or have decimals, so the column stays text. "
        "Choose the decimal sign and the separator of thousands."
    )
