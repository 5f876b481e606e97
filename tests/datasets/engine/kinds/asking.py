"""What tests of all kinds of sources share: make one, fetch with it, stop it."""

from pathlib import Path
from typing import Any

from datasets.engine.remote.base import Fetched, Reach, Remote
from segplatform.kernel.errors import Cancelled
from segplatform.kernel.progress import NullProgress, Progress

MOST = 2**30


def source_of(
    cls: type[Remote], settings: dict[str, Any], secrets: dict[str, Any] | None = None,
    *, most: int = MOST, plain: bool = True, there: list[str] | None = None,
) -> Remote:  # fmt: skip
    """Make a source of what a person entered; http is allowed, as the servers are on loopback.

    ``there`` is what every name leads to, for libraries that ask.
    """
    told = cls.Settings.model_validate(settings)
    reach = Reach(lambda host, port: there or [], lambda host, port: plain, most)
    return cls(told, cls.Secrets.model_validate(secrets or {}), reach)


def fetched(
    source: Remote, item: dict[str, Any], target: Path, head: int | None = None,
    progress: Progress | None = None,
) -> Fetched:  # fmt: skip
    told = source.Item.model_validate(item)
    return source.fetch(told, target, head, progress or NullProgress())


class StopsAt(NullProgress):
    """Somebody cancels at the given step."""

    def __init__(self, step: int) -> None:
        self.left = step

    def step(self, fraction: float, message: str = "") -> None:
        assert 0 <= fraction <= 1
        self.left -= 1
        if self.left <= 0:
            raise Cancelled
