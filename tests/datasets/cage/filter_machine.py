"""A tiny interpreter of seccomp's filters, to ask a program what it answers on any machine."""

import struct
from collections.abc import Sequence
from functools import cache

from datasets.engine.cage import bpf
from datasets.engine.cage.machine import AARCH64, X86_64, Machine
from datasets.engine.cage.seccomp import program

PID = 4321
MACHINES = {machine.name: machine for machine in (X86_64, AARCH64)}
VERDICTS = {bpf.ALLOW: "allow", bpf.KILL: "kill"}


def _jump(code: int, register: int, operand: int) -> bool:
    return {
        bpf.JUMP_EQUAL: register == operand,
        bpf.JUMP_AT_LEAST: register >= operand,
        bpf.JUMP_ANY_BIT: bool(register & operand),
    }[code]


@cache
def _decoded(code: bytes) -> list[tuple[int, int, int, int]]:
    return list(struct.iter_unpack("=HBBI", code))


def run(code: bytes, *, number: int, arch: int, arguments: Sequence[int] = ()) -> int:
    """Return the verdict on one call; the program must end and never read past the call."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    call = struct.pack("=IIQ6Q", number, arch, 0, *(value & (2**64 - 1) for value in padded))
    instructions = _decoded(code)
    register, at = 0, 0
    for _ in instructions:
        opcode, if_true, if_false, operand = instructions[at]
        at += 1
        if opcode == bpf.RETURN:
            return operand
        if opcode == bpf.LOAD:
            (register,) = struct.unpack_from("=I", call, operand)
        elif opcode == bpf.AND:
            register &= operand
        else:
            at += if_true if _jump(opcode, register, operand) else if_false
    raise AssertionError("The program does not end")


@cache
def _program(machine: str, without: frozenset[str]) -> bytes:
    return program(PID, without=without, machine=MACHINES[machine])


def answer(
    machine: Machine, name: str, *arguments: int, without: frozenset[str] = frozenset()
) -> str:
    """Say "allow", "kill" or the number of the error, as "errno 1", for a call by name."""
    code = _program(machine.name, without)
    number = machine.syscalls[name]
    return spell(run(code, number=number, arch=machine.audit_arch, arguments=arguments))


def spell(verdict: int) -> str:
    """Put a verdict into words."""
    return VERDICTS.get(verdict, f"errno {verdict & 0xFFFF}")
