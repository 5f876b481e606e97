"""Odd corners of the kernel that have been ways in before, and anonymous executable memory."""

import ctypes
import mmap
import os
import platform

from tests.datasets.cage.attacks.base import NotHereError, Target, attempt, by_libc, call

# mov eax, 20 (getpid of 32-bit x86); int 0x80; ret. The result comes back where C expects it.
_INT80 = bytes.fromhex("b814000000cd80c3")


@attempt()
def memory_file(target: Target) -> str | None:
    return f"a file nobody can see, descriptor {call('memfd_create', b'x', 0)}"


@attempt()
def load_a_filter(target: Target) -> str | None:
    attributes = (ctypes.c_uint * 32)(2, 4, 4, 1)
    return f"bpf map {call('bpf', 0, attributes, 128)}"


@attempt()
def count_events(target: Target) -> str | None:
    attributes = (ctypes.c_uint * 28)(1, 112, 1)
    return f"perf descriptor {call('perf_event_open', attributes, 0, -1, -1, 0)}"


@attempt()
def handle_page_faults(target: Target) -> str | None:
    return f"userfaultfd {call('userfaultfd', 1)}"


@attempt()
def use_the_keyring(target: Target) -> str | None:
    return f"keyring {call('keyctl', 0, -3, 1)}"


@attempt()
def add_a_key(target: Target) -> str | None:
    return f"key {call('add_key', b'user', b'segplatform', b'1', 1, -2)}"


@attempt()
def change_segments(target: Target) -> str | None:
    return f"modify_ldt {call('modify_ldt', 0, ctypes.create_string_buffer(16), 16)}"


@attempt()
def change_personality(target: Target) -> str | None:
    before = call("personality", 0xFFFFFFFF)
    call("personality", before | 0x0040000)
    return "addresses are no longer random"


@attempt()
def advise_another(target: Target) -> str | None:
    """A process of our own as target: the filter alone has to say no."""
    span = (ctypes.c_ulong * 2)(0, 0)
    try:
        call("process_madvise", -1, span, 1, 20, 0)
    except OSError as error:
        if error.errno != 1:
            return f"no filter stood before process_madvise ({error})"
        raise
    return "advised"


@attempt()
def read_the_kernels_log(target: Target) -> str | None:
    room = ctypes.create_string_buffer(4096)
    return f"{by_libc('klogctl', 3, room, 4096)} bytes of the kernel's log"


@attempt(alone=True)
def call_as_32_bit(target: Target) -> str | None:
    if platform.machine() != "x86_64":
        raise NotHereError("32-bit calls of x86 only")
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(_INT80)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    found = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    return f"a 32-bit call was answered: {found}" if found == os.getpid() else None


@attempt(alone=True)
def call_as_x32(target: Target) -> str | None:
    if platform.machine() != "x86_64":
        raise NotHereError("x32 calls of x86 only")
    found = ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(0x40000000 + 39))
    code = ctypes.get_errno()
    return f"an x32 call came back ({found}, errno {code})"


@attempt()
def call_beyond_the_table(target: Target) -> str | None:
    """A call younger than the cage's tables (file_getattr, Linux 6.17) is not let through."""
    found = ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(468), -100, 0, 0, 0, 0)
    code = ctypes.get_errno()
    return None if found < 0 and code in (1, 38) else f"call 468: {found}, errno {code}"
