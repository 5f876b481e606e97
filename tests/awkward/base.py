"""What an awkward file is: its bytes, and the one thing that must come of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Read:
    """A file that is read. Everything about the outcome is named: no other warning may come.

    ``said`` holds a part of each sentence of the report, in order; ``rejected`` is (row, column,
    text). ``shown`` are the preview's types where the first rows cannot know the file's.
    """

    data: bytes | Callable[[], bytes]
    names: list[str]
    types: str
    rows: Rows
    said: tuple[str, ...] = ()
    rejected: tuple[tuple[int, str | None, str], ...] = ()
    empty: int = 0
    shown: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    file: str = "orders.csv"


@dataclass(frozen=True)
class Refused:
    """A file that is not read: ``words`` is a pattern of the sentence that says why.

    ``late`` where only the reading of the whole file can know.
    """

    data: bytes | Callable[[], bytes]
    words: str
    late: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    file: str = "orders.csv"


def made(data: bytes | Callable[[], bytes]) -> bytes:
    """Give the bytes of a file, made only where it is large."""
    return data if isinstance(data, bytes) else data()


PEOPLE = "id,name\n1,Ada\n2,Bob\n"
PEOPLE_ROWS: Rows = [(1, "Ada"), (2, "Bob")]
PEOPLE_NAMES = ["id", "name"]


def people(data: bytes, *said: str, **others: Any) -> Read:
    """Expect the two people of ``PEOPLE``, whatever they are wrapped in."""
    return Read(data, PEOPLE_NAMES, "integer text", PEOPLE_ROWS, said, **others)
