"""Who the run is: never root with its powers.

A worker that runs as root hands the run to a user id of its own when that one can read Python;
where Python lies in a private folder it cannot, and the run stays root in name but without a
single capability. Landlock and seccomp hold either way.
"""

import ctypes
import os
import pwd
import stat
import struct
from functools import cache
from pathlib import Path

from datasets.engine.cage import libc
from datasets.engine.cage.paths import library_paths

_UNUSED_UIDS = range(60_801, 61_184)
"""Neither people, services nor containers: systemd's UIDS-GIDS table leaves this range unused."""
_PR_CAPBSET_DROP, _PR_CAP_AMBIENT, _CLEAR_ALL = 24, 47, 4
_LAST_CAPABILITY = 63
_SETFCAP = 1 << 31
_TO_CHANGE_USER = 1 << 0 | 1 << 6 | 1 << 7
"""CAP_CHOWN for the run's folders, CAP_SETGID, CAP_SETUID: containers may lack them."""
_CAPABILITY_VERSION_3 = 0x2008_0522


def cage_uid() -> int | None:
    """Return the user id runs take here, which is its group id too; None where they keep ours.

    Its caller hands the run's folders to it. None when not root or root without the powers to
    change user, and where Python lies in a folder that others may not search: the change would
    break every import.
    """
    return _uid() if os.geteuid() == 0 else None


def leave_root() -> str:
    """Become the cage's own user where there is one; return who the run is now.

    As root in name it keeps CAP_SETFCAP until ``drop_capabilities``: without it the kernel lets
    nobody keep the name root in a user namespace.
    """
    if os.geteuid() != 0:
        return f"uid {os.geteuid()}"
    uid = cage_uid()
    if uid is None:
        _drop_bounding_set()
        _set_capabilities(_SETFCAP & _held())
        return "root without capabilities"
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    return f"uid {uid}"


def drop_capabilities() -> None:
    """Give up every capability, also those a new user namespace granted."""
    _drop_bounding_set()
    libc.prctl(_PR_CAP_AMBIENT, _CLEAR_ALL)
    _set_capabilities(0)


@cache
def _uid() -> int | None:
    powers = _held() & _TO_CHANGE_USER == _TO_CHANGE_USER
    if not powers or not all(_open_to_others(path) for path in library_paths()):
        return None
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    free = (uid for uid in _UNUSED_UIDS if uid not in taken)
    return next((uid for uid in free if _exists_here(uid)), None)


def _held() -> int:
    """Return the capabilities this process may use, one bit each."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:"))


def _exists_here(uid: int) -> bool:
    """Tell whether a container's user namespace knows this number."""
    spans = Path("/proc/self/uid_map").read_text(encoding="utf-8").splitlines()
    ranges = [[int(word) for word in span.split()] for span in spans]
    return any(first <= uid < first + count for first, _outside, count in ranges)


def _open_to_others(path: Path) -> bool:
    """Tell whether everybody may read ``path`` and search every folder above it."""
    real = path.resolve()
    if not real.exists():
        return True
    above = all(folder.stat().st_mode & stat.S_IXOTH for folder in real.parents)
    return above and bool(real.stat().st_mode & stat.S_IROTH)


def _drop_bounding_set() -> None:
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            libc.prctl(_PR_CAPBSET_DROP, capability)
        except OSError:
            return


def _set_capabilities(which: int) -> None:
    """Set effective and permitted to ``which`` (the first 32), inheritable to none: capset(2)."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), 8)
    both = struct.pack("=6I", which, which, 0, 0, 0, 0)
    data = ctypes.create_string_buffer(both, len(both))
    libc.syscall("capset", ctypes.addressof(header), ctypes.addressof(data))
