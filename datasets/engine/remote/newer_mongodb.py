"""Newer documents of MongoDB: a filter beside the question's own, its value of BSON's own type.

Order: https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/.
"""

from datetime import datetime, timedelta
from typing import Any

from datasets.engine.remote.newer import NewerItem, NewerKind, newer_kind, newer_unfit

_LARGEST = 2**63 - 1


def newer_filter(own: dict[str, Any], item: NewerItem) -> dict[str, Any]:
    """Return a question's filter, narrowed to the documents that are newer."""
    if not item.newer_column:
        return own
    return _both(own, {item.newer_column: _above(item.newer_than)})


def newer_fits(collection: Any, own: dict[str, Any], item: NewerItem) -> None:
    """Raise ``UserError`` where the field is of another type in the database, or not there.

    A comparison passes over values of other types without a word. MongoDB orders all values by
    type first, so that the least and the greatest tell the types of all; an index finds both.
    """
    if not item.newer_column:
        return
    there = _both(own, {item.newer_column: {"$ne": None}})
    ends = [collection.find_one(there, sort=[(item.newer_column, way)]) for way in (1, -1)]
    if ends[0] is None and collection.find_one(own) is None:
        return
    if not all(_fits(_at(each, item.newer_column), newer_kind(item.newer_than)) for each in ends):
        raise newer_unfit(item)


def _at(document: Any, path: str) -> Any:
    for part in path.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def _fits(value: Any, kind: NewerKind) -> bool:
    from bson import DatetimeMS, Decimal128

    if kind == "integer":
        return isinstance(value, int | float | Decimal128) and not isinstance(value, bool)
    return isinstance(value, datetime | DatetimeMS)


def _both(own: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {"$and": [own, more]} if own else more


def _above(value: str) -> dict[str, Any]:
    kind = newer_kind(value)
    if kind == "integer":
        return {"$gt": max(-_LARGEST, min(int(value), _LARGEST))}
    moment = datetime.fromisoformat(value)
    if kind == "datetime":
        return {"$gt": moment}
    # A time of that same day is not newer.
    return {"$gt": moment + timedelta(hours=23, minutes=59, seconds=59, milliseconds=999)}
