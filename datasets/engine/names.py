"""Column names as the app can rely on them: visible, short, and different from each other."""

import re
import unicodedata

from datasets.engine.bounds import MAX_NAME_CHARACTERS
from datasets.engine.column_words import numbers_things
from datasets.engine.types import ROW_COLUMN

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_IDENTIFIERS = {
    *("id", "ids", "no", "nr", "number", "code", "key"),
    *("zip", "postcode", "phone", "ean", "gtin", "sku", "year"),
}


def is_identifier(name: str) -> bool:
    """Say whether a column's numbers name things: ``CustomerID``, ``Kundennummer``."""
    words = _WORDS.findall(name)
    return bool(words) and (words[-1].lower() in _IDENTIFIERS or numbers_things(name))


def clean_name(raw: str) -> str:
    """Return the name in NFC, without control or bidirectional characters, trimmed and cut."""
    visible = (
        " " if char in "\t\r\n" else char
        for char in unicodedata.normalize("NFC", raw)
        if char in "\t\r\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
    )
    return "".join(visible).strip()[:MAX_NAME_CHARACTERS].strip()


def clean_names(raw: list[str]) -> list[str]:
    """Return one clean name per column: empty → ``column_3``, a repeated one → ``name_2``.

    Names differ by more than their case, as DuckDB needs; ``__row`` is never given away.
    """
    wanted = [clean_name(name) or f"column_{i}" for i, name in enumerate(raw, 1)]
    # A later column keeps its own name "a_2" rather than lose it to the second "a".
    own = {name.casefold() for name in wanted}
    taken = {ROW_COLUMN.casefold()}
    result = []
    for name in wanted:
        free = name
        number = 2
        while free.casefold() in taken or (number > 2 and free.casefold() in own):
            suffix = f"_{number}"
            free = name[: MAX_NAME_CHARACTERS - len(suffix)] + suffix
            number += 1
        taken.add(free.casefold())
        result.append(free)
    return result
