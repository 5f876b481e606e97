"""What an attempt is, what it knows about its victim, and how it calls the kernel by number.

Standard library only: the same text also runs inside the real cage, sent as a recipe.
"""

import ctypes
import errno
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass

# (x86_64: asm/unistd_64.h, aarch64: asm-generic/unistd.h). A table of our own: a wrong number in
# the cage's tables must not make the attempts miss in the same way.
_NUMBERS = {
    "add_key": (248, 217),
    "bind": (49, 200),
    "bpf": (321, 280),
    "cachestat": (451, 451),
    "capset": (126, 91),
    "chmod": (90, None),
    "chroot": (161, 51),
    "clone": (56, 220),
    "clone3": (435, 435),
    "creat": (85, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fallocate": (285, 47),
    "fanotify_init": (300, 262),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "fcntl": (72, 25),
    "fgetxattr": (193, 10),
    "fork": (57, None),
    "fsopen": (430, 430),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "clock_adjtime": (305, 266),
    "inotify_init1": (294, 26),
    "inotify_rm_watch": (255, 28),
    "io_destroy": (207, 1),
    "io_setup": (206, 0),
    "io_uring_enter": (426, 426),
    "io_uring_setup": (425, 425),
    "ioctl": (16, 29),
    "ioprio_set": (251, 30),
    "kcmp": (312, 272),
    "keyctl": (250, 219),
    "kill": (62, 129),
    "landlock_restrict_self": (446, 446),
    "linkat": (265, 37),
    "mbind": (237, 235),
    "memfd_create": (319, 279),
    "mknodat": (259, 33),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "openat2": (437, 437),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pkey_free": (331, 290),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "rt_sigqueueinfo": (129, 138),
    "sched_setscheduler": (144, 119),
    "seccomp": (317, 277),
    "semget": (64, 190),
    "setns": (308, 268),
    "setpgid": (109, 154),
    "setresuid": (117, 147),
    "setxattr": (188, 5),
    "shmctl": (31, 195),
    "shmget": (29, 194),
    "signalfd4": (289, 74),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "splice": (275, 76),
    "symlinkat": (266, 36),
    "syncfs": (306, 267),
    "tgkill": (234, 131),
    "timer_delete": (226, 111),
    "tkill": (200, 130),
    "truncate": (76, 45),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "ustat": (136, None),
    "vfork": (58, None),
}
_MACHINES = {"x86_64": 0, "aarch64": 1}
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long


class NotHereError(Exception):
    """This machine has no such call or device, so there is nothing to attack."""


@dataclass(frozen=True)
class Target:
    """Everything an attacker could know about the victim, save the secret itself."""

    app: str
    settings: str
    database: str
    upload: str
    inputs: str
    scratch: str
    outside: str
    victim: int
    secret_address: int
    secret_digest: str
    tcp: int
    tcp6: int
    udp: int
    unix: str
    abstract: str
    packages: str
    handle: str
    uid: int
    network: str


@dataclass(frozen=True)
class Attempt:
    """One attempt; ``run`` gives evidence when it got through and raises or gives None when not."""

    name: str
    run: Callable[[Target], str | None]
    alone: bool
    asked: bool = False


ATTEMPTS: dict[str, Attempt] = {}
Run = Callable[[Target], str | None]


def attempt(*, alone: bool = False, asked: bool = False) -> Callable[[Run], Run]:
    """Register an attempt.

    ``alone`` where a success would disturb the attempts after it; ``asked`` where it looks for a
    depth that not every machine has, so that only a test that names it makes it.
    """

    def register(run: Run) -> Run:
        ATTEMPTS[run.__name__] = Attempt(run.__name__, run, alone, asked)
        return run

    return register


def number(name: str) -> int:
    """Give a call's number on this machine; raises NotHereError where it has none."""
    found = _NUMBERS[name][_MACHINES[platform.machine()]]
    if found is None:
        raise NotHereError(f"{name} does not exist on {platform.machine()}")
    return found


def call(name: str, *arguments: object) -> int:
    """Call the kernel, past all of Python's and glibc's own checks; raises OSError."""
    ctypes.set_errno(0)
    wide = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    found = LIBC.syscall(ctypes.c_long(number(name)), *wide)
    if found < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(found)


def by_libc(function: str, *arguments: object) -> int:
    """Call glibc's own function; raises OSError."""
    ctypes.set_errno(0)
    found = getattr(LIBC, function)(*arguments)
    if found < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(found)


def first_success(*tries: Callable[[], str | None]) -> str | None:
    """Try one way after the other; give the first evidence, else raise the last error."""
    last: OSError | None = None
    for one in tries:
        try:
            if found := one():
                return found
        except OSError as error:
            last = error
    if last:
        raise last
    return None


def try_it(one: Attempt, target: Target) -> dict[str, object]:
    """Run one attempt and say what came of it: ``escaped``, ``blocked`` or ``not here``."""
    try:
        evidence = one.run(target)
    except NotHereError as why:
        return {"name": one.name, "outcome": "not here", "evidence": str(why)}
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, str(error.errno))
        return {"name": one.name, "outcome": "blocked", "evidence": f"{code}: {error}"}
    except Exception as error:
        return {"name": one.name, "outcome": "blocked", "evidence": repr(error)}
    if evidence is None:
        return {"name": one.name, "outcome": "blocked", "evidence": "nothing came of it"}
    return {"name": one.name, "outcome": "escaped", "evidence": evidence[:300]}
