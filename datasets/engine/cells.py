"""Text that a spreadsheet would run as a formula, made harmless: one rule for Python and SQL."""

import re

# Characters that a spreadsheet skips before it looks for a formula: controls, blanks, soft
# hyphen, zero-width and direction marks, BOM, invisible tags.
_SKIPPED = (
    (0x00, 0x20),
    (0x7F, 0xA0),
    (0xAD, 0xAD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x1680, 0x1680),
    (0x180B, 0x180F),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x206F),
    (0x3000, 0x3000),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0xE0000, 0xE007F),
)
# = + - @ | % and their small and full-width forms.
_STARTS = (
    *((ord(sign), ord(sign)) for sign in "=+-@|%"),
    (0x2212, 0x2212),
    (0xFE62, 0xFE63),
    (0xFE66, 0xFE66),
    (0xFE6A, 0xFE6B),
    (0xFF05, 0xFF05),
    (0xFF0B, 0xFF0B),
    (0xFF0D, 0xFF0D),
    (0xFF1D, 0xFF1D),
    (0xFF20, 0xFF20),
    (0xFF5C, 0xFF5C),
)
NUMBER = r"^[+-]?[0-9][0-9 .,]*([eE][+-]?[0-9]{1,3})?[ ]?%?$"
PHONE = r"^[+]?[(]?[0-9][0-9 ().-]{4,24}$"
HARMLESS = f"({NUMBER})|({PHONE})"


def _class(ranges: tuple[tuple[int, int], ...], form: str) -> str:
    return "".join(f"{form.format(low)}-{form.format(high)}" for low, high in ranges)


def _pattern(form: str) -> str:
    skipped, starts = _class(_SKIPPED, form), _class(_STARTS, form)
    return f"^([{skipped}]*[{starts}]|[\\t\\r\\n])"


DANGEROUS = _pattern(r"\x{{{0:04X}}}")  # as RE2 (DuckDB) writes characters
_DANGEROUS = re.compile(_pattern(r"\U{0:08X}"))
_HARMLESS = re.compile(HARMLESS.replace("$", r"\Z"))


def safe_text(text: str) -> str:
    """Put ``'`` before a text that a spreadsheet would run; numbers and phone numbers stay."""
    return f"'{text}" if _DANGEROUS.match(text) and not _HARMLESS.match(text) else text


def safe_sql(name: str) -> str:
    """Return the same rule as an SQL expression over a quoted text column."""
    return (
        f"CASE WHEN regexp_matches({name}, '{DANGEROUS}') "
        f"AND NOT regexp_matches({name}, '{HARMLESS}') THEN '''' || {name} ELSE {name} END"
    )
