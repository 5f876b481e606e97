"""Limits the kernel itself counts; the worker watches the rest from outside."""

import resource
from contextlib import suppress
from pathlib import Path

OPEN_FILES = 64
THREADS = 512
"""Threads with tiny stacks would use up the machine's process numbers long before its memory."""
_OOM_FIRST = "1000"
_STACKS = 2**30
"""Address space for threads' stacks and arenas on top of the memory asked for."""

NAMES = tuple(
    f"rlimit.{name}"
    for name in ("core", "cpu", "fsize", "nofile", "memlock", "msgqueue", "as", "nproc")
)


def limit(
    memory_bytes: int, cpu_seconds: int, file_bytes: int, without: frozenset[str] = frozenset()
) -> None:
    """Set the limits of this process, which it can never raise again.

    ``memory_bytes`` counts on top of what the process inherited from its parent; a request
    beyond it fails as ``MemoryError`` at its line instead of as a kill.
    """
    wanted = {
        "core": (resource.RLIMIT_CORE, 0),  # a core file would hold the customers' rows
        "cpu": (resource.RLIMIT_CPU, cpu_seconds),
        "fsize": (resource.RLIMIT_FSIZE, file_bytes),
        # Deleted files that are still open are invisible: this many of the size above at most.
        "nofile": (resource.RLIMIT_NOFILE, OPEN_FILES),
        "memlock": (resource.RLIMIT_MEMLOCK, 0),
        "msgqueue": (resource.RLIMIT_MSGQUEUE, 0),
        "as": (resource.RLIMIT_AS, address_space() + memory_bytes + _STACKS),
    }
    for name, (which, value) in wanted.items():
        if f"rlimit.{name}" not in without:
            _set(which, value)
    _first_to_go()


def limit_threads(without: frozenset[str] = frozenset()) -> None:
    """Let this process start ``THREADS`` threads at most; only where its user is its own.

    The kernel counts all threads of the user, in the user's namespace: on the app's own user the
    limit would stop the app, so there, and for root whom it spares, the worker counts.
    """
    if "rlimit.nproc" not in without:
        _set(resource.RLIMIT_NPROC, THREADS)


def address_space() -> int:
    """Return the bytes of address space this process has mapped."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    return pages * resource.getpagesize()


def _set(which: int, value: int) -> None:
    _soft, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _first_to_go() -> None:
    """Ask the kernel to kill the run, not the app, when the machine's memory ends."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_FIRST, encoding="utf-8")
