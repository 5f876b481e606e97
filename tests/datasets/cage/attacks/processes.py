"""Starting programs and reaching into other ones."""

import ctypes
import fcntl
import json
import os
import platform
import resource
import signal
import struct
import time

from tests.datasets.cage.attacks.base import (
    NotHereError,
    Target,
    attempt,
    by_libc,
    call,
    first_success,
)

PTRACE_ATTACH, PTRACE_DETACH, PTRACE_SEIZE = 16, 17, 0x4206
F_SETSIG = 10


class IoVec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def _child(pid: int, what: str) -> str:
    """Leave at once in the new process; say so in the old one."""
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return what


@attempt()
def fork(target: Target) -> str | None:
    return first_success(
        lambda: _child(os.fork(), "a second process"),
        lambda: _child(call("clone", signal.SIGCHLD, 0, 0, 0, 0), "a second process by clone"),
    )


@attempt()
def fork_by_old_numbers(target: Target) -> str | None:
    return _child(call("fork"), "a second process by the old call")


@attempt()
def fork_by_clone3(target: Target) -> str | None:
    words = (ctypes.c_ulonglong * 8)(0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    return _child(call("clone3", words, 64), "a second process by clone3")


@attempt()
def fork_many(target: Target) -> str | None:
    made = 0
    for _ in range(20):
        _child(os.fork(), "")
        made += 1
    return f"{made} processes, one after the other"


@attempt(alone=True)
def daemon(target: Target) -> str | None:
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os._exit(0)
    os.waitpid(pid, 0)
    return "a process in a session of its own, which would outlive the run"


@attempt()
def run_a_shell(target: Target) -> str | None:
    return f"exit status {os.spawnv(os.P_WAIT, '/bin/sh', ['sh', '-c', ':'])}"


def _said() -> list[str]:
    """Make a program say what an attempt would have said: after it, there is no Python left."""
    line = {"name": "exec_in_place", "outcome": "escaped", "evidence": "a program took our place"}
    return ["echo", json.dumps(line)]


@attempt(alone=True)
def exec_in_place(target: Target) -> str | None:
    os.execv("/bin/echo", _said())
    return None


@attempt(alone=True)
def exec_of_a_descriptor(target: Target) -> str | None:
    fd = os.open("/bin/echo", os.O_RDONLY)
    words = [word.encode() for word in _said()]
    words[1] = words[1].replace(b"exec_in_place", b"exec_of_a_descriptor")
    table = (ctypes.c_char_p * 3)(*words, None)
    call("execveat", fd, b"", table, None, 0x1000)
    return None


def _program(text: bytes) -> bytes:
    """Build the smallest program for x86_64 Linux that writes ``text`` and ends (ELF, one page)."""
    size, start, base = 34, 120, 0x400000
    code = b"\xb8\1\0\0\0\xbf\1\0\0\0\xbe" + struct.pack("<I", base + start + size)
    code += b"\xba" + struct.pack("<I", len(text)) + b"\x0f\x05"
    code += b"\xb8\x3c\0\0\0\x31\xff\x0f\x05" + bytes(3)
    whole = start + len(code) + len(text)
    head = b"\x7fELF\2\1\1" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + start, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    head += struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, whole, whole, 4096)
    return head + code + text


@attempt(alone=True)
def exec_own_program(target: Target) -> str | None:
    """Bring a program along: chmod is not needed, a file can be made executable at once."""
    if platform.machine() != "x86_64":
        raise NotHereError("the program is one for x86_64")
    line = {"name": "exec_own_program", "outcome": "escaped", "evidence": "it ran"}
    path = f"{target.scratch}/program"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o755)
    os.write(fd, _program(json.dumps(line).encode() + b"\n"))
    os.close(fd)
    os.execv(path, [path])
    return None


@attempt()
def send_a_signal(target: Target) -> str | None:
    os.kill(target.victim, signal.SIGUSR1)
    return "a signal was sent to the app"


@attempt()
def send_a_signal_in_other_ways(target: Target) -> str | None:
    victim, what = target.victim, signal.SIGUSR2
    information = ctypes.create_string_buffer(
        int(what).to_bytes(4, "little") + bytes(4) + b"\xff\xff\xff\xff" + bytes(116), 128
    )
    return first_success(
        lambda: f"tgkill {call('tgkill', victim, victim, what)}",
        lambda: f"tkill {call('tkill', victim, what)}",
        lambda: f"sigqueue {call('rt_sigqueueinfo', victim, what, information)}",
        lambda: f"to all {os.kill(-victim, 0)}",
    )


@attempt()
def send_a_signal_from_a_pipe(target: Target) -> str | None:
    reader, writer = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETOWN, target.victim)
    fcntl.fcntl(reader, F_SETSIG, signal.SIGUSR1)
    fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    os.write(writer, b"x")
    return "a pipe sends the app signals"


@attempt()
def open_a_process(target: Target) -> str | None:
    fd = call("pidfd_open", target.victim, 0)
    return f"descriptor {fd} of the app's process"


@attempt()
def signal_by_descriptor(target: Target) -> str | None:
    fd = os.open(f"/proc/{target.victim}", os.O_RDONLY)
    call("pidfd_send_signal", fd, int(signal.SIGUSR2), 0, 0)
    return "a signal was sent to the app by a descriptor"


@attempt()
def steal_a_descriptor(target: Target) -> str | None:
    fd = call("pidfd_getfd", call("pidfd_open", target.victim, 0), 0, 0)
    return f"the app's descriptor 0 is ours as {fd}"


@attempt(alone=True)
def trace(target: Target) -> str | None:
    call("ptrace", PTRACE_SEIZE, target.victim, 0, 0)
    return "the app is traced"


@attempt(alone=True)
def trace_and_stop(target: Target) -> str | None:
    call("ptrace", PTRACE_ATTACH, target.victim, 0, 0)
    os.waitpid(target.victim, 0)
    call("ptrace", PTRACE_DETACH, target.victim, 0, 0)
    return "the app was stopped and let go"


def _move(name: str, target: Target, mine: ctypes.Array[ctypes.c_char]) -> int:
    here = IoVec(ctypes.addressof(mine), len(mine))
    there = IoVec(target.secret_address, len(mine))
    pointers = ctypes.byref(here), 1, ctypes.byref(there), 1, 0
    return call(name, target.victim, *pointers)


@attempt()
def read_the_apps_memory(target: Target) -> str | None:
    return f"{_move('process_vm_readv', target, ctypes.create_string_buffer(16))} bytes read"


@attempt()
def write_the_apps_memory(target: Target) -> str | None:
    return f"{_move('process_vm_writev', target, ctypes.create_string_buffer(b'!', 1))} written"


@attempt()
def open_the_apps_memory(target: Target) -> str | None:
    with open(f"/proc/{target.victim}/mem", "rb", buffering=0) as memory:
        memory.seek(target.secret_address)
        return f"{len(memory.read(16))} bytes of the app's memory"


@attempt()
def limit_another(target: Target) -> str | None:
    resource.prlimit(target.victim, resource.RLIMIT_NOFILE, (200, 300))
    return "the app may open fewer files now"


@attempt()
def read_limits_of_another(target: Target) -> str | None:
    return f"{resource.prlimit(target.victim, resource.RLIMIT_NOFILE)}"


@attempt()
def compare_with_another(target: Target) -> str | None:
    return f"kcmp {call('kcmp', os.getpid(), target.victim, 1, 0, 0)}"


@attempt()
def slow_another_down(target: Target) -> str | None:
    before = os.getpriority(os.PRIO_PROCESS, target.victim)
    os.setpriority(os.PRIO_PROCESS, target.victim, before + 1)
    after = os.getpriority(os.PRIO_PROCESS, target.victim)
    return "the app is slower now" if after != before else None


@attempt()
def reschedule_another(target: Target) -> str | None:
    os.sched_setscheduler(target.victim, os.SCHED_BATCH, os.sched_param(0))
    return "the app is scheduled as a batch job"


@attempt()
def pin_another(target: Target) -> str | None:
    before = os.sched_getaffinity(target.victim)
    os.sched_setaffinity(target.victim, set(list(before)[:1]))
    return "the app runs on one core" if os.sched_getaffinity(target.victim) != before else None


@attempt()
def lower_anothers_disk_priority(target: Target) -> str | None:
    return f"ioprio_set {call('ioprio_set', 1, target.victim, (2 << 13) | 7)}"


@attempt()
def shared_memory(target: Target) -> str | None:
    return first_success(
        lambda: f"shared memory {by_libc('shmctl', call('shmget', 0, 4096, 0o1600), 0, None)}",
        lambda: f"message queue {by_libc('msgctl', call('msgget', 0, 0o1600), 0, None)}",
        lambda: f"semaphores {by_libc('semctl', call('semget', 0, 1, 0o1600), 0, 0)}",
    )


@attempt()
def posix_message_queue(target: Target) -> str | None:
    name = f"segplatform-{time.time_ns()}".encode()
    fd = call("mq_open", name, 0o102, 0o600, 0)
    call("mq_unlink", name)
    return f"message queue {fd}"
