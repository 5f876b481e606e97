"""How a JSON file holds its table: a row on each line, an array somewhere, or column by column."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from datasets.engine.json_blocks import Found, JsonBlocks
from datasets.engine.json_scan import Broken, JsonText, Oddities, TooLong
from segplatform.kernel.errors import UserError

ROOT = "$"
"""The document itself, as JSONPath (RFC 9535) calls it; what lies in it is ``$.data.items``."""
MAX_DEPTH = 20
LOOKED_AT = 2**23
"""So many characters are looked through for arrays of objects, further only for the first one."""

Form = Literal["lines", "array", "values", "columns"]
NO_TABLE = (
    "This JSON holds no table: an array of objects, one object on each line, or an object of "
    "columns. Export the rows as one of these and upload that."
)


class _Enough(Exception):
    """The rest of the file need not be looked at."""


@dataclass
class Shape:
    """What was found: the ``form`` of the rows, and the ``arrays`` of objects by their paths."""

    form: Form
    arrays: dict[str, str] = field(default_factory=dict)


def shape_of(path: Path, encoding: str) -> Shape:
    """Look at the start of a file; ``UserError`` where it holds no table."""
    with closing(JsonText(path, encoding, Oddities())) as text:
        if text.peek() == "[":
            return Shape("array", {ROOT: "The whole file"})
        try:
            first, written = text.value()
        except TooLong:
            return _large(path, encoding)
        except Broken:
            return _broken(path, encoding)
        alone = text.ends_line() and "\n" not in written
        if text.peek():
            return Shape("lines" if alone else "values")
    return _single(first)


def _single(value: Any) -> Shape:
    """Judge a document that is one object."""
    if not isinstance(value, dict):
        raise UserError(NO_TABLE)
    arrays = dict(_arrays(value, ROOT, 0))
    if arrays:
        return Shape("array", arrays)
    if value and all(isinstance(each, list) for each in value.values()):
        return Shape("columns")
    return Shape("values")


def _arrays(value: dict[str, Any], path: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, each in value.items():
        here = f"{path}.{name}"
        if isinstance(each, dict) and depth < MAX_DEPTH:
            yield from _arrays(each, here, depth + 1)
        elif isinstance(each, list) and any(isinstance(row, dict) for row in each):
            rows = "object" if len(each) == 1 else "objects"
            yield here, f"{here.removeprefix('$.')} ({len(each):,} {rows})"


def _large(path: Path, encoding: str) -> Shape:
    """Judge one long document by what comes first in it."""
    arrays: dict[str, str] = {}
    lists: list[str] = []
    with closing(JsonText(path, encoding, Oddities())) as text:

        def enough() -> bool:
            return bool(arrays or lists) and text.place > LOOKED_AT

        try:
            for here, objects in _walk(text, ROOT, 0, enough):
                if objects:
                    arrays[here] = here.removeprefix("$.")
                elif here.count(".") == 1:
                    lists.append(here)
        except _Enough:
            pass
        except Broken:
            if not arrays:
                raise
    if not arrays and not lists:
        raise UserError(NO_TABLE)
    return Shape("array", arrays) if arrays else Shape("columns")


def _broken(path: Path, encoding: str) -> Shape:
    """Judge a file whose first value is no JSON: JSON lines whose first one is bad, or cut off."""
    with closing(JsonText(path, encoding, Oddities())) as text:
        if any(value and isinstance(value, dict) for value, _ in islice(text.lines(), 100)):
            return Shape("lines")
    return _large(path, encoding)


def _walk(
    text: JsonText, path: str, depth: int, enough: Callable[[], bool]
) -> Iterator[tuple[str, bool]]:
    """Yield the path of each array in the object that comes next, and whether it holds objects.

    Its elements are stepped over afterwards; raises ``_Enough`` as soon as there is enough.
    """
    for name in text.members():
        here, char = f"{path}.{name}", text.peek()
        if char == "{" and depth < MAX_DEPTH:
            yield from _walk(text, here, depth + 1, enough)
        elif char == "[":
            elements = text.elements()
            first = next(elements, (None, ""))[0]
            yield here, isinstance(first, dict)
            for _ in elements:
                if enough():
                    raise _Enough
        else:
            text.value()


def rows_of(
    text: JsonText, shape: Shape, wanted: str, blocks: JsonBlocks | None = None
) -> Iterator[Found]:
    """Yield the values that are rows, with their texts; many at once where there are ``blocks``."""
    if shape.form == "lines":
        return blocks.lines(text) if blocks else text.lines()
    if shape.form == "values":
        return text.values()
    read = blocks.elements if blocks else JsonText.elements
    return read(text) if wanted == ROOT else _inside(text, wanted, ROOT, 0, read)


def _inside(
    text: JsonText, wanted: str, path: str, depth: int, read: Callable[[JsonText], Iterator[Found]]
) -> Iterator[Found]:
    """Yield the elements of the array at a path; what else the document holds is stepped over."""
    for name in text.members():
        here, char = f"{path}.{name}", text.peek()
        if here == wanted and char == "[":
            yield from read(text)
        elif char == "{" and depth < MAX_DEPTH and wanted.startswith(f"{here}."):
            yield from _inside(text, wanted, here, depth + 1, read)
        elif char == "[":
            for _ in text.elements():
                pass
        else:
            text.value()


def columns_of(
    path: Path, encoding: str, odd: Oddities, most: int | None, step: Callable[[float], None]
) -> Iterator[tuple[str, Iterator[Any]]]:
    """Yield the name and the first ``most`` values of each column of a document of columns."""
    with closing(JsonText(path, encoding, odd, step)) as text:
        for name in text.members():
            if text.peek() != "[":
                raise Broken(f"the column “{name[:100]}” is no array", text.place)
            elements = text.elements()
            yield name, (value for value, _ in islice(elements, most))
            for _ in elements:
                pass
