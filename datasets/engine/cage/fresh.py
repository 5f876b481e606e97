"""A fresh start for a forked child: nothing of its parent's left open, set or predictable."""

import os
import random
import signal
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from datasets.engine.cage.errors import CageError

ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "JOBLIB_MULTIPROCESSING": "0",  # there are no processes: joblib falls back to threads
    "LOKY_MAX_CPU_COUNT": str(os.cpu_count() or 1),  # else it starts lscpu to count them
    "MPLBACKEND": "Agg",
}
_KEPT_IGNORED = {signal.SIGPIPE, signal.SIGXFSZ}
"""Python turns these two into exceptions with a line number."""
_MOST_FILES = 2**20


def require_one_thread() -> None:
    """Raise ``CageError`` beside other threads: the walls bind one thread and its children."""
    count = len(os.listdir("/proc/self/task"))
    if count != 1:
        raise CageError(f"A process with {count} threads cannot be confined, only one with 1")


def start_afresh(scratch: Path, environ: Mapping[str, str], keep_fds: Iterable[int]) -> None:
    """Leave the parent's session, files, environment, signals and random numbers behind.

    ``scratch`` becomes working directory, home and temporary folder. File descriptors 0, 1, 2
    and ``keep_fds`` stay open.
    """
    _own_session()
    _close_all_but({0, 1, 2, *keep_fds})
    os.chdir(scratch)
    os.umask(0o077)  # what a run writes is its worker's business only
    os.environ.clear()
    os.environ.update(ENVIRONMENT, HOME=str(scratch), TMPDIR=str(scratch), **environ)
    tempfile.tempdir = str(scratch)
    _default_signals()
    _reseed()


def _own_session() -> None:
    """No terminal, and no process group shared with the worker."""
    if os.getsid(0) != os.getpid():
        os.setsid()


def _close_all_but(kept: set[int]) -> None:
    edges = sorted(kept)
    for below, above in zip(edges, [*edges[1:], _MOST_FILES], strict=True):
        os.closerange(below + 1, above)


def _default_signals() -> None:
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        ignored = number in _KEPT_IGNORED
        signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, set())


def _reseed() -> None:
    """Forked children inherit the generators' state: every run would draw the same numbers."""
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(int.from_bytes(os.urandom(4), "little"))
