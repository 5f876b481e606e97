"""What the compare page says of two splits: how alike they are, and who is in both of what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mllab.web.scores import share
from mllab.web.segments import Look

Places = Mapping[int, int]
Name = tuple[str, str]
# Adjusted for chance: what people mean by the value of an adjusted Rand index.
ALIKE = ((0.9, "nearly the same"), (0.65, "much alike"), (0.3, "partly alike"))
DIFFERENT = "different"
HEAT = (0.05, 0.25, 0.5, 0.75)


@dataclass(frozen=True)
class CellView:
    """Rows that are in one part of each; ``heat`` from 0 to 4 by the share of its row."""

    rows: int
    share: str
    of_column: str
    heat: int


@dataclass(frozen=True)
class CrossView:
    """A cross table with its words; ``rows`` are (name, CSS class, all of it, cells)."""

    ari: str
    ami: str
    words: str
    heads: list[tuple[str, str, int]]
    rows: list[tuple[str, str, int, list[CellView]]]

    @property
    def names(self) -> tuple[list[Name], list[Name]]:
        """Give the names and classes of the lines, and of the columns."""
        return [row[:2] for row in self.rows], [head[:2] for head in self.heads]

    @property
    def counts(self) -> list[list[int]]:
        """Give the rows of every cell."""
        return [[cell.rows for cell in cells] for *_, cells in self.rows]


def cross_view(
    found: Mapping[str, Any], down: Sequence[int], across: Sequence[int],
    names: tuple[Sequence[Name], Sequence[Name]], words: str,
) -> CrossView:  # fmt: skip
    """Write a pair of a comparison; ``down`` and ``across`` say in which order its lines stand."""
    table = [[found["table"][line][column] for column in across] for line in down]
    wholes = [sum(column) for column in zip(*table, strict=True)]
    rows = [
        (*names[0][line], sum(counts), _cells(counts, wholes))
        for line, counts in zip(down, table, strict=True)
    ]
    heads = [(*names[1][column], whole) for column, whole in zip(across, wholes, strict=True)]
    return CrossView(_index(found["ari"]), _index(found["ami"]), words, heads, rows)


def ordered(labels: Sequence[int | None], places: Places) -> list[int]:
    """Order lines so that what goes together stands on the diagonal; others then, noise last."""

    def key(at: int) -> tuple[int, int, int]:
        label = labels[at]
        if label is None or label < 0:
            return (1 if label is None else 2, 0, 0)
        return (0, places.get(label, 0), label)

    return sorted(range(len(labels)), key=key)


def ordered_as(
    table: Sequence[Sequence[int]], across: Sequence[int], last: int | None
) -> list[int]:
    """Order the lines of a table as the columns that they are in stand; ``last`` comes last."""
    place = {column: at for at, column in enumerate(across)}

    def key(line: int) -> tuple[bool, float, int]:
        rows = table[line]
        middle = sum(place[column] * count for column, count in enumerate(rows))
        return (line == last, middle / max(sum(rows), 1), line)

    return sorted(range(len(table)), key=key)


def named(label: int | None, look: Look) -> Name:
    """Give the name and the class of a label; None are all that are not told apart."""
    return ("Others", "sp-seg-noise") if label is None else look.head(label)


def alike_words(ari: float) -> str:
    """Say what an adjusted Rand index means: "much alike"."""
    return next((words for least, words in ALIKE if ari >= least), DIFFERENT)


def agreement_words(agreement: float, ari: float) -> str:
    """Say how far two prototypes agree: "87 % of the rows stay together: much alike."."""
    alike = alike_words(ari) + ("" if "alike" in alike_words(ari) else " segments")
    return f"{agreement * 100:.0f} % of the rows stay together: {alike}."


def _index(value: float) -> str:
    """Write an index; what chance gives is 0, not −0."""
    return f"{round(value, 2) or 0.0:.2f}".replace("-", "−")


def _cells(counts: Sequence[int], wholes: Sequence[int]) -> list[CellView]:
    whole = sum(counts)
    return [
        CellView(
            rows, share(rows, whole), share(rows, of_column),
            sum((rows / whole if whole else 0.0) >= least for least in HEAT),
        )
        for rows, of_column in zip(counts, wholes, strict=True)
    ]  # fmt: skip
