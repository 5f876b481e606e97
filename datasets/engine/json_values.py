"""Values of JSON as the text of cells: nested objects flattened, numbers as they are written."""

import json
from typing import Any

from datasets.engine.json_scan import Number

MAX_LEVELS = 10
"""Objects that lie deeper in each other stay JSON text."""

_TRUTHS = {True: "true", False: "false"}

Key = str | tuple[str, ...]
"""A column: its name, or the names on the way to it."""
Row = dict[Key, str | None]


def name_of(key: Key) -> str:
    """Return a column's name as the file has it: ``address.city``."""
    return key if isinstance(key, str) else ".".join(key)


def flattened(value: dict[str, Any]) -> Row:
    """Return the members of an object, those of objects in it too, as one row."""
    row: Row = {}
    _flatten(value, row, (), 0)
    return row


def _flatten(value: dict[str, Any], row: Row, path: tuple[str, ...], level: int) -> None:
    """Write the members of an object into a row."""
    for name, each in value.items():
        key: Key = (*path, name) if path else name
        kind = type(each)
        if kind is str:
            row[key] = each or None
        elif kind is Number or each is None:
            row[key] = each
        elif kind is bool:
            row[key] = _TRUTHS[each]
        elif kind is dict and level < MAX_LEVELS:
            if each:
                _flatten(each, row, (*path, name), level + 1)
            else:
                row[key] = None
        else:
            row[key] = json_text(each)


def whole(text: str) -> str:
    """Put a mark where half of a pair stands alone, as in "\\ud83d": no file can hold that."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def json_text(value: Any) -> str:
    """Write a value as JSON again, its numbers as they were."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        inside = ", ".join(f"{json_text(str(k))}: {json_text(v)}" for k, v in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(json_text, value))}]"
    return json.dumps(value, ensure_ascii=False)


def text_of(value: Any) -> str | None:
    """Write one value as the text of a cell."""
    if value is None or isinstance(value, Number):
        return value
    return (value or None) if isinstance(value, str) else json_text(value)
