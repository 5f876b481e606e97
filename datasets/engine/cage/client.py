"""The worker's side of the cage: starts the zygote, asks it for runs."""

import math
import os
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from datasets.engine.cage.outcome import ErrorInfo, Outcome
from datasets.engine.cage.run import OnLine, OnStep, Run
from datasets.engine.cage.selftest import examine
from datasets.engine.cage.setup import ENVIRON, Setup
from datasets.engine.cage.status import Status
from datasets.engine.cage.watch import Limits

__all__ = ["Cage", "ErrorInfo", "Limits", "Outcome", "Setup", "the_cage"]

ZYGOTE = Path(__file__).with_name("zygote.py")
EXIT_SECONDS = 5.0


class Cage:
    """A zygote and the way to it.

    Starts at once and boots in the background (about 3 s with the libraries); the first run
    waits for it. Processes forked from the owner may use it too, also at the same time; it ends
    with the process that started it.
    """

    def __init__(self, setup: Setup = Setup()) -> None:  # noqa: B008 (frozen)
        self.setup, self.owner = setup, os.getpid()
        self._status: Status | None = None
        self._lock = threading.Lock()
        self._door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        me = os.pidfd_open(self.owner)
        try:
            self._process = _start(theirs.fileno(), me, setup)
        finally:
            theirs.close()
            os.close(me)

    def run(
        self,
        task: str,
        args: dict[str, Any],
        *,
        inputs: Path | None,
        scratch: Path,
        limits: Limits,
        on_line: OnLine,
        on_step: OnStep,
        linked: bool = False,
    ) -> Outcome:
        """Run a task in the cage and wait for its end.

        ``scratch`` (empty, mode 0700) and ``inputs`` (plain copies; hard links only where
        ``linked`` says so) are absolute and belong to this run alone. ``on_line`` gets each line
        printed as it comes; ``on_step`` the last known fraction and message at least five times a
        second: what it raises kills the run and comes through. Raises ``CageError`` where the
        zygote is gone.
        """
        if task != "probe" and self.setup.walls and self.setup.checked:
            status = self.status()
            if not status.ok:
                return Outcome("refused", ErrorInfo("Refused", status.reason))
        with Run(limits, scratch, on_line, on_step) as run:
            run.start(self._door, _job(task, args, inputs, scratch, limits) | {"linked": linked})
            return run.finish()

    def status(self) -> Status:
        """Return whether this machine holds user code: tried once, by attacks on this process.

        A self-test that could not finish is tried again the next time.
        """
        with self._lock:
            if self._status:
                return self._status
            found = examine(self)
            self._status = found if found.ok or found.leaks else None
            return found

    def alive(self) -> bool:
        """Tell whether the zygote is still there, and the way to it open."""
        if self._door.fileno() < 0:
            return False
        poll = select.poll()
        poll.register(self._door, select.POLLHUP)
        return not poll.poll(0)

    def close(self) -> None:
        """Let go of the zygote; in the process that started it, end it and its runs."""
        self._door.close()
        if os.getpid() == self.owner:
            self._process.kill()
            self._process.wait(EXIT_SECONDS)


def _start(door: int, owner: int, setup: Setup) -> subprocess.Popen[bytes]:
    """Start the zygote by its path, with nothing of this process but two descriptors."""
    command = [sys.executable, "-I", "-B", str(ZYGOTE), str(door), str(owner), setup.text()]
    return subprocess.Popen(
        command,
        env=ENVIRON,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(door, owner),
        start_new_session=True,  # the terminal's Ctrl-C is for the worker to handle
    )


def _job(
    task: str, args: dict[str, Any], inputs: Path | None, scratch: Path, limits: Limits
) -> dict[str, Any]:
    """Write the request; processor time is the backup of the wall clock, over all cores."""
    return {
        "task": task,
        "args": args,
        "inputs": str(inputs) if inputs else "",
        "scratch": str(scratch),
        "memory_bytes": limits.memory_bytes,
        "disk_bytes": limits.disk_bytes,
        "cpu_seconds": math.ceil(limits.seconds) * (os.cpu_count() or 1) + 5,
    }


_the_lock = threading.Lock()
_the_cage: Cage | None = None


def the_cage(setup: Setup = Setup()) -> Cage:  # noqa: B008 (frozen)
    """Return this process's cage: its own, its parent's before a fork, or a new one."""
    global _the_cage
    with _the_lock:
        if _the_cage is None or _the_cage.setup != setup or not _the_cage.alive():
            if _the_cage:
                _the_cage.close()
            _the_cage = Cage(setup)
        return _the_cage
