"""What a type would lose of a column, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from datasets.services.losses import Lost

WANTED = {
    "integer": "whole numbers",
    "decimal": "amounts",
    "float": "numbers",
    "boolean": "true or false",
    "date": "dates",
    "datetime": "dates with a time",
    "text": "text",
}
"""What the values of each type are."""

Example = tuple[int, str]


@dataclass(frozen=True)
class Loss:
    """One line about a column, and the cells that it is about; ``state`` is ok, warn or wait."""

    state: str
    line: str
    explained: str
    examples: list[Example] = field(default_factory=list)
    more: int = 0


def loss_words(lost: Lost | None, kind: str) -> str:
    """Say beside a type what it would lose; nothing where that is not known."""
    found = lost["types"].get(kind) if lost else None
    if lost is None or found is None or not lost["values"]:
        return ""
    if not found["misses"]:
        return "fits every value"
    if found["misses"] == lost["values"]:
        return "fits no value"
    return f"{found['misses']:,} would be lost"


def loss_of(
    kind: str, chosen: bool, first: Mapping[str, Any] | None, lost: Lost | None, *, partial: bool
) -> Loss | None:
    """Say what the type that a column has now loses: of the whole file, else of its first rows.

    Nothing where the file decides and the first rows were right.
    """
    words = WANTED.get(kind, "of this type")
    found = lost["types"].get(kind) if lost else None
    if found is None or lost is None:
        return _estimated(words, first) if chosen and kind != "text" else None
    of = f"{lost['values']:,}" if not partial else f"the first {lost['values']:,}"
    if not found["misses"]:
        return Loss("ok", f"All {lost['values']:,} fit", f"All {of} values are {words}.") if (
            chosen and lost["values"]
        ) else None  # fmt: skip
    line = f"{found['misses']:,} of {of} values are not {words}"
    short = f"{found['misses']:,} of {of} {'would be lost' if chosen else 'do not fit'}"
    examples = [(row, text) for row, text in found["examples"]]
    more = found["misses"] - len(examples)
    if chosen:
        said = f"{line}. They are left empty, counted and listed in the import report."
        return Loss("warn", short, said, examples, more)
    said = f"{line}, so {_instead(lost)}"
    return Loss("warn", short, said, examples, more)


def _estimated(words: str, first: Mapping[str, Any] | None) -> Loss | None:
    """Say what the first rows show while the whole file is being counted."""
    if not first or not first["values"]:
        return None
    line = f"{first['misses']:,} of the first {first['values']:,} are not {words}"
    short = f"{first['misses']:,} of the first {first['values']:,}"
    return Loss("wait", short, f"{line}. The whole file is being counted.")


def _instead(lost: Lost) -> str:
    """Say what a column becomes that is not what its first rows are."""
    fitting = [kind for kind, found in lost["types"].items() if not found["misses"]]
    if fitting:
        return "on import the column gets a type that fits every value."
    return (
        "the column is imported as text and nothing is lost. Choose the type yourself to read "
        "all other values by it."
    )
