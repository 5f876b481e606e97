"""DuckDB's errors of a recipe as sentences that say what to do."""

import re

import duckdb

from segplatform.kernel.disk import NO_ROOM, is_disk_full
from segplatform.kernel.errors import UserError

_TOO_LARGE = (
    "A value is too large for its column: decimals hold 14 digits before the point, whole numbers "
    "18. Check for a wrong unit, or divide the values first."
)
_MEMORY = (
    "This needs more memory than a recipe may take; leave out columns or rows first, or ask the "
    "operator for more."
)
_FILES = (
    "A file that this needs could not be read or written: what it reads may have been replaced "
    "meanwhile. Try again; if that does not help, ask the operator."
)
_DIGITS = re.compile(r"out of range|overflow|could not (cast|convert)|precision|width", re.I)


def readable(error: duckdb.Error) -> UserError:
    """Return the sentence for an error of DuckDB that a person's columns or formula caused."""
    text = str(error)
    if isinstance(error, duckdb.OutOfMemoryException):
        return UserError(_MEMORY)
    if isinstance(error, duckdb.IOException):  # its text names files of ours
        return UserError(NO_ROOM if is_disk_full(error) else _FILES)
    numeric = isinstance(error, (duckdb.OutOfRangeException, duckdb.ConversionException))
    if numeric and _DIGITS.search(text):
        return UserError(_TOO_LARGE)
    return UserError(f"This cannot be computed: {_reason(text)}")


def _reason(text: str) -> str:
    """Take DuckDB's own first sentence: without its class, hints and the query's text."""
    first = text.split("\n", 1)[0]
    first = re.sub(r"^[A-Z][A-Za-z ]+ Error: ", "", first).strip()
    first = re.split(r"(?<=[.!]) (?:You might|Candidate|LINE|HINT)", first)[0]
    return first[:300].rstrip(".!") + "."
