"""The functions of formulas, as the person reads about them."""

from dataclasses import dataclass
from typing import Literal

Takes = Literal["", "number", "text", "date"]
"""What kind of value the first argument has to be; any where it is empty."""

UNITS = ("year", "quarter", "month", "week", "day", "hour", "minute")


@dataclass(frozen=True)
class FunctionHelp:
    """One function: how it is called and what it gives; ``least`` to ``most`` arguments."""

    name: str
    signature: str
    sentence: str
    least: int = 1
    most: int = 1
    takes: Takes = ""


_MANY = 50
_ROWS: tuple[tuple[str, str, str, int, int, Takes], ...] = (
    ("abs", "number", "The number without its sign.", 1, 1, "number"),
    ("round", "number, digits", "Rounds to so many digits, none if left out.", 1, 2, "number"),
    ("floor", "number", "The whole number below.", 1, 1, "number"),
    ("ceil", "number", "The whole number above.", 1, 1, "number"),
    ("sqrt", "number", "The square root; missing for a negative number.", 1, 1, "number"),
    ("ln", "number", "The natural logarithm; missing for 0 and below.", 1, 1, "number"),
    ("log10", "number", "The logarithm to base 10; missing for 0 and below.", 1, 1, "number"),
    ("exp", "number", "e to the power of the number.", 1, 1, "number"),
    ("power", "number, power", "The number to a power.", 2, 2, "number"),
    ("mod", "number, divisor", "What is left of a division; missing for 0.", 2, 2, "number"),
    ("sign", "number", "-1, 0 or 1.", 1, 1, "number"),
    ("greatest", "a, b, …", "The largest; missing values do not count.", 2, _MANY, ""),
    ("least", "a, b, …", "The smallest; missing values do not count.", 2, _MANY, ""),
    ("coalesce", "a, b, …", "The first value that is not missing.", 2, _MANY, ""),
    ("nullif", "a, b", "Missing where both are equal, else a.", 2, 2, ""),
    ("if", "condition, then, else", "One of two values; missing without else.", 2, 3, ""),
    ("upper", "text", "In capitals.", 1, 1, "text"),
    ("lower", "text", "In small letters.", 1, 1, "text"),
    ("trim", "text", "Without blanks at both ends.", 1, 1, "text"),
    ("length", "text", "How many characters it has.", 1, 1, "text"),
    ("left", "text, count", "Its first characters.", 2, 2, "text"),
    ("right", "text, count", "Its last characters.", 2, 2, "text"),
    ("substring", "text, start, count", "A part of it; the first is 1.", 2, 3, "text"),
    ("replace", "text, 'old', 'new'", "Every old text replaced by the new one.", 3, 3, "text"),
    ("concat", "a, b, …", "All as one text; missing values are left out.", 1, _MANY, ""),
    ("contains", "text, part", "Whether the part occurs in it.", 2, 2, "text"),
    ("starts_with", "text, part", "Whether it starts so.", 2, 2, "text"),
    ("ends_with", "text, part", "Whether it ends so.", 2, 2, "text"),
    ("year", "date", "The year, as 2011.", 1, 1, "date"),
    ("quarter", "date", "The quarter, 1 to 4.", 1, 1, "date"),
    ("month", "date", "The month, 1 to 12.", 1, 1, "date"),
    ("week", "date", "The ISO week, 1 to 53.", 1, 1, "date"),
    ("day", "date", "The day of the month.", 1, 1, "date"),
    ("weekday", "date", "The day of the week: 1 is Monday, 7 Sunday.", 1, 1, "date"),
    ("hour", "date and time", "The hour, 0 to 23.", 1, 1, "date"),
    ("date_diff", "from, to", "Days from one date to the other.", 2, 2, ""),
    ("date_trunc", "'month', date", "The start of its year, month, week, hour …", 2, 2, ""),
    ("text", "value", "As text.", 1, 1, ""),
    ("number", "value", "As a number; missing where it is none.", 1, 1, ""),
    ("integer", "value", "As a whole number; missing where it is none.", 1, 1, ""),
    ("decimal", "value", "As money (four decimals); missing where it is none.", 1, 1, ""),
    ("boolean", "value", "As true or false; missing where it is neither.", 1, 1, ""),
    ("date", "value", "As a date; missing where it is none.", 1, 1, ""),
    ("datetime", "value", "As a date and time; missing where it is none.", 1, 1, ""),
)

FUNCTIONS: dict[str, FunctionHelp] = {
    name: FunctionHelp(name, f"{name}({arguments})", sentence, least, most, takes)
    for name, arguments, sentence, least, most, takes in _ROWS
}

ALIASES = {
    "ceiling": "ceil",
    "pow": "power",
    "substr": "substring",
    "len": "length",
    "ifnull": "coalesce",
    "iif": "if",
    "datediff": "date_diff",
    "float": "number",
    "to_date": "date",
    "to_number": "number",
    "to_text": "text",
}
"""Other names that people bring with them."""
