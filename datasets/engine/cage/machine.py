"""Which system call table this machine speaks; both are known to the tests on either."""

import os
import struct
import sys
from dataclasses import dataclass

from datasets.engine.cage import numbers_aarch64, numbers_x86_64
from datasets.engine.cage.errors import CageError


@dataclass(frozen=True)
class Machine:
    """A processor: how the kernel marks its calls (``AUDIT_ARCH_*`` of linux/audit.h)."""

    name: str
    audit_arch: int
    syscalls: dict[str, int]
    second_abi_from: int | None = None
    """x86_64 also answers to x32: the same calls again from this number on."""


X86_64 = Machine("x86_64", 0xC000003E, numbers_x86_64.SYSCALLS, 0x4000_0000)
AARCH64 = Machine("aarch64", 0xC00000B7, numbers_aarch64.SYSCALLS)


def this_machine() -> Machine:
    """Return the machine of this process; raises ``CageError`` on one we have no table for."""
    name = os.uname().machine
    known = {machine.name: machine for machine in (X86_64, AARCH64)}
    if name not in known or struct.calcsize("P") != 8 or sys.byteorder != "little":
        raise CageError(f"The sandbox knows 64-bit x86_64 and aarch64 only, this is {name}")
    return known[name]
