"""Taking more than a share, and what a run still holds of its starter's rights."""

import ctypes
import mmap
import os
import resource
import threading
from pathlib import Path

from tests.datasets.cage.attacks.base import Target, attempt, by_libc

MANY_THREADS = 1000
FAR = 64 * 2**30
MAP_NORESERVE = 0x4000


@attempt(alone=True)
def write_a_big_file(target: Target) -> str | None:
    fd = os.open(f"{target.scratch}/big", os.O_RDWR | os.O_CREAT)
    os.pwrite(fd, b"x", 2**31)
    return "a byte beyond two gigabytes"


@attempt(alone=True)
def open_many_files(target: Target) -> str | None:
    opened: list[int] = []
    try:
        while len(opened) < 200:
            opened.append(os.open("/dev/null", os.O_RDONLY))
    finally:
        for fd in opened:
            os.close(fd)
    return f"{len(opened)} open files, each of which may be deleted and still be full"


@attempt(alone=True)
def take_much_memory(target: Target) -> str | None:
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE
    with mmap.mmap(-1, FAR, flags=flags):
        return f"{FAR} bytes of address space"


@attempt(alone=True)
def pin_memory(target: Target) -> str | None:
    page = mmap.mmap(-1, 4096)
    by_libc("mlock", ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(page))), 4096)
    return "memory that the machine cannot take back"


@attempt(alone=True, asked=True)
def start_many_threads(target: Target) -> str | None:
    threading.stack_size(32 * 1024)
    for _ in range(MANY_THREADS):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    return f"{MANY_THREADS} threads, on the way to all the machine's process numbers"


@attempt()
def leave_a_core_file(target: Target) -> str | None:
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    return f"core files of up to {hard} bytes, full of customers' rows" if hard else None


@attempt()
def compute_for_ever(target: Target) -> str | None:
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    return "processor time without an end" if hard == resource.RLIM_INFINITY else None


@attempt()
def be_looked_into(target: Target) -> str | None:
    return "another program of this user may trace this one" if by_libc("prctl", 3) else None


@attempt()
def hold_capabilities(target: Target) -> str | None:
    lines = Path("/proc/self/status").read_text().splitlines()
    held = [line for line in lines if line.startswith(("CapPrm", "CapEff", "CapInh", "CapAmb"))]
    return f"{held}" if any(int(line.split()[1], 16) for line in held) else None


@attempt(asked=True)
def outlive_the_starter(target: Target) -> str | None:
    number = ctypes.c_int()
    by_libc("prctl", 2, ctypes.byref(number))
    return None if number.value else "nothing ends this process when its starter ends"


@attempt(asked=True)
def be_the_same_user(target: Target) -> str | None:
    return f"user {os.getuid()}, as the app" if os.getuid() == target.uid else None


@attempt(asked=True)
def share_the_network(target: Target) -> str | None:
    own = os.readlink("/proc/self/ns/net")
    return f"the app's network {own}" if own == target.network else None
