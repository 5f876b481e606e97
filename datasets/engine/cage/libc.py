"""The few calls into the C library the cage needs; every failure is an ``OSError``."""

import ctypes
import os

from datasets.engine.cage.machine import this_machine

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
_LIBC.prctl.restype = ctypes.c_int
_LIBC.syscall.restype = ctypes.c_long


def prctl(option: int, *arguments: int) -> int:
    """Call prctl(2) with up to four arguments; return what it answers."""
    padded = (*arguments, 0, 0, 0, 0)[:4]
    return _checked(_LIBC.prctl(option, *padded), f"prctl {option}")


def syscall(name: str, *arguments: int) -> int:
    """Call the system call ``name`` with whole numbers or addresses; return what it answers."""
    number = this_machine().syscalls[name]
    typed = [ctypes.c_long(value) for value in (number, *arguments)]
    return _checked(_LIBC.syscall(*typed), name)


def _checked(answer: int, what: str) -> int:
    if answer >= 0:
        return answer
    number = ctypes.get_errno()
    raise OSError(number, f"{what}: {os.strerror(number)}")
