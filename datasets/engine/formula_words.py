"""What formulas say when something is wrong, and how they find a column by its name."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from datasets.engine.types import Column
from segplatform.kernel.errors import UserError


class FormulaError(UserError):
    """A formula that cannot be used; ``position`` is the 1-based character, where known."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


def quoted(text: str) -> str:
    """Put what the person wrote between quotes, cut to what a sentence can bear."""
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean X?" for the nearest known name, or nothing."""
    names = {item.casefold(): item for item in known}
    near = get_close_matches(name.casefold(), names, n=1, cutoff=0.6)
    return f" Did you mean {names[near[0]]}?" if near else ""


def column_find(name: str, columns: Sequence[Column]) -> Column:
    """Return the column of this name, whatever its case; ``FormulaError`` where there is none."""
    by_name = {column.name: column for column in columns}
    if name in by_name:
        return by_name[name]
    for column in columns:
        if column.name.casefold() == name.casefold():
            return column
    hint = suggestion(name, by_name) or " Choose one of the columns of the input."
    raise FormulaError(f"There is no column {quoted(name)}.{hint}")
