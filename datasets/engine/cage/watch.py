"""Watches one run from outside: time, memory, disk, files and how much it prints."""

import os
import stat
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from datasets.engine.cage.folders import Unreadable, usage

MEMORY_SECONDS = 0.05
DISK_SECONDS = 0.1
WALK_SHARE = 10
RESERVE_BYTES = 2**30
RESERVE_SHARE = 20
MOST_THREADS = 1000
"""More would use up the machine's process numbers; their memory is the kernel's, in no count."""
FLOOD = 50
"""A run may print this many times what is kept of its log before it is stopped."""


@dataclass(frozen=True)
class Limits:
    """How much one run may take.

    ``seconds`` of wall clock; ``memory_bytes`` resident, the libraries' own 0.2 GB included;
    ``disk_bytes`` and ``files`` in its scratch folder; ``log_bytes`` of what it prints are kept.
    """

    seconds: float
    memory_bytes: int
    disk_bytes: int
    files: int = 2000
    log_bytes: int = 2**20


@dataclass
class Watch:
    """Says when a run has gone over one of its limits."""

    limits: Limits
    scratch: Path
    started: float = field(default_factory=time.monotonic)
    memory_bytes: int = 0
    printed: int = 0
    _next_memory: float = 0.0
    _next_disk: float = 0.0

    @property
    def seconds(self) -> float:
        """How long the run has gone on."""
        return time.monotonic() - self.started

    def broken(self, pid: int) -> str | None:
        """Return the limit that the process is over ("time", "memory", …), or None."""
        if self.seconds > self.limits.seconds:
            return "time"
        if self.printed > self.limits.log_bytes * FLOOD:
            return "log"
        now = time.monotonic()
        return self._memory(pid, now) or self._disk(pid, now)

    def _memory(self, pid: int, now: float) -> str | None:
        if now < self._next_memory:
            return None
        self._next_memory = now + MEMORY_SECONDS
        taken = memory_of(pid)
        self.memory_bytes = max(self.memory_bytes, taken)
        over = taken > self.limits.memory_bytes or threads_of(pid) > MOST_THREADS
        return "memory" if over else None

    def _disk(self, pid: int, now: float) -> str | None:
        if now < self._next_disk:
            return None
        found = self.disk(pid)
        took = time.monotonic() - now
        self._next_disk = now + max(DISK_SECONDS, WALK_SHARE * took)
        return found

    def disk(self, pid: int | None = None) -> str | None:
        """Return "disk" or "files" where the scratch folder is over its limits now.

        With the running process, what it deleted and holds open counts too.
        """
        try:
            taken = usage(self.scratch, self.limits.disk_bytes, self.limits.files)
        except Unreadable:
            return "files"
        if taken.entries > self.limits.files:
            return "files"
        size = taken.bytes + (hidden_bytes(pid) if pid else 0)
        over = size > self.limits.disk_bytes or free_bytes(self.scratch) < 0
        return "disk" if over else None


def free_bytes(folder: Path) -> int:
    """Return what the disk has free beyond its reserve (1 GiB or 5 %, the smaller).

    Files that were deleted while open count for nothing in a folder, but they do here.
    """
    disk = os.statvfs(folder)
    reserve = min(RESERVE_BYTES, disk.f_blocks * disk.f_frsize // RESERVE_SHARE)
    return disk.f_bavail * disk.f_frsize - reserve


def hidden_bytes(pid: int) -> int:
    """Return the size of the files that a process has open and deleted.

    They lie in no folder. Only root may look: elsewhere the limits of open files and of the size
    of each, and the disk's reserve, are what bounds them.
    """
    total = 0
    with suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with suppress(FileNotFoundError):
                found = os.stat(f"/proc/{pid}/fd/{name}")
                if found.st_nlink == 0 and stat.S_ISREG(found.st_mode):
                    total += found.st_blocks * 512
    return total


def memory_of(pid: int) -> int:
    """Return the bytes of memory (and swap) a process holds; 0 once it is gone."""
    total = 0
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith(("VmRSS:", "VmSwap:")):
                    total += int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return total


def threads_of(pid: int) -> int:
    """Return how many threads a process has; 0 once it is gone."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except (FileNotFoundError, ProcessLookupError):
        return 0
