"""Which system calls the kernel answers: an allow-list; the rest fails, as a rule with EPERM."""

import ctypes
from collections.abc import Iterable, Iterator
from errno import ENOSYS, EPERM

from datasets.engine.cage import bpf, libc
from datasets.engine.cage.allowed import ALLOWED
from datasets.engine.cage.bpf import Body
from datasets.engine.cage.errors import CageError
from datasets.engine.cage.machine import Machine, this_machine
from datasets.engine.cage.policy import JUDGED, Rule
from datasets.engine.cage.refused import REFUSED

_PR_SET_SECCOMP, _FILTER_MODE = 22, 2

RULES: tuple[Rule, ...] = (*JUDGED, *REFUSED)
"""Every rule; several of one name are one family."""


def program(
    pid: int, *, without: frozenset[str] = frozenset(), machine: Machine | None = None
) -> bytes:
    """Return the filter of the process ``pid``, as the kernel reads it.

    ``without`` leaves out rules by name: their calls are then allowed. Only tests do that.
    """
    machine = machine or this_machine()
    rules = [rule for rule in RULES if rule.name not in without]
    opened = (call for rule in RULES if rule.name in without for call in rule.calls)
    # Rules that read arguments come first, the kernel keeps the constant answers in a bitmap.
    parts = [
        *_of_this_machine(machine, without),
        *(part for rule in rules for part in _branches(machine, rule.calls, rule.answer(pid))),
        *_branches(machine, (*ALLOWED, *opened), bpf.verdict(bpf.ALLOW)),
        _last_word(machine),
    ]
    return bpf.assemble([instruction for part in parts for instruction in part])


def _of_this_machine(machine: Machine, without: frozenset[str]) -> Iterator[Body]:
    """Kill calls of another machine's kind: the same numbers mean other calls there."""
    kill = bpf.verdict(bpf.KILL)
    if "arch" not in without:
        same = bpf.Instruction(bpf.JUMP_EQUAL, machine.audit_arch, if_true=len(kill))
        yield [bpf.load(bpf.ARCH), same, *kill]
    yield [bpf.load(bpf.NUMBER)]
    if machine.second_abi_from is not None and "arch" not in without:
        yield bpf.when(bpf.JUMP_AT_LEAST, machine.second_abi_from, kill, [])


def _branches(machine: Machine, calls: Iterable[str], body: Body) -> Iterator[Body]:
    """Answer each of these calls, where the machine has it, with ``body``."""
    for call in calls:
        if call in machine.syscalls:
            yield bpf.when(bpf.JUMP_EQUAL, machine.syscalls[call], body, [])


def _last_word(machine: Machine) -> Body:
    """Answer calls of no rule with EPERM, and ENOSYS to those younger than our table."""
    younger = max(machine.syscalls.values()) + 1
    missing, denied = bpf.verdict(bpf.fail(ENOSYS)), bpf.verdict(bpf.fail(EPERM))
    return bpf.when(bpf.JUMP_AT_LEAST, younger, missing, denied)


class _Program(ctypes.Structure):
    """``struct sock_fprog``: count of instructions and where they lie."""

    _fields_ = [("length", ctypes.c_ushort), ("first", ctypes.c_void_p)]


def install(filter_program: bytes) -> None:
    """Bind this thread, and those it starts, to the filter for good; raises ``CageError``."""
    memory = ctypes.create_string_buffer(filter_program, len(filter_program))
    described = _Program(len(filter_program) // 8, ctypes.addressof(memory))
    try:
        libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(described))
    except OSError as error:
        raise CageError(f"seccomp filters are not available ({error})") from error
