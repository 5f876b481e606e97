"""What all storages of files have in common: buckets, in them folders, in these files."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from datasets.engine.remote.base import Fetched, Listing, Remote, Thing, Told
from datasets.engine.remote.kind_address import require_private
from datasets.engine.remote.kind_files import file_name
from datasets.engine.remote.kind_folders import Holder, Stored, listing_of, split_place
from datasets.engine.remote.kind_words import one_line, worded
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress


def holder_field(title: str, description: str, longest: int) -> Any:
    """Give the setting for the one bucket that is meant: a name without blanks and slashes."""
    return Field("", title=title, max_length=longest, pattern=r"^[^/\s]*$", description=description)


def in_holder_field(title: str, longest: int) -> Any:
    """Give the field of an item for the bucket that it lies in."""
    return Field(
        title=title, description="Where the file is.", min_length=1, max_length=longest,
        pattern=r"^[^/\s]+$",
    )  # fmt: skip


def key_field(title: str) -> Any:
    """Give the field of an item for its name within the bucket."""
    return Field(
        title=title, description="The file's whole name, with its folders.",
        min_length=1, max_length=1024,
    )  # fmt: skip


class Storage(Remote):
    """A cloud storage of files: a kind has its own client, its options and its words.

    ``holder`` is what it calls a bucket: its setting for the one that is meant, and the field of
    an item beside ``key``, bear this name. Whatever its client raises is put into ``sentence``.
    """

    group = "cloud"
    icon = "cloud"
    holder: ClassVar[Holder] = "bucket"

    @property
    @abstractmethod
    def address(self) -> str:
        """What is asked, as it was entered; "" where it is the provider's own."""

    @abstractmethod
    def opened(self) -> AbstractContextManager[Any]:
        """Make the client."""

    @abstractmethod
    def sentence(self, error: Exception) -> UserError:
        """Put what went wrong into a sentence."""

    @abstractmethod
    def touch(self, client: Any, name: str) -> None:
        """List one file of a bucket, to see whether that may be done."""

    @abstractmethod
    def holders(self, client: Any) -> list[str]:
        """Name the buckets; ``UserError`` where they may not be listed."""

    @abstractmethod
    def stored(self, client: Any, name: str, prefix: str) -> Iterable[Stored]:
        """Give the folders and files directly below a prefix of a bucket, page by page."""

    @abstractmethod
    def download(
        self, client: Any, name: str, key: str, target: Path, progress: Progress
    ) -> None:  # fmt: skip
        """Stream a whole file to the disk, at most ``reach.max_bytes`` of it."""

    def check(self) -> str:
        """List one file of the bucket, or the buckets."""
        with self._client() as client:
            if name := self._meant:
                self.touch(client, name)
                return f"The {self.holder} {one_line(name, 80)} answers."
            count = len(self.holders(client))
        plural = "" if count == 1 else "s"
        return f"The storage answers; {count:,} {self.holder}{plural} can be seen."

    def browse(self, place: str, search: str, limit: int) -> Listing:
        """List buckets, or the folders and files of one."""
        name, prefix = split_place(place or self._meant)
        with self._client() as client:
            if name:
                found = self.stored(client, name, prefix)
                return listing_of(found, name, self.holder, prefix, search, limit)
            names = [name for name in self.holders(client) if search.casefold() in name.casefold()]
        things = (Thing("folder", one_line(n, 80), self.holder, place=n) for n in names[:limit])
        return Listing(tuple(things), more=len(names) > limit)

    @classmethod
    def trail(cls, options: Mapping[str, Any], place: str) -> list[tuple[str, str]]:
        """Give the bucket, where any can be meant, and each folder on the way."""
        bucket, prefix = split_place(place)
        ways = [] if options.get(cls.holder) == bucket else [(bucket, bucket)]
        at = f"{bucket}/"
        for name in prefix.rstrip("/").split("/") if prefix else []:
            at += f"{name}/"
            ways.append((one_line(name, 200) or "(no name)", at))
        return ways if place else []

    def title_of(self, item: Told) -> str:
        """Name the file without its folders."""
        return file_name(self._at(item)[1])

    def fetch(self, item: Told, target: Path, head: int | None, progress: Progress) -> Fetched:
        """Stream the whole file to the disk; there are no parts of a file."""
        name, key = self._at(item)
        with self._client() as client:
            self.download(client, name, key, target, progress)
        return Fetched(self.title_of(item))

    @property
    def _meant(self) -> str:
        return str(getattr(self.settings, self.holder))

    def _at(self, item: Told) -> tuple[str, str]:
        told = self.Item.model_validate(item.model_dump()).model_dump()
        return told[self.holder], told["key"]

    @contextmanager
    def _client(self) -> Iterator[Any]:
        require_private(self.address, self.reach)
        with worded(self.sentence), self.opened() as client:
            yield client
