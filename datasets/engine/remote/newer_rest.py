"""Newer records of a web service: a parameter of the path may ask for them, and each is looked at.

Services differ in whether "since" counts the moment itself, and many do not know the question:
what is not newer is left out here, so that nothing comes twice.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasets.engine.remote.newer import NewerItem, NewerKind, newer_kind, newer_unfit
from datasets.engine.remote.rest_records import at_path, record_of

NEWER, DAY = "{newer}", "{newer_day}"


def newer_path(path: str, item: NewerItem) -> str:
    """Return a path with the value where it says ``{newer}``; for all rows without the parameter.

    A moment is written as 2011-12-09T12:50:00Z (RFC 3339), ``{newer_day}`` as its day.
    """
    start, found, query = path.partition("?")
    if not found or not has_newer(query):
        return path
    pairs = parse_qsl(query, keep_blank_values=True)
    if item.newer_column:
        told = [(name, _filled(value, item.newer_than)) for name, value in pairs]
    else:
        told = [(name, value) for name, value in pairs if not has_newer(value)]
    return f"{start}?{urlencode(told)}" if told else start


def has_newer(text: str) -> bool:
    """Say whether a text has a place for the value."""
    return NEWER in text or DAY in text


def newer_records(records: Iterable[Any], item: NewerItem) -> Iterator[Any]:
    """Yield the records that are newer; all of them where nothing else is asked."""
    if not item.newer_column:
        yield from records
        return
    kind, than = newer_kind(item.newer_than), _comparable(item.newer_than, item)
    for record in records:
        value = at_path(record_of(record), item.newer_column)
        if value is None or value == "":
            continue
        if _of_kind(value, kind, item) > than:
            yield record


def _filled(value: str, than: str) -> str:
    day, _, time = than.partition(" ")
    return value.replace(DAY, day).replace(NEWER, f"{day}T{time}Z" if time else day)


def _comparable(than: str, item: NewerItem) -> Any:
    return _of_kind(than, newer_kind(than), item)


def _of_kind(value: Any, kind: NewerKind, item: NewerItem) -> Any:
    """Give a value as what is compared; ``UserError`` where it is written in another way."""
    try:
        if kind == "integer" and not isinstance(value, bool):
            if isinstance(value, float) and not value.is_integer():
                return value
            return int(value)
        if kind != "integer" and isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
            plain = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
            return plain.date() if kind == "date" else plain
    except (ValueError, TypeError, OverflowError):
        pass
    raise newer_unfit(item)
