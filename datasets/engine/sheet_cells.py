"""Which cells of a sheet hold the table: a range as spreadsheets write it, ``B3:H500``."""

import re
from dataclasses import dataclass

from segplatform.kernel.errors import UserError

MAX_ROWS = 2**20
"""A sheet has no more."""
MAX_SHEET_COLUMNS = 16_384
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})?(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7})?)?")
WRONG = "Write the cells as B3:H500, B3 for all from there on, or B:H for whole columns."


@dataclass(frozen=True)
class Cells:
    """A range: rows from 1, columns from 0, both ends in it; None where it goes on."""

    top: int = 1
    left: int = 0
    bottom: int | None = None
    right: int | None = None

    def rows(self) -> slice:
        """Return its rows as a part of the sheet's."""
        return slice(self.top - 1, self.bottom)

    def holds(self, row: int, column: int) -> bool:
        """Say whether a cell is in it."""
        below = self.bottom is None or row <= self.bottom
        beside = self.right is None or column <= self.right
        return self.top <= row and below and self.left <= column and beside


def column_index(letters: str) -> int:
    """Return the 0-based number of a column: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def cells_of(text: str | None) -> Cells | None:
    """Read a range; None for none. Raises ``UserError`` that says how to write one."""
    if text is None or not text.strip():
        return None
    found = _RANGE.fullmatch(text.strip())
    if not found:
        raise _wrong("This is no range of cells.")
    left, top, right, bottom = found.groups()
    if (top is None) != (bottom is None) and right is not None:
        raise _wrong("One end of the range has a row, the other has none.")
    if top is None and right is None:
        raise _wrong("This is no range of cells.")
    made = Cells(
        int(top or 1), column_index(left.upper()),
        int(bottom) if bottom else None, column_index(right.upper()) if right else None,
    )  # fmt: skip
    _require_order(made)
    return made


def _require_order(cells: Cells) -> None:
    lowest = cells.bottom or cells.top
    rightmost = cells.left if cells.right is None else cells.right
    if not 1 <= cells.top <= lowest <= MAX_ROWS:
        raise _wrong(f"Its rows must be in order, from 1 to {MAX_ROWS:,}.")
    if not cells.left <= rightmost < MAX_SHEET_COLUMNS:
        raise _wrong("Its columns must be in order, from A to XFD.")


def _wrong(why: str) -> UserError:
    return UserError(f"{why} {WRONG}", {"cells": why})
