"""What the options of delimited text offer, in words; the keys are what is stored."""

from typing import Any

Words = dict[str, str]
DELIMITERS: Words = {
    ",": "Comma ,",
    ";": "Semicolon ;",
    "\t": "Tab",
    "|": "Vertical bar |",
    " ": "Blank",
    ":": "Colon :",
    "^": "Caret ^",
    "~": "Tilde ~",
    "blanks": "Runs of blanks",
    "widths": "Fixed widths",
}
QUOTES: Words = {'"': 'Double quote "', "'": "Single quote '", "": "None"}
DECIMALS: Words = {".": "Point, as 1.5", ",": "Comma, as 1,5"}
THOUSANDS: Words = {
    "": "None, as 1234",
    ",": "Comma, as 1,234",
    ".": "Point, as 1.234",
    " ": "Blank, as 1 234",
    "'": "Apostrophe, as 1'234",
}
DATE_ORDERS: Words = {"dmy": "Day first, as 31/12", "mdy": "Month first, as 12/31"}
HEADERS: Words = {"true": "The first row", "false": "None"}


def offered(words: Words) -> dict[str, Any]:
    """Give a field's words the shape in which forms look for them."""
    return {"choices": dict(words)}
