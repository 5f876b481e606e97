"""Who acts at this moment, and from where: set by whoever lets people in, read by the audit log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


def nobody() -> int | None:
    """Name no person."""
    return None


@dataclass(frozen=True)
class Actor:
    """Whoever acts: by default the system itself, as a command or housekeeping does.

    ``via`` is page, api, job or system; ``address`` is the network that the request came from.
    The person is asked for when needed: a request knows them only once a token was looked at.
    """

    via: str = "system"
    address: str = ""
    user_id: Callable[[], int | None] = nobody


_current: ContextVar[Actor] = ContextVar("actor", default=Actor())  # noqa: B039 - it is frozen


def current_actor() -> Actor:
    """Give who acts here and now."""
    return _current.get()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Let ``actor`` be who acts in the block, in this thread or task and those it starts."""
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)
