"""Which of several files a row comes from: rows are counted through all of them."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any


class Places:
    """Finds the file of a row by the ``files`` of an import's report; there may be none."""

    def __init__(self, files: Sequence[Mapping[str, Any]]) -> None:
        self._names = [str(file["name"]) for file in files]
        self._ends = list(accumulate(int(file["rows"]) for file in files))

    def find(self, row: int) -> tuple[str | None, int]:
        """Return the file's name and the row's number in it; None and the number of one file."""
        index = bisect_left(self._ends, row)
        if index >= len(self._names):
            return None, row
        return self._names[index], row - (self._ends[index - 1] if index else 0)

    def rows(self, number: int) -> tuple[int, int] | None:
        """Return the first and the last row of a file, which counts from 1; None without it."""
        if not 1 <= number <= len(self._names):
            return None
        return (self._ends[number - 2] if number > 1 else 0) + 1, self._ends[number - 1]

    @property
    def starts(self) -> list[int]:
        """List the first row of each file; of files without rows that of the next one."""
        return [end + 1 for end in [0, *self._ends][: len(self._ends)]]
