"""System calls that depend on their arguments: what seccomp answers, rule by rule, and why.

A rule is a family of calls with one reason. Leaving a rule out (tests only) allows its family.
Numbers of commands and flags are those of Linux's uapi headers, the same on both machines.
A filter sees registers only, never memory: calls that hide their flags in a structure are
answered ENOSYS, and the C library falls back to the older ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from errno import ENOSYS, EOPNOTSUPP, EPERM

from datasets.engine.cage import bpf
from datasets.engine.cage.bpf import Body

Answer = Callable[[int], Body]
"""From the run's process id to the instructions that judge the call."""

_YES = bpf.verdict(bpf.ALLOW)
_NO = bpf.verdict(bpf.fail(EPERM))

CLONE_THREAD = 0x0001_0000
CLONE_NEW_ANYTHING = 0x7E02_0080
"""Every CLONE_NEW* flag: mount, cgroup, uts, ipc, user, pid, net and time namespaces."""
O_TRUNC, O_ACCMODE, O_WRONLY, O_RDWR = 0o1000, 3, 1, 2

FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, the same three as
F_OFD_*, F_DUPFD_CLOEXEC, F_GETPIPE_SZ."""
IOCTL_COMMANDS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS (isatty), TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX."""
PRCTL_OPTIONS = (3, 15, 16, 21, 23, 39, 42, 0x53564D41)
"""PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_SECCOMP, PR_CAPBSET_READ,
PR_GET_NO_NEW_PRIVS, PR_GET_THP_DISABLE, PR_SET_VMA (names memory for debuggers)."""


@dataclass(frozen=True)
class Rule:
    """One family of calls, why it is not simply allowed, and the answer to it."""

    name: str
    why: str
    calls: tuple[str, ...]
    answer: Answer


def always(errno: int) -> Answer:
    """Answer ``errno`` without doing anything; 0 pretends that it worked."""
    return lambda _pid: bpf.verdict(bpf.fail(errno))


def _only(index: int, values: tuple[int, ...]) -> Answer:
    """Allow when argument ``index``, which the kernel reads as 32 bits, is one of these."""
    return lambda _pid: [bpf.load(bpf.argument(index)), *bpf.when_one_of(values, _YES, _NO)]


def _only_self(pid: int) -> Body:
    return [bpf.load(bpf.argument(0)), *bpf.when(bpf.JUMP_EQUAL, pid, _YES, _NO)]


def _only_threads(_pid: int) -> Body:
    no_namespace = bpf.when(bpf.JUMP_ANY_BIT, CLONE_NEW_ANYTHING, _NO, _YES)
    return [
        bpf.load(bpf.argument(0)),
        *bpf.when(bpf.JUMP_ANY_BIT, CLONE_THREAD, no_namespace, _NO),
    ]


def _only_reading_own(pid: int) -> Body:
    """Allow prlimit64(0 or pid, what, NULL, …): the new limits' pointer has two halves."""
    low = [bpf.load(bpf.argument(2)), *bpf.when(bpf.JUMP_EQUAL, 0, _YES, _NO)]
    both = [
        bpf.load(bpf.argument(2, high=True)),
        *bpf.when(bpf.JUMP_EQUAL, 0, low, _NO),
    ]
    return [bpf.load(bpf.argument(0)), *bpf.when_one_of((0, pid), both, _NO)]


def _no_hidden_truncation(flags_at: int) -> Answer:
    """Allow O_TRUNC only together with the right to write that Landlock then checks."""

    def body(_pid: int) -> Body:
        writing = [
            bpf.load(bpf.argument(flags_at)),
            bpf.Instruction(bpf.AND, O_ACCMODE),
            *bpf.when_one_of((O_WRONLY, O_RDWR), _YES, _NO),
        ]
        return [
            bpf.load(bpf.argument(flags_at)),
            *bpf.when(bpf.JUMP_ANY_BIT, O_TRUNC, writing, _YES),
        ]

    return body


_TRUNCATE = (
    "Landlock before version 3 does not see a file emptied by path, or opened to read and emptied"
)
_XATTR = """
    setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
    removexattr lremovexattr fremovexattr setxattrat getxattrat listxattrat removexattrat
"""
_FORK = "One process: a child could outlive the run, and processes are not counted anywhere"
_CHMOD = (
    "Landlock does not cover it, so the app's files could be opened up; libraries expect success"
)

JUDGED: tuple[Rule, ...] = (
    Rule("truncate", _TRUNCATE, ("openat",), _no_hidden_truncation(2)),
    Rule("truncate", _TRUNCATE, ("open",), _no_hidden_truncation(1)),
    Rule("truncate", "Its flags lie in memory", ("openat2",), always(ENOSYS)),
    Rule("truncate", _TRUNCATE, ("truncate",), always(EPERM)),
    Rule("fork", "Threads are wanted, processes and namespaces are not", ("clone",), _only_threads),
    Rule("fork", "Its flags lie in memory", ("clone3",), always(ENOSYS)),
    Rule("fork", _FORK, ("fork", "vfork"), always(EPERM)),
    Rule("kill", "Signals reach other processes of the same user", ("kill", "tgkill"), _only_self),
    Rule(
        "kill",
        "Signals by thread, with data or by descriptor are not tied to the own process",
        ("tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"),
        always(EPERM),
    ),
    Rule(
        "prlimit",
        "It sets limits of other processes of the same user",
        ("prlimit64",),
        _only_reading_own,
    ),
    Rule("prlimit", "Limits were set before the run began", ("setrlimit",), always(EPERM)),
    Rule(
        "fcntl",
        "F_SETOWN makes the kernel send any signal to any process; leases stop others",
        ("fcntl",),
        _only(1, FCNTL_COMMANDS),
    ),
    Rule(
        "ioctl",
        "Commands are endless; TIOCSTI types into the operator's terminal",
        ("ioctl",),
        _only(1, IOCTL_COMMANDS),
    ),
    Rule(
        "prctl",
        "It undoes the walls: dumpable again, alive after the worker's death",
        ("prctl",),
        _only(0, PRCTL_OPTIONS),
    ),
    Rule("chmod", _CHMOD, ("chmod", "fchmod", "fchmodat", "fchmodat2"), always(0)),
    Rule("chmod", "Nor does it cover owners", ("chown", "fchown", "fchownat", "lchown"), always(0)),
    Rule(
        "utime",
        "Landlock does not cover it: times of the app's files; libraries expect success",
        ("utime", "utimes", "utimensat", "futimesat"),
        always(0),
    ),
    Rule(
        "xattr",
        "Landlock does not cover them; copying a file goes on without them",
        tuple(_XATTR.split()),
        always(EOPNOTSUPP),
    ),
    Rule(
        "priority",
        "They slow down or speed up other processes; numeric libraries only try",
        ("sched_setaffinity", "setpriority"),
        always(0),
    ),
    Rule(
        "priority",
        "They slow down or speed up other processes",
        ("sched_setparam", "sched_setscheduler", "sched_setattr", "ioprio_set", "ioprio_get"),
        always(EPERM),
    ),
    Rule(
        "fallocate",
        "It takes gigabytes in milliseconds, faster than anybody watches",
        ("fallocate",),
        always(EOPNOTSUPP),
    ),
)
