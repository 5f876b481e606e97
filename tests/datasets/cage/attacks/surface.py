"""Knocking at calls whose own answer is an error: the filter's answer must come first.

Each knock is harmless even where nothing stops it: the arguments are such that the kernel says
EBADF, EINVAL, ESRCH and so on, or does something without an effect. Any answer that is not the
filter's (EPERM, ENOSYS, EOPNOTSUPP) shows that the kernel itself was reached.
"""

import errno
from collections.abc import Callable

from tests.datasets.cage.attacks.base import ATTEMPTS, Attempt, Target, call

_NOWHERE = 4194304 + 7  # above the largest process id there can be
KNOCKS: dict[str, tuple[str, tuple[object, ...]]] = {
    "reach_session": ("setpgid", (_NOWHERE, 0)),
    "reach_filters": ("seccomp", (99, 0, 0)),
    "reach_landlock": ("landlock_restrict_self", (-1, 0)),
    "reach_pages": ("mbind", (0, 0, 99, 0, 0, 0)),
    "reach_page_keys": ("pkey_free", (99,)),
    "reach_splice": ("splice", (-1, 0, -1, 0, 1, 0)),
    "reach_timer": ("timer_delete", (9999,)),
    "reach_signal_files": ("signalfd4", (-1, 0, 99, 0)),
    "reach_sync": ("syncfs", (-1,)),
    "reach_obsolete": ("ustat", (0, 0)),
    "reach_recent": ("cachestat", (-1, 0, 0, 0)),
    "reach_io_uring": ("io_uring_enter", (-1, 0, 0, 0, 0, 0)),
    "reach_execve": ("execve", (b"/does/not/exist", 0, 0)),
    "reach_execveat": ("execveat", (-1, b"", 0, 0, 0x1000)),
    "reach_ptrace": ("ptrace", (0x4206, _NOWHERE, 0, 0)),
    "reach_process_vm": ("process_vm_readv", (_NOWHERE, 0, 0, 0, 0, 0)),
    "reach_pidfd": ("pidfd_getfd", (-1, 0, 0)),
    "reach_setns": ("setns", (-1, 0)),
    "reach_unshare": ("unshare", (0,)),
    "reach_mount": ("mount", (0, b"", -1, 0, 0)),
    "reach_open_tree": ("open_tree", (-1, b"", 0x10000000)),
    "reach_capset": ("capset", (0, 0)),
    "reach_setuid": ("setresuid", (-1, -1, -1)),
    "reach_symlink": ("symlinkat", (b"", -1, b"")),
    "reach_link": ("linkat", (-1, b"", -1, b"", 99)),
    "reach_host": ("clock_adjtime", (0, 0)),
    "reach_ioctl": ("ioctl", (-1, 0x5412, 0)),
    "reach_prctl": ("prctl", (36, 99, 0, 0, 0)),
    "reach_fcntl": ("fcntl", (-1, 8, 0)),
    "reach_kill": ("kill", (_NOWHERE, 0)),
    "reach_prlimit": ("prlimit64", (_NOWHERE, 7, 0, 0)),
    "reach_bpf": ("bpf", (9999, 0, 0)),
    "reach_perf": ("perf_event_open", (0, 0, 0, -1, 0)),
    "reach_userfaultfd": ("userfaultfd", (-1,)),
    "reach_handle": ("open_by_handle_at", (-1, 0, 0)),
    "reach_truncate": ("truncate", (b"", 0)),
    "reach_socket": ("bind", (-1, 0, 0)),
    "reach_socketpair": ("socketpair", (0, 0, 0, 0)),
    "reach_priority": ("sched_setscheduler", (_NOWHERE, 0, 0)),
    "reach_ldt": ("modify_ldt", (0, 0, 0)),
    "reach_memfd": ("memfd_create", (0, 0xFFFF)),
    "reach_aio": ("io_destroy", (0,)),
    "reach_personality": ("personality", (0xFFFFFFFF,)),
    "reach_watch": ("inotify_rm_watch", (-1, 0)),
    "reach_ipc": ("shmctl", (-1, 99, 0)),
    "reach_fallocate": ("fallocate", (-1, 0, 0, 1)),
    "reach_xattr": ("fgetxattr", (-1, b"user.x", 0, 0)),
    "reach_fork": ("clone3", (0, 0)),
}
_BY_A_FILTER = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP}


def _knock(name: str, arguments: tuple[object, ...]) -> Callable[[Target], str | None]:
    def run(_target: Target) -> str | None:
        try:
            answer = call(name, *arguments)
        except OSError as error:
            if error.errno in _BY_A_FILTER:
                raise
            return f"the kernel itself answered {name}: {error}"
        return f"the kernel itself answered {name}: {answer}"

    return run


for _key, (_name, _arguments) in KNOCKS.items():
    ATTEMPTS[_key] = Attempt(_key, _knock(_name, _arguments), alone=False)
