"""The contract of a remote source: try it, look around in it, fetch one thing as a file.

What is fetched is a file that a connector reads, so that all sources share one preview, one
reader and one report. A kind runs in the fetching process, where every connection it opens is
judged first: nothing here needs to, but libraries that open sockets outside Python do.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from segplatform.kernel.progress import Progress
from segplatform.kernel.registry import Registry


class Told(BaseModel):
    """What a person says of a source; every field has a title and a description for the form."""

    model_config = ConfigDict(extra="forbid")


def shown(*, more: bool = False, **only: str) -> dict[str, Any]:
    """Say where the form has a field: folded away as one of ``more``, or beside a choice alone.

    ``only`` names a setting and, with blanks between them, the choices that the field belongs to.
    """
    return ({"more": True} if more else {}) | ({"only": only} if only else {})


class Misfit(ValueError):
    """Values that do not fit each other, said of the field where that is to be mended."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Thing:
    """Something in a source: a table, a file, or a folder (database schema, bucket, prefix).

    ``item`` is what ``fetch`` takes for it, as the kind's ``Item``; ``place`` what ``browse``
    takes to look into a folder.
    """

    kind: Literal["table", "file", "folder"]
    name: str
    detail: str = ""
    item: dict[str, Any] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True)
class Listing:
    """What lies at one place; ``more`` where there is more than is listed."""

    things: tuple[Thing, ...]
    more: bool = False


@dataclass(frozen=True)
class Fetched:
    """A file that was fetched.

    ``name`` is what a person would call it, with the extension of what it holds. Not ``whole``
    where only the first rows were asked for and there are more. ``warnings`` are whole sentences.
    ``nothing`` says that newer rows were asked for and there is none: the file holds nothing then.
    """

    name: str
    whole: bool = True
    warnings: tuple[str, ...] = ()
    nothing: bool = False


@dataclass(frozen=True)
class Reach:
    """How a kind reaches out where Python's own sockets are not what connects.

    ``addresses(host, port)`` gives the addresses of a host that may be connected to; it raises
    ``UserError`` where there is none. Python's own sockets need no asking: they are judged anyway.
    ``plain(host, port)`` says whether that host may be spoken to without TLS, as over http;
    ``max_bytes`` is the largest file that may be fetched.
    """

    addresses: Callable[[str, int], list[str]]
    plain: Callable[[str, int], bool] = lambda host, port: False
    max_bytes: int = 5 * 2**30


class Remote(ABC):
    """One kind of remote source. Raises ``UserError`` for whatever a person can mend.

    Settings are shown again, secrets never: they are stored encrypted and only replaced. Texts of
    servers may hold anything: what goes into a sentence is short and says who said it.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    icon: ClassVar[str]
    group: ClassVar[Literal["database", "cloud", "web"]]
    order: ClassVar[int] = 100
    Settings: ClassVar[type[Told]]
    Secrets: ClassVar[type[Told]]
    Item: ClassVar[type[Told]]

    def __init__(self, settings: Told, secrets: Told, reach: Reach) -> None:
        self.settings, self.secrets, self.reach = settings, secrets, reach

    @abstractmethod
    def check(self) -> str:
        """Try the connection; say in one sentence what answered, as its name and version."""

    @abstractmethod
    def browse(self, place: str, search: str, limit: int) -> Listing:
        """List what lies at ``place`` ("" is the top), names with ``search`` in them."""

    @classmethod
    def trail(cls, options: Mapping[str, Any], place: str) -> list[tuple[str, str]]:
        """Give the way to a place, as names with the place of each; the top is not among them."""
        return [(place, place)] if place else []

    @abstractmethod
    def title_of(self, item: Told) -> str:
        """Say what people would call this thing, as the name of a dataset."""

    @abstractmethod
    def fetch(self, item: Told, target: Path, head: int | None, progress: Progress) -> Fetched:
        """Write the thing to ``target``, a file that a connector reads; never more memory than rows
        of one piece take.

        With ``head`` only that many rows, where the source can give a part: databases do, stored
        files come whole. ``progress.step`` raises ``Cancelled``.
        """


remotes: Registry[Remote] = Registry("datasets.engine.remote.kinds", Remote)  # type: ignore[type-abstract]
