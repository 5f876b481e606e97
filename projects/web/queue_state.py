"""Says on every page that background work waits for a queue server that is away."""

import time

from django.conf import settings

from projects.hooks import Banner
from projects.jobs.connection import queue_state

# A server that drops packets takes seconds to not answer; not every page waits for that.
REMEMBERED_SECONDS = 2.0
PAUSED = (
    "The queue server does not answer. What you start waits its turn and runs by itself as soon "
    "as it is back; nothing is lost."
)

_asked: dict[str, tuple[float, str]] = {}


def queue_banner() -> Banner | None:
    """Warn while jobs can neither be sent nor taken."""
    if _state() == "ok":
        return None
    return Banner("Background work is paused", PAUSED, icon="unplug")


def _state() -> str:
    """Ask the queue server, at most every two seconds."""
    url, now = settings.REDIS_URL, time.monotonic()
    asked, state = _asked.get(url, (float("-inf"), ""))
    if now - asked > REMEMBERED_SECONDS:
        state = queue_state()
        _asked[url] = (time.monotonic(), state)
    return state
