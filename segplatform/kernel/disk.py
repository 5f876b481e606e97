"""Room on a disk: how much stays free, and which errors say that there is none."""

import errno
import shutil
from pathlib import Path

from segplatform.kernel.errors import causes

RESERVE_BYTES = 2**30  # left free, or 5 % of a small disk: the database needs room too
RESERVE_SHARE = 0.05
NO_ROOM = "The server's disk is full. Ask the operator to make room, then try again."

_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# DuckDB and SQLite report theirs as errors of their own, with the system's words inside.
_WORDS = ("no space left on device", "disk is full", "disk quota exceeded", "file too large")
# "Disk I/O error", which is most often something else; this one is the index of its log, which
# could not grow (sqlite.org/rescode.html).
_SQLITE = ("SQLITE_IOERR_SHMSIZE",)


def has_room(folder: Path, size: int = 0) -> bool:
    """Say whether ``size`` more bytes in ``folder`` leave the reserve of its disk alone."""
    usage = shutil.disk_usage(folder)
    return usage.free - size >= min(RESERVE_BYTES, usage.total * RESERVE_SHARE)


def is_disk_full(error: BaseException) -> bool:
    """Say whether a full disk (or a limit on files) is behind this error, however wrapped."""
    return any(_says_full(each) for each in causes(error))


def _says_full(error: BaseException) -> bool:
    if getattr(error, "sqlite_errorname", "") in _SQLITE:
        return True
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in _NUMBERS
    text = str(error).lower()
    return any(words in text for words in _WORDS)
