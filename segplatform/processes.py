"""Starting processes that never outlive the one that started them."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(parent: int, signum: int = signal.SIGTERM) -> None:
    """Ask the kernel to send this process ``signum`` when its parent thread is gone.

    Linux only (elsewhere nothing happens); ``parent`` is the expected parent, for the case that it
    died before the request was made. See prctl(2).
    """
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, signum)
    if os.getppid() != parent:
        os._exit(1)


def bound_to(parent: int, signum: int) -> Callable[[], None]:
    """Return what a new process of ``parent`` runs before its program starts."""
    return lambda: die_with_parent(parent, signum)


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    keep: Sequence[int] = (),
    output: int | BinaryIO = subprocess.PIPE,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own, all it prints in one pipe (or ``output``).

    Its own group keeps the terminal's Ctrl-C from it, so that the supervisor decides the order of
    the stop; ``keep`` are file descriptors it inherits.
    """
    return subprocess.Popen(
        [os.fspath(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(env) if env is not None else None,
        cwd=cwd,
        pass_fds=tuple(keep),
        process_group=0,
        preexec_fn=bound_to(os.getpid(), death_signal),
    )


def sweep(group: int) -> None:
    """Kill whatever is left of a process group."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
