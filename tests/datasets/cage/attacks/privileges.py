"""Becoming somebody else, or somewhere else: namespaces, mounts, users, limits."""

import ctypes
import os
import resource
import signal
import socket
from contextlib import suppress
from pathlib import Path

from tests.datasets.cage.attacks.base import Target, attempt, by_libc, call

NEW_USER, NEW_NET, NEW_MOUNT = 0x10000000, 0x40000000, 0x00020000


@attempt(alone=True)
def unshare_user(target: Target) -> str | None:
    call("unshare", NEW_USER)
    return "root of a user namespace of our own"


@attempt(alone=True)
def unshare_network(target: Target) -> str | None:
    call("unshare", NEW_NET)
    return "a network namespace of our own"


@attempt(alone=True)
def clone_user(target: Target) -> str | None:
    pid = call("clone", NEW_USER | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "a process in a user namespace of its own"


@attempt(alone=True)
def clone_thread_in_a_namespace(target: Target) -> str | None:
    """Ask for a thread and a namespace at once: the kernel says EINVAL, a filter must say EPERM."""
    try:
        call("clone", 0x10000 | 0x800 | 0x100 | NEW_USER, 0, 0, 0, 0)
    except OSError as error:
        if error.errno == 22:
            return "the kernel itself had to refuse a namespace"
        raise
    return None


@attempt(alone=True)
def join_a_namespace(target: Target) -> str | None:
    fd = os.open("/proc/self/ns/uts", os.O_RDONLY)
    call("setns", fd, 0)
    return "joined a namespace"


@attempt(alone=True)
def mount_something(target: Target) -> str | None:
    with suppress(OSError):  # uncaged, the mount must not be the whole machine's
        call("unshare", NEW_MOUNT)
        call("mount", b"none", b"/", 0, 0x44000, 0)
    call("mount", b"none", target.scratch.encode(), b"tmpfs", 0, 0)
    return "a file system was mounted"


@attempt(alone=True)
def make_a_file_system(target: Target) -> str | None:
    return f"a file system's context {call('fsopen', b'tmpfs', 0)}"


@attempt(alone=True)
def change_the_root(target: Target) -> str | None:
    os.mkdir(f"{target.scratch}/root")
    call("chroot", f"{target.scratch}/root".encode())
    return "a root folder of our own"


@attempt(alone=True)
def become_root(target: Target) -> str | None:
    other = 1 if os.getuid() == 0 else 0
    os.setresuid(other, other, other)
    return f"user {other}"


@attempt(alone=True)
def become_another_group(target: Target) -> str | None:
    os.setgroups([0, 1])
    return "groups of our own choice"


@attempt(alone=True)
def rename_the_host(target: Target) -> str | None:
    socket.sethostname(socket.gethostname())
    return "the host's name can be set"


@attempt()
def raise_own_limits(target: Target) -> str | None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard + 1))
    return "limits of our own choice"


@attempt()
def set_own_limits(target: Target) -> str | None:
    resource.setrlimit(resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE))
    return "own limits can be set"


@attempt()
def escape_the_memory_killer(target: Target) -> str | None:
    path = Path("/proc/self/oom_score_adj")
    return _written(str(path), path.read_text())


@attempt()
def become_dumpable(target: Target) -> str | None:
    by_libc("prctl", 4, 1, 0, 0, 0)
    return "core files and tracing are on again"


@attempt()
def outlive_the_worker(target: Target) -> str | None:
    by_libc("prctl", 1, 0, 0, 0, 0)
    return "the run would outlive its worker"


@attempt()
def adopt_orphans(target: Target) -> str | None:
    by_libc("prctl", 36, 1, 0, 0, 0)
    return "orphans come to us"


@attempt()
def map_users(target: Target) -> str | None:
    os.close(os.open("/proc/self/uid_map", os.O_WRONLY))
    return "the map of users is open for writing"


def _written(path: str, text: str) -> str:
    Path(path).write_text(text)
    return f"{path} was written"


@attempt()
def join_a_cgroup(target: Target) -> str | None:
    for root in ("/sys/fs/cgroup/unified/", "/sys/fs/cgroup/"):
        if Path(root, "cgroup.procs").exists():
            return _written(f"{root}cgroup.procs", "0")
    return None


@attempt()
def type_into_the_terminal(target: Target) -> str | None:
    """Push a key press into a terminal: only the filter stops it, whatever descriptor 0 is."""
    key = ctypes.c_char(b"\n")
    try:
        by_libc("ioctl", 0, 0x5412, ctypes.byref(key))
    except OSError as error:
        if error.errno == 25:
            return "no filter stood between us and the terminal"
        raise
    return "a key was pressed in the operator's terminal"


@attempt()
def own_a_descriptor(target: Target) -> str | None:
    """FIOSETOWN is F_SETOWN by another door."""
    reader, _writer = os.pipe()
    try:
        by_libc("ioctl", reader, 0x8901, ctypes.byref(ctypes.c_int(target.victim)))
    except OSError as error:
        if error.errno == 25:
            return "no filter stood between us and FIOSETOWN"
        raise
    return "a pipe belongs to the app"
