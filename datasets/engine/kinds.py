"""What a column can be: how to recognise a cell of it, and the SQL that converts it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from datasets.engine.amounts import Amount
from datasets.engine.day_numbers import DAYS, TIMES
from datasets.engine.duck import literal
from datasets.engine.moments import MOMENTS, Moment
from datasets.engine.numbers import Numbers
from datasets.engine.types import ColumnType, duckdb_type


class Kind(Protocol):
    """One reading of text cells; cells come trimmed."""

    @property
    def type(self) -> ColumnType: ...
    @property
    def pattern(self) -> str: ...
    def fits(self, cell: str) -> bool: ...
    def sql(self, text: str) -> str: ...


@dataclass(frozen=True)
class Number:
    """A number in the file's own spelling; ``lenient`` is what a person's own choice also takes."""

    type: ColumnType
    numbers: Numbers
    lenient: bool = False

    @property
    def pattern(self) -> str:
        """Return the pattern that a whole cell matches."""
        return _number_pattern(self.type, self.numbers, self.lenient)

    def fits(self, cell: str) -> bool:
        """Say whether this cell is such a number."""
        return re.fullmatch(self.pattern, cell) is not None

    def sql(self, text: str) -> str:
        """Return SQL that turns matching ``text`` into this type."""
        plain = text
        if self.numbers.thousands:
            plain = f"replace({plain}, {literal(self.numbers.thousands)}, '')"
        if self.numbers.decimal != ".":
            plain = f"replace({plain}, {literal(self.numbers.decimal)}, '.')"
        if self.type == "integer":
            plain = rf"regexp_replace({plain}, '\.0*$', '')"
        value = f"TRY_CAST({plain} AS {duckdb_type(self.type)})"
        return f"CASE WHEN isfinite({value}) THEN {value} END" if self.type == "float" else value


@lru_cache(maxsize=64)
def _number_pattern(kind: ColumnType, numbers: Numbers, lenient: bool) -> str:
    """Build the pattern: no leading zeros, no plus sign, at most 15 digits unless lenient."""
    d, t = re.escape(numbers.decimal), re.escape(numbers.thousands)
    sign = "[+-]?" if lenient else "-?"
    grouped = f"|[1-9][0-9]{{0,2}}(?:{t}[0-9]{{3}}){{1,4}}" if t else ""

    def whole(digits: int) -> str:
        plain = f"[0-9]{{1,{digits}}}" if lenient else f"0|[1-9][0-9]{{0,{digits - 1}}}"
        return f"(?:{plain}{grouped})"

    if kind == "integer":
        return f"{sign}{whole(18 if lenient else 15)}(?:{d}0{'*' if lenient else ''})?"
    if kind == "decimal":
        places = "+" if lenient else "{1,4}"
        return f"{sign}(?:{whole(14)}(?:{d}[0-9]{places})?|{d}[0-9]{places})"
    if lenient:
        return f"[+-]?(?:{whole(300)}(?:{d}[0-9]*)?|{d}[0-9]+)(?:[eE][+-]?[0-9]{{1,3}})?"
    # An exponent alone is no sign of a number: 12E5 may be an article's code.
    point = f"{whole(300)}?{d}[0-9]{{1,300}}(?:[eE][+-]?[0-9]{{1,3}})?"
    return f"-?(?:{whole(15)}|{point}|[0-9][eE][+-][0-9]{{1,3}})"


@dataclass(frozen=True)
class Truth:
    """true/false; by a person's own choice also yes/no, y/n, t/f and 1/0."""

    lenient: bool = False
    type: ColumnType = "boolean"

    @property
    def pattern(self) -> str:
        """Return the pattern that a whole cell matches."""
        return "(?i:true|false|yes|no|y|n|t|f|1|0)" if self.lenient else "(?i:true|false)"

    def fits(self, cell: str) -> bool:
        """Say whether this cell is such a word."""
        return re.fullmatch(self.pattern, cell) is not None

    def sql(self, text: str) -> str:
        """Return SQL that turns matching ``text`` into BOOLEAN."""
        return f"lower({text}) IN ('true', 'yes', 'y', 't', '1')"


@dataclass(frozen=True)
class Text:
    """Any cell, exactly as it is written."""

    type: ColumnType = "text"
    pattern: str = ".*"

    def fits(self, cell: str) -> bool:
        """Say yes: everything is text."""
        return True

    def sql(self, text: str) -> str:
        """Return the text itself."""
        return text


TEXT = Text()


def convert_sql(kind: Kind, column: str) -> str:
    """Return SQL of the typed value of an untrimmed text column, null where it does not fit."""
    if kind.type == "text":
        return column
    text = f"trim({column}, ' \t')"
    match = f"regexp_full_match({text}, {literal(kind.pattern)})"
    return f"CASE WHEN {match} THEN {kind.sql(text)} END"


def kinds_automatic(numbers: Numbers) -> list[Kind]:
    """Return every kind that a column may be found to be, in the order of preference."""
    found = [Number(kind, numbers) for kind in ("integer", "decimal", "float")]
    return [Truth(), *found, *MOMENTS]


def patterns_compile() -> None:
    """Compile the pattern of every kind that is looked for: a fifth of a small import's time.

    Python keeps what was compiled, and so does each process that is forked from this one.
    """
    for kind in (*kinds_automatic(Numbers()), Amount(Numbers())):
        re.compile(kind.pattern)


def kinds_wanted(wanted: ColumnType, numbers: Numbers) -> list[Kind]:
    """Return the kinds that a person's own choice of a type allows, in the order of preference."""
    if wanted == "text":
        return [TEXT]
    if wanted == "boolean":
        return [Truth(lenient=True)]
    if wanted == "integer":
        return [Number(wanted, numbers, lenient=True)]
    if wanted in ("decimal", "float"):
        dressed = Amount(numbers, None, type=wanted), Amount(numbers, percent=True, type=wanted)
        return [Number(wanted, numbers, lenient=True), *dressed]
    if wanted == "date":
        return [*(Moment("date", m.format, m.order) for m in MOMENTS), *DAYS]
    # A date is a time at midnight for who asks for times.
    return [*(Moment("datetime", m.format, m.order) for m in MOMENTS), *TIMES]
