"""A small assembler for the kernel's classic packet-filter machine, as seccomp uses it.

One instruction is eight bytes: code, jump if true, jump if false, operand (linux/filter.h).
The machine has one 32-bit register; it reads ``struct seccomp_data`` (linux/seccomp.h): the
call's number at byte 0, the machine at 4, six arguments of 64 bits from byte 16 on.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

LOAD, AND, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCH = 0, 4

ALLOW = 0x7FFF_0000
KILL = 0x8000_0000
"""Kills the whole process (SECCOMP_RET_KILL_PROCESS)."""
_ERRNO = 0x0005_0000
_LONGEST_JUMP = 255


@dataclass(frozen=True)
class Instruction:
    code: int
    operand: int
    if_true: int = 0
    if_false: int = 0


Body = list[Instruction]


def assemble(program: Sequence[Instruction]) -> bytes:
    """Return the program as the kernel reads it."""
    return b"".join(struct.pack("=HBBI", i.code, i.if_true, i.if_false, i.operand) for i in program)


def fail(errno: int) -> int:
    """Return the verdict "do nothing and answer ``errno``"; 0 pretends that it worked."""
    return _ERRNO | errno


def verdict(value: int) -> Body:
    """End here with this verdict."""
    return [Instruction(RETURN, value)]


def argument(index: int, *, high: bool = False) -> int:
    """Return where argument ``index`` lies: its low 32 bits, or its high ones."""
    return 16 + 8 * index + (4 if high else 0)


def load(offset: int) -> Instruction:
    """Read 32 bits of the call into the register."""
    return Instruction(LOAD, offset)


def when(code: int, operand: int, then: Body, otherwise: Body) -> Body:
    """Test the register: go on with ``then`` or with ``otherwise``; both must end in verdicts."""
    if len(then) > _LONGEST_JUMP:
        raise ValueError("A branch is too long to be jumped over")
    return [Instruction(code, operand, 0, len(then)), *then, *otherwise]


def when_one_of(values: Sequence[int], then: Body, otherwise: Body) -> Body:
    """Compare the register with a few values; both branches must end in verdicts."""
    tests = [
        Instruction(JUMP_EQUAL, value, len(values) - 1 - at + len(otherwise), 0)
        for at, value in enumerate(values)
    ]
    return [*tests, *otherwise, *then]
