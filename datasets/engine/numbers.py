"""How a file writes numbers: its decimal sign and the separator of thousands."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

THOUSANDS = (",", ".", " ", "\u00a0", "\u202f", "'", "\u2019")
"""Separators that are known; blank, no-break blank and narrow no-break blank look the same."""

CURRENCIES = (
    *("R$", "kr", "zł", "Kč", "Ft", "lei", *"$€£¥₹₽₩₺₴₫₪₱฿"),
    *("USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK"),
    *("PLN", "CZK", "HUF", "RON", "BGN", "TRY", "RUB", "UAH", "BRL", "MXN", "ZAR", "SGD", "HKD"),
)
"""Signs, and the codes of ISO 4217 that are met most; another code may be an article's."""

UNDECIDED = "No cell shows another decimal sign."
BLANK = "[ \u00a0\u202f]?"
SIGN = "|".join(map(re.escape, CURRENCIES))
_DRESS = re.compile(rf"(?:{SIGN})|[()%+\u2212]|-$|^{BLANK}|{BLANK}$")
_GROUPED = re.compile(
    r"-?[1-9]\d{0,2}(?:([,. \u00a0\u202f'\u2019])\d{3})(?:\1\d{3})*(?:([.,])\d+)?"
)
_PLAIN = re.compile(r"-?\d+([.,])\d+")
_EITHER = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
_DIGITS = re.compile(r"[0-9]")


@dataclass(frozen=True)
class Numbers:
    """The decimal sign, and the separator of thousands ("" for none)."""

    decimal: str = "."
    thousands: str = ""


def numbers_guess(cells: Iterable[str]) -> tuple[Numbers, str]:
    """Return ``(Numbers, why)`` from cells of a sample.

    Only cells that can be read in one way count: ``1,5`` or ``1.234,56`` speak, ``1,234`` does
    not.
    """
    votes: Counter[Numbers] = Counter()
    for cell, times in Counter(cells).items():
        if _DIGITS.search(cell) and (vote := _vote(undressed(cell.strip()))):
            votes[vote] += times
    decimals: Counter[str] = Counter()
    for vote, count in votes.items():
        decimals[vote.decimal] += count
    if not decimals:
        return Numbers(), UNDECIDED
    sign = max(decimals, key=lambda key: (decimals[key], key == "."))
    grouped: Counter[str] = Counter()
    for vote, count in votes.items():
        if vote.thousands and vote.decimal == sign:
            grouped[vote.thousands] += count
    separator = grouped.most_common(1)[0][0] if grouped else ""
    words = f"{decimals[sign]:,} cells can only be read with “{sign}” as decimal sign."
    return Numbers(sign, separator), words


def undressed(cell: str) -> str:
    """Return the digits and their separators alone, as a plain number would be written."""
    if cell[:1] in "-.,0123456789" and cell[-1:].isdigit():
        return cell
    return _DRESS.sub("", _DRESS.sub("", cell))


def _vote(cell: str) -> Numbers | None:
    """Say how this cell must be read, or None where it is no number or can be read in two ways."""
    if plain := _PLAIN.fullmatch(cell):
        return None if _EITHER.fullmatch(cell) else Numbers(plain[1])
    grouped = _GROUPED.fullmatch(cell)
    if not grouped:
        return None
    separator, sign = grouped[1], grouped[2]
    if sign:
        return Numbers(sign, separator) if sign != separator else None
    repeated = cell.count(separator) > 1 and separator in ",."
    return Numbers("." if separator == "," else ",", separator) if repeated else None
