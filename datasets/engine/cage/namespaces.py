"""Namespaces of its own for a run, where the machine grants them: depth, not the base.

No interface but an unconfigured loopback, no shared IPC, no shared mounts. Docker's default
profile and some distributions deny them; every other wall is built to hold without.
"""

import os

from datasets.engine.cage import libc

_CLONE_NEW = {
    "user": 0x1000_0000,
    "net": 0x4000_0000,
    "ipc": 0x0800_0000,
    "uts": 0x0400_0000,
    "mnt": 0x0002_0000,
}
_PR_SET_DUMPABLE = 4


def leave() -> str:
    """Move this process into namespaces of its own; return "ok", or why it stays."""
    uid, gid = os.geteuid(), os.getegid()
    # The maps below belong to root as long as the process may not be dumped.
    libc.prctl(_PR_SET_DUMPABLE, 1)
    try:
        libc.syscall("unshare", sum(_CLONE_NEW.values()))
    except OSError as error:
        return f"denied: {error.strerror}"
    return _keep_identity(uid, gid)


def _keep_identity(uid: int, gid: int) -> str:
    """Map the own user and group onto themselves, so that files keep their owner's name."""
    maps = (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1"))
    try:
        for name, text in maps:
            with open(f"/proc/self/{name}", "w", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        return f"nobody: {error.strerror}"
    return "ok"
