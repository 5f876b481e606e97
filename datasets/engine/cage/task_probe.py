"""Inside the cage: tries what user code must not be able to do, and says what worked.

The targets are real (a file, listening sockets, the worker's own process), so that "blocked" is
the cage's doing. Run before any user code; the attacks of the test suite go much further.
"""

import ctypes
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from datasets.engine.cage.tasks import Report

Probe = Callable[[dict[str, Any]], object]

_PTRACE_ATTACH, _CLONE_NEWUSER, _F_SETOWN = 16, 0x1000_0000, 8
DONE = "done"
_PROBES: dict[str, Probe] = {}


def run(args: dict[str, Any], inputs: Path | None, scratch: Path, report: Report) -> dict[str, Any]:
    """Try every probe; return ``{"leaks": {name: what was seen}, "tried": n, "walls": …}``.

    ``args`` holds the targets: ``victim`` (a file of the app), ``folder`` around it, ``pid`` of
    the worker, ``tcp`` and ``udp`` ports on 127.0.0.1, ``unix`` and ``abstract`` addresses.
    """
    leaks = {}
    for name, probe in _PROBES.items():
        with suppress(OSError, ValueError, AttributeError, MemoryError):
            leaks[name] = str(probe(args))[:200]
    return {"leaks": leaks, "tried": len(_PROBES), "walls": args.get("walls", {})}


def _probe(function: Probe) -> Probe:
    _PROBES[function.__name__.strip("_").replace("_", " ")] = function
    return function


def _libc(name: str, *arguments: object) -> int:
    """Call a function of the C library; raises ``OSError`` when it says no."""
    library = ctypes.CDLL(None, use_errno=True)
    answer = int(getattr(library, name)(*arguments))
    if answer < 0:
        raise OSError(ctypes.get_errno(), name)
    return answer


@_probe
def _read_etc_passwd(args: dict[str, Any]) -> object:
    return Path("/etc/passwd").read_text()[:20]


@_probe
def _read_file_of_the_app(args: dict[str, Any]) -> object:
    return Path(args["victim"]).read_bytes()[:20]


@_probe
def _list_folder_of_the_app(args: dict[str, Any]) -> object:
    return os.listdir(args["folder"])


@_probe
def _write_file_of_the_app(args: dict[str, Any]) -> object:
    return Path(args["victim"]).write_text("changed")


@_probe
def _truncate_file_of_the_app(args: dict[str, Any]) -> object:
    os.truncate(args["victim"], 1)
    return DONE


@_probe
def _delete_file_of_the_app(args: dict[str, Any]) -> object:
    os.unlink(args["victim"])
    return DONE


@_probe
def _change_mode_and_times(args: dict[str, Any]) -> object:
    # The filter says yes and does nothing: the self-test looks at the file afterwards.
    os.chmod(args["victim"], 0o666)  # noqa: S103 (the attempt is the point)
    os.utime(args["victim"], (1, 1))
    raise PermissionError


@_probe
def _create_file_outside(args: dict[str, Any]) -> object:
    return Path(args["folder"], "planted").write_text("x")


@_probe
def _write_tmp(args: dict[str, Any]) -> object:
    fd = os.open("/tmp", os.O_TMPFILE | os.O_RDWR)  # noqa: S108 (the attempt is the point)
    os.close(fd)
    return DONE


@_probe
def _symlink(args: dict[str, Any]) -> object:
    os.symlink(args["victim"], "link")
    return DONE


@_probe
def _hard_link(args: dict[str, Any]) -> object:
    os.link(args["victim"], "hard-link")
    return DONE


@_probe
def _environment_of_the_worker(args: dict[str, Any]) -> object:
    return Path(f"/proc/{args['pid']}/environ").read_bytes()[:20]


@_probe
def _memory_of_the_worker(args: dict[str, Any]) -> object:
    return os.open(f"/proc/{args['pid']}/mem", os.O_RDONLY)


@_probe
def _signal_to_the_worker(args: dict[str, Any]) -> object:
    os.kill(args["pid"], 0)
    return DONE


@_probe
def _signal_by_pidfd(args: dict[str, Any]) -> object:
    signal.pidfd_send_signal(os.pidfd_open(args["pid"]), 0)
    return DONE


@_probe
def _signal_by_pipe_owner(args: dict[str, Any]) -> object:
    import fcntl

    return fcntl.fcntl(0, _F_SETOWN, args["pid"])


@_probe
def _ptrace(args: dict[str, Any]) -> object:
    return _libc("ptrace", _PTRACE_ATTACH, args["pid"], None, None)


@_probe
def _tcp(args: dict[str, Any]) -> object:
    return socket.create_connection(("127.0.0.1", args["tcp"]), timeout=1)


@_probe
def _udp(args: dict[str, Any]) -> object:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    return sender.sendto(b"leak", ("127.0.0.1", args["udp"]))


@_probe
def _unix_socket(args: dict[str, Any]) -> object:
    socket.socket(socket.AF_UNIX).connect(args["unix"])
    return DONE


@_probe
def _abstract_socket(args: dict[str, Any]) -> object:
    socket.socket(socket.AF_UNIX).connect("\0" + args["abstract"])
    return DONE


@_probe
def _fork(args: dict[str, Any]) -> object:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    return pid


@_probe
def _start_a_program(args: dict[str, Any]) -> object:
    # Called with nothing to start: only a filter answers before the missing path is noticed.
    answer = ctypes.CDLL(None, use_errno=True).execve(None, None, None)
    if ctypes.get_errno() in (1, 38):
        raise PermissionError
    return answer


@_probe
def _memfd(args: dict[str, Any]) -> object:
    return os.memfd_create("program")


@_probe
def _user_namespace(args: dict[str, Any]) -> object:
    return _libc("unshare", _CLONE_NEWUSER)


@_probe
def _mount(args: dict[str, Any]) -> object:
    return _libc("mount", b"none", b".", b"tmpfs", 0, None)


@_probe
def _become_root(args: dict[str, Any]) -> object:
    _libc("setuid", 0)
    return os.getuid()


@_probe
def _change_root(args: dict[str, Any]) -> object:
    os.chroot(".")
    return DONE


@_probe
def _limits_of_the_worker(args: dict[str, Any]) -> object:
    import resource

    return resource.prlimit(args["pid"], resource.RLIMIT_NOFILE)


@_probe
def _raise_own_limits(args: dict[str, Any]) -> object:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return DONE
