"""Stored files by their keys: what a folder of them looks like, for all clouds the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from datasets.engine.remote.base import Listing, Thing
from datasets.engine.remote.kind_files import size_words
from datasets.engine.remote.kind_words import one_line

Holder = Literal["bucket", "container"]
"""What a cloud calls what its files are in."""
LOOKED_THROUGH = 10_000
"""How many names of one folder are looked through for a word; clouds search only beginnings."""


@dataclass(frozen=True)
class Stored:
    """A file or a folder in a cloud; ``key`` is the whole one, a folder's ends with a slash."""

    key: str
    size: int | None = None
    changed: datetime | None = None

    @property
    def name(self) -> str:
        """Give the last part of the key."""
        return self.key.rstrip("/").rpartition("/")[2]


def split_place(place: str) -> tuple[str, str]:
    """Give the bucket and the prefix of a place; a bucket's name has no slash."""
    bucket, _, prefix = place.partition("/")
    return bucket, prefix


def listing_of(
    found: Iterable[Stored], bucket: str, holder: Holder, prefix: str, search: str, limit: int
) -> Listing:  # fmt: skip
    """List what has ``search`` in its name; folders lead on, files can be fetched."""
    things: list[Thing] = []
    for looked, stored in enumerate(_children(found, prefix)):
        if looked >= LOOKED_THROUGH or len(things) > limit:
            return Listing(tuple(things[:limit]), more=True)
        if search.casefold() in stored.name.casefold():
            things.append(_thing(stored, bucket, holder))
    return Listing(tuple(things[:limit]), more=len(things) > limit)


def _children(found: Iterable[Stored], prefix: str) -> Iterator[Stored]:
    """Leave out what stands for the folder itself."""
    return (stored for stored in found if stored.key != prefix)


def _thing(stored: Stored, bucket: str, holder: Holder) -> Thing:
    name = one_line(stored.name, 200) or "(no name)"
    if stored.key.endswith("/"):
        return Thing("folder", name, "folder", place=f"{bucket}/{stored.key}")
    told = [size_words(stored.size)] if stored.size is not None else []
    told += [f"{stored.changed:%Y-%m-%d %H:%M}"] if stored.changed else []
    item: dict[str, Any] = {holder: bucket, "key": stored.key}
    return Thing("file", name, ", ".join(told), item=item)
