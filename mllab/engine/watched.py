"""Long calls into libraries that report nothing: watched from outside, so that they can be left."""

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from segplatform.kernel.progress import Progress

LOOK_SECONDS = 0.2

T = TypeVar("T")


def watched(work: Callable[[], T], progress: Progress, message: str, seconds: float = 1.0) -> T:
    """Do ``work`` in a thread while ``progress`` is asked, five times a second, whether to stop.

    ``seconds`` is how long it is thought to take, for the share that is shown. Raises what the
    work raises, or what ``progress`` raises: the thread is left to its end then, which is that
    of the job's process. Only for calls that give the interpreter free while they compute.
    """
    found: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            # The limit of the caller's thread is not that of a new one.
            with _threads().limit(limits=1):
                found.append(work())
        except BaseException as error:  # raised again by who waits
            failed.append(error)

    progress.step(0.0, message)
    thread = threading.Thread(target=run, name="fit", daemon=True)
    began = time.monotonic()
    thread.start()
    thread.join(LOOK_SECONDS)
    while thread.is_alive():
        spent = time.monotonic() - began
        progress.step(spent / (spent + seconds), message)
        thread.join(LOOK_SECONDS)
    if failed:
        raise failed[0]
    return found[0]


@cache
def _threads() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
