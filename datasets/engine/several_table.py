"""One of several files that become one dataset: its columns, and its rows as groups of text."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from datasets.engine.names import clean_names
from datasets.engine.rejects import Rejects
from datasets.engine.results import Preview
from datasets.engine.source import Tally
from datasets.engine.types import ColumnType

Rows = Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class Shape:
    """What a file's columns are called: ``names`` as they are written, "" where nothing is.

    Without a ``header`` all of them are "": such files are matched by position.
    """

    names: tuple[str, ...]
    header: bool


def preview_shape(found: Preview) -> Shape:
    """Say what the columns of a previewed file are called."""
    header = found.options.get("header") is not False
    return Shape(tuple(c["name"] if header else "" for c in found.columns), header)


class FileTable(ABC):
    """One file, opened, whose rows can be read as often as it takes to know all types.

    ``sample`` are some of its first rows as text, as wide as ``shape``, to guess types by.
    ``tally`` is what happened to the rows of the last pass; ``warnings`` are whole sentences on
    what is not as the file has it. ``types`` are those of the columns where these have any.
    """

    types: Sequence[ColumnType] = ()

    def __init__(self, shape: Shape, sample: Rows) -> None:
        self.shape, self.sample = shape, sample
        self.tally = Tally()
        self.warnings: list[str] = []

    @property
    def names(self) -> list[str]:
        """Name the columns as they are called wherever a cell of this file is spoken of."""
        return clean_names(list(self.shape.names))

    @abstractmethod
    def groups(self, rejects: Rejects | None) -> Iterator[pa.Table]:
        """Yield all rows below the header as text columns "0", "1", … and ``__row`` (from 1).

        The columns of a ``typed`` connector have their own types.

        Empty cells are null, empty rows left out and counted in a new ``self.tally``; what cannot
        be read goes to ``rejects``. May raise ``Irregular``, and ``UserError``.
        """

    def exact(self) -> None:
        """Read exactly from now on: the fast way has met something ``Irregular``."""
        raise AssertionError("this file has one way of reading")
