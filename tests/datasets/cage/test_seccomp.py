"""The filter's answers, call by call, on both machines, without asking a kernel."""

import re
from collections import Counter
from pathlib import Path

import pytest

from datasets.engine.cage.allowed import ALLOWED
from datasets.engine.cage.machine import AARCH64, X86_64, Machine
from datasets.engine.cage.policy import PRCTL_OPTIONS
from datasets.engine.cage.seccomp import RULES, program
from tests.datasets.cage.filter_machine import PID, answer, run, spell

MACHINES = pytest.mark.parametrize("machine", [X86_64, AARCH64], ids=lambda one: one.name)
ANOTHER = PID + 1
MINUS_ONE = 2**64 - 1
HIGH = 1 << 32

_DENIED = """
    socket connect bind sendto socketpair ptrace process_vm_readv pidfd_open pidfd_getfd
    linkat symlinkat mknodat open_by_handle_at inotify_init1 fanotify_init unshare setns
    mount umount2 pivot_root chroot open_tree fsopen setresuid setgroups capset keyctl
    add_key bpf perf_event_open userfaultfd memfd_create memfd_secret personality shmget
    semget msgget mq_open sethostname reboot init_module syslog setsid setpgid seccomp
    landlock_restrict_self mbind move_pages splice vmsplice signalfd4 timer_create sync
    io_setup swapon quotactl acct kcmp
"""
# Call, arguments, answer: the same on both machines.
EVERYWHERE = [
    ("read", (0, 0, 10), "allow"),
    ("mmap", (0, 4096, 7, 0x22, MINUS_ONE, 0), "allow"),
    ("futex", (), "allow"),
    ("openat", (0, 0, 0o0), "allow"),
    ("openat", (0, 0, 0o1101), "allow"),  # O_WRONLY | O_CREAT | O_TRUNC: Landlock judges it
    ("openat", (0, 0, 0o1002), "allow"),  # O_RDWR | O_TRUNC
    ("openat", (0, 0, 0o1000), "errno 1"),  # O_RDONLY | O_TRUNC
    ("openat", (0, 0, 0o1003), "errno 1"),  # the fourth access mode, neither read nor write
    ("openat2", (), "errno 38"),
    ("truncate", (), "errno 1"),
    ("ftruncate", (3, 0), "allow"),
    ("clone", (0x3D0F00,), "allow"),  # what pthread_create asks for
    ("clone", (17,), "errno 1"),  # what fork asks for
    ("clone", (0x0001_0000 | 0x1000_0000,), "errno 1"),  # a thread in a user namespace
    ("clone", (0x0001_0000 | 0x80,), "errno 1"),  # or a time namespace
    ("clone3", (), "errno 38"),
    ("execve", (), "errno 1"),
    ("execveat", (), "errno 1"),
    ("kill", (PID, 15), "allow"),
    ("kill", (ANOTHER, 15), "errno 1"),
    ("kill", (0, 15), "errno 1"),
    ("kill", (MINUS_ONE, 9), "errno 1"),
    ("tgkill", (PID, PID, 6), "allow"),
    ("tgkill", (ANOTHER, ANOTHER, 6), "errno 1"),
    ("tkill", (PID, 6), "errno 1"),
    ("pidfd_send_signal", (3, 9), "errno 1"),
    ("prlimit64", (0, 7, 0, 1), "allow"),
    ("prlimit64", (PID, 7, 0, 1), "allow"),
    ("prlimit64", (ANOTHER, 7, 0, 1), "errno 1"),
    ("prlimit64", (0, 7, 64, 0), "errno 1"),
    ("prlimit64", (0, 7, HIGH, 0), "errno 1"),  # a pointer whose low half is zero
    ("fcntl", (3, 3), "allow"),
    ("fcntl", (3, 8, ANOTHER), "errno 1"),  # F_SETOWN
    ("fcntl", (3, HIGH | 8, ANOTHER), "errno 1"),  # the kernel reads the low half only
    ("fcntl", (3, 10, 9), "errno 1"),  # F_SETSIG
    ("fcntl", (3, 15), "errno 1"),  # F_SETOWN_EX
    ("fcntl", (3, 1024), "errno 1"),  # F_SETLEASE
    ("fcntl", (3, 1026), "errno 1"),  # F_NOTIFY
    ("ioctl", (1, 0x5401), "allow"),
    ("ioctl", (0, 0x5412), "errno 1"),  # TIOCSTI
    ("ioctl", (0, HIGH | 0x5412), "errno 1"),
    ("prctl", (15,), "allow"),
    ("prctl", (4, 1), "errno 1"),  # PR_SET_DUMPABLE
    ("prctl", (1, 0), "errno 1"),  # PR_SET_PDEATHSIG
    ("fchmodat", (), "errno 0"),
    ("fchownat", (), "errno 0"),
    ("utimensat", (), "errno 0"),
    ("sched_setaffinity", (ANOTHER,), "errno 0"),
    ("setpriority", (0, ANOTHER, 19), "errno 0"),
    ("ioprio_set", (1, ANOTHER, 0), "errno 1"),
    ("setxattr", (), "errno 95"),
    ("fallocate", (3, 0, 0, 2**40), "errno 95"),
    ("io_uring_setup", (), "errno 38"),
    ("mseal", (), "errno 38"),
    *((name, (), "errno 1") for name in _DENIED.split()),
]
ONLY_X86_64 = [
    ("open", (0, 0o1000), "errno 1"),
    ("open", (0, 0o1101), "allow"),
    ("fork", (), "errno 1"),
    ("vfork", (), "errno 1"),
    ("chmod", (), "errno 0"),
    ("utime", (), "errno 0"),
    ("modify_ldt", (), "errno 1"),
    ("iopl", (), "errno 1"),
    ("symlink", (), "errno 1"),
    ("arch_prctl", (), "allow"),
]


@MACHINES
def test_it_answers_as_the_table_says(machine: Machine) -> None:
    table = [*EVERYWHERE, *(ONLY_X86_64 if machine is X86_64 else [])]
    found = [(name, arguments, answer(machine, name, *arguments)) for name, arguments, _ in table]
    assert found == table


@MACHINES
def test_calls_of_another_machine_are_deadly(machine: Machine) -> None:
    code, read = program(PID, machine=machine), machine.syscalls["read"]
    for arch in {0x4000_0003, X86_64.audit_arch, AARCH64.audit_arch} - {machine.audit_arch}:
        assert spell(run(code, number=read, arch=arch)) == "kill"


def test_the_second_abi_of_x86_64_is_deadly() -> None:
    code = program(PID, machine=X86_64)
    assert spell(run(code, number=0x4000_0000, arch=X86_64.audit_arch)) == "kill"
    assert spell(run(code, number=2**32 - 1, arch=X86_64.audit_arch)) == "kill"


@MACHINES
def test_unknown_calls_fail_and_younger_ones_are_missing(machine: Machine) -> None:
    code, known = program(PID, machine=machine), set(machine.syscalls.values())
    for number in range(max(known) + 100):
        if number not in known:
            found = spell(run(code, number=number, arch=machine.audit_arch))
            assert found == ("errno 38" if number > max(known) else "errno 1"), number


@MACHINES
def test_every_call_has_exactly_one_place(machine: Machine) -> None:
    places = Counter([*ALLOWED, *(call for rule in RULES for call in rule.calls)])
    assert [name for name in machine.syscalls if places[name] != 1] == []
    known = set(X86_64.syscalls) | set(AARCH64.syscalls)
    assert set(places) <= known


@MACHINES
@pytest.mark.parametrize("name", sorted({rule.name for rule in RULES}))
def test_a_rule_left_out_allows_its_calls_and_no_others(machine: Machine, name: str) -> None:
    own = {call for rule in RULES if rule.name == name for call in rule.calls}
    others = [call for call in machine.syscalls if call not in own][::40]
    without = frozenset({name})
    for call in own & set(machine.syscalls):
        assert answer(machine, call, without=without) == "allow", call
    for call in others:
        assert answer(machine, call, without=without) == answer(machine, call), call


def test_without_arch_other_machines_are_heard() -> None:
    code = program(PID, without=frozenset({"arch"}), machine=X86_64)
    assert spell(run(code, number=0, arch=0x4000_0003)) == "allow"


def test_every_rule_says_why() -> None:
    assert all(rule.why and rule.calls for rule in RULES)
    assert not {1, 4, 22, 38} & set(PRCTL_OPTIONS)


def _header_numbers(text: str) -> dict[str, int]:
    return {name: int(number) for name, number in re.findall(r"#define __NR_(\w+)\s+(\d+)", text)}


@pytest.mark.parametrize(
    ("machine", "path"),
    [
        (X86_64, "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        (AARCH64, "/usr/include/asm-generic/unistd.h"),
    ],
    ids=["x86_64", "aarch64"],
)
def test_numbers_agree_with_this_systems_headers(machine: Machine, path: str) -> None:
    if not Path(path).exists():
        pytest.skip(f"there is no {path} here")
    theirs = _header_numbers(Path(path).read_text(encoding="ascii"))
    shared = machine.syscalls.keys() & theirs.keys()
    assert len(shared) > 280
    assert {name: machine.syscalls[name] for name in shared} == {n: theirs[n] for n in shared}


@MACHINES
def test_numbers_are_unique_and_new_ones_are_shared(machine: Machine) -> None:
    numbers = list(machine.syscalls.values())
    assert len(numbers) == len(set(numbers))
    young = {name for name, number in machine.syscalls.items() if number >= 424}
    assert all(X86_64.syscalls[name] == AARCH64.syscalls[name] for name in young)


def test_aarch64_has_no_calls_of_the_past() -> None:
    assert not {"open", "fork", "vfork", "stat", "symlink", "chmod"} & set(AARCH64.syscalls)
