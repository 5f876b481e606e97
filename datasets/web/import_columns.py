"""The columns of a preview as the page shows them: what they become, and what that would lose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import Any

from datasets.engine.results import STAYS_TEXT
from datasets.forms.imports import TYPE_ICONS, type_choices
from datasets.services.losses import Lost
from datasets.web.import_words import Loss, loss_of, loss_words

KEPT_AS_TEXT = "Kept as text"
SAMPLE_VALUES = 3
"""So many values stand beside a column in the list of columns."""

SHOWN_CELLS, LEAST_ROWS = 5_000, 15
"""A wide table shows fewer rows: the answer to a change must be there at once."""

Cell = tuple[str, str | None, str]


@dataclass
class PreviewColumn:
    """One column: its name and type in the file, what was chosen for it, what to know of it."""

    number: int
    name: str
    type: str
    value: str
    title: str
    kept: bool
    why: str
    notes: list[str]
    error: str = ""
    loss: Loss | None = None
    choices: list[tuple[str, str, str]] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Name it in the page: the same column keeps its place in a table that is drawn anew."""
        return blake2s(self.name.encode(), digest_size=6).hexdigest()

    @property
    def icon(self) -> str:
        """Return the icon of its type."""
        return TYPE_ICONS.get(self.type, "type")

    @property
    def line(self) -> str:
        """Say the most important thing in a few words; the rest is a press away."""
        if self.loss:
            return self.loss.line
        if self.stays_text:
            return KEPT_AS_TEXT
        return self.notes[0].removeprefix(f"{self.title}: ") if self.notes else ""

    @property
    def counted(self) -> bool:
        """Say whether it is known of some type what it would lose."""
        return any(lost for _, _, lost in self.choices)

    @property
    def stays_text(self) -> bool:
        """Say whether it is text by our own choice although most of its values are not."""
        return any(note.endswith(STAYS_TEXT) for note in self.notes)

    @property
    def state(self) -> str:
        """Name how the line is shown: something was decided, is counted, or is to be looked at."""
        if self.loss:
            return self.loss.state
        return "info" if self.stays_text else "warn"


def columns_shown(
    preview: Mapping[str, Any],
    options: Mapping[str, Any],
    known: Mapping[str, Lost | None],
    errors: Mapping[str, str],
    *,
    partial: bool = False,
) -> list[PreviewColumn]:
    """Put together what the page shows of each column."""
    types, titles = options.get("types", {}), options.get("renamed", {})
    left = set(options.get("left_out", []))
    rows = preview["rows"]
    found = []
    for number, column in enumerate(preview["columns"]):
        name = column["name"]
        shown = PreviewColumn(
            number, name, column["type"], types.get(name, ""), titles.get(name, name),
            name not in left, preview["guesses"].get(f"types.{name}", ""),
            preview.get("notes", {}).get(name, []), errors.get(f"renamed.{name}", ""),
        )  # fmt: skip
        shown.values = _values(rows, number)
        _add_losses(shown, preview.get("lost", {}).get(name), known.get(name), partial)
        found.append(shown)
    return found


def _add_losses(
    shown: PreviewColumn, first: Mapping[str, Any] | None, lost: Lost | None, partial: bool
) -> None:
    """Say of each type what it would lose, and of the one that is taken what it will."""
    shown.choices = [
        (value, label, loss_words(lost, value)) for value, label in type_choices(
            shown.type, bool(shown.value)
        )
    ]  # fmt: skip
    if shown.kept:
        shown.loss = loss_of(shown.type, bool(shown.value), first, lost, partial=partial)


def _values(rows: Iterable[list[str | None]], number: int) -> list[str]:
    """Return the first different values of a column."""
    found: dict[str, None] = {}
    for row in rows:
        if number < len(row) and row[number]:
            found[str(row[number])[:40]] = None
            if len(found) == SAMPLE_VALUES:
                break
    return list(found)


def cells_shown(preview: Mapping[str, Any], columns: Iterable[PreviewColumn]) -> list[list[Cell]]:
    """Put beside each cell its column's type, and whether it would be lost or is left out."""
    most = max(LEAST_ROWS, SHOWN_CELLS // max(len(preview["columns"]), 1))
    kinds, marks = [], []
    for column in columns:
        lost = preview.get("lost", {}).get(column.name, {}).get("rows", ())
        kinds.append(column.type)
        marks.append(frozenset(lost) if column.kept else None)
    return [
        [
            (kind, cell, "out" if mark is None else "lost" if number in mark else "")
            for kind, mark, cell in zip(kinds, marks, row, strict=False)
        ]
        for number, row in enumerate(preview["rows"][:most])
    ]


def warnings_kept(preview: Mapping[str, Any], columns: Iterable[PreviewColumn]) -> list[str]:
    """Return the warnings but those about columns that are left out or stay text.

    What stays text loses nothing; its column says so itself.
    """
    gone = {
        note for column in columns if not column.kept or column.stays_text for note in column.notes
    }
    return [warning for warning in preview["warnings"] if warning not in gone]


def kept_as_text(columns: Iterable[PreviewColumn]) -> list[str]:
    """List the columns that stay text by our choice, under the names that they get."""
    return [column.title for column in columns if column.kept and column.stays_text]
