"""Where the records are in an answer of JSON, and how they become lines."""

import json
from collections.abc import Iterator
from typing import Any

from datasets.engine.bounds import MAX_CELL_BYTES
from segplatform.kernel.errors import UserError

USUAL = ("data", "items", "results", "records", "rows", "value", "values", "entries", "list",
         "objects", "content", "hits")  # fmt: skip
_DEPTH = 3
_EXACT_DIGITS = 15
"""A float keeps so many digits; a number with more stays a text, so that none is lost."""


def parsed(body: bytes, host: str) -> Any:
    """Read an answer as JSON; ``UserError`` where it is none."""
    try:
        return json.loads(body, parse_float=_number, parse_constant=lambda word: None)
    except (ValueError, RecursionError):
        raise UserError(
            f"{host} does not answer with JSON. Check the address and the path."
        ) from None


def _number(text: str) -> float | str:
    digits = sum(char.isdigit() for char in text.lower().partition("e")[0].lstrip("-0."))
    value = float(text)
    return value if digits <= _EXACT_DIGITS and abs(value) != float("inf") else text


def at_path(answer: Any, path: str) -> Any:
    """Give what lies at a path such as ``data.items``; None where nothing does."""
    if isinstance(answer, dict) and path in answer:
        return answer[path]
    for step in path.split("."):
        if isinstance(answer, dict):
            answer = answer.get(step)
        elif isinstance(answer, list) and step.isdecimal() and int(step) < len(answer):
            answer = answer[int(step)]
        else:
            return None
    return answer


def guessed_path(answer: Any) -> str:
    """Find the list of records: "" for the answer itself, as it is a list or one record.

    Of the nearest lists the one with a usual name, else the longest.
    """
    level = [("", answer)]
    for _ in range(_DEPTH):
        if isinstance(answer, list):
            return ""
        level = [
            (f"{path}.{key}".lstrip("."), value)
            for path, holder in level
            for key, value in holder.items()
            if isinstance(value, list | dict) and "." not in key
        ] if isinstance(answer, dict) else []  # fmt: skip
        lists = [(path, value) for path, value in level if _holds_records(value)]
        if lists:
            return min(lists, key=_likely)[0]
        level = [(path, value) for path, value in level if isinstance(value, dict)]
    return ""


def _holds_records(value: Any) -> bool:
    return isinstance(value, list) and (not value or isinstance(value[0], dict))


def _likely(found: tuple[str, list[Any]]) -> tuple[int, int]:
    name = found[0].rpartition(".")[2].casefold()
    return USUAL.index(name) if name in USUAL else len(USUAL), -len(found[1])


def records_of(answer: Any, path: str, host: str) -> list[Any]:
    """Give the records of one answer."""
    found = at_path(answer, path) if path else answer
    if isinstance(found, list):
        return found
    if isinstance(found, dict):
        return [found]
    if found is None and isinstance(answer, dict) and path.split(".")[0] in answer:
        return []
    raise UserError(f"{host} has no list at “{path}” in its answer. Check where the records are.")


def record_of(found: Any) -> dict[str, Any]:
    """Make a record of what is none, as a number or a list."""
    if isinstance(found, dict):
        return found
    if isinstance(found, list):
        return {f"column_{i}": value for i, value in enumerate(found, 1)}
    return {"value": found}


def lines_of(records: list[Any]) -> Iterator[bytes]:
    """Write records as lines of JSON; what is no record becomes one of a single column."""
    for each in records:
        record = record_of(each)
        try:
            line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
        except (UnicodeEncodeError, RecursionError):
            line = json.dumps(record, separators=(",", ":")).encode()
        if len(line) > 8 * MAX_CELL_BYTES:
            raise UserError("One record is larger than 8 MB. Ask for fewer of its fields.")
        yield line + b"\n"
