"""Puts up every wall of the cage around this process, in the one order that works."""

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasets.engine.cage import (
    fresh,
    identity,
    landlock,
    libc,
    namespaces,
    paths,
    rlimits,
    rules,
    seccomp,
)
from datasets.engine.cage.errors import CageError

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38


@dataclass(frozen=True)
class Walls:
    """How far one run may go.

    ``read`` and ``write`` are folders of the run itself; what Python and its libraries need
    (``paths.system_paths``) is added to them. ``write[0]`` is the scratch folder: working
    directory, home and temporary folder. ``memory_bytes`` bounds what the run may take on top of
    what it inherits, ``file_bytes`` each file, ``cpu_seconds`` the processor time of all threads.
    ``max_abi`` caps Landlock's version. ``without`` names rules to leave out
    (``rules.RULE_NAMES``): for the tests that prove each rule is needed, never from a job or
    a setting. ``keep_fds`` stay open beside 0, 1 and 2.
    """

    read: Sequence[Path]
    write: Sequence[Path]
    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    max_abi: int = 99
    use_namespaces: bool = True
    without: frozenset[str] = frozenset()
    environ: Mapping[str, str] = field(default_factory=dict)
    keep_fds: tuple[int, ...] = ()


def prepare() -> None:
    """Find out once, before the forks, what is the same for every run; only saves their time."""
    paths.system_paths()
    identity.cage_uid()
    seccomp.program(os.getpid())


def confine(walls: Walls) -> dict[str, Any]:
    """Confine this process, a freshly forked one, for good; its 0, 1 and 2 are the caller's to set.

    Returns what was had: ``{"identity": who, "namespaces": "ok" or why not,
    "landlock_abi": version}``. Raises ``CageError`` where a wall is not to be had: then run
    nothing.
    """
    unknown = walls.without - set(rules.RULE_NAMES)
    if unknown:
        raise CageError(f"There is no such rule: {', '.join(sorted(unknown))}")
    try:
        return _confine(walls, os.getppid())
    except (OSError, ValueError) as error:
        raise CageError(f"The sandbox could not be closed ({error})") from error


def _confine(walls: Walls, parent: int) -> dict[str, Any]:
    """Put up the walls: each step takes away something the ones before it needed."""
    readable = (*walls.read, *paths.system_paths())
    # 3 first: Landlock and seccomp bind one thread; another would stay outside.
    fresh.require_one_thread()
    # 4 while everything is still allowed: files, session, environment, random numbers.
    fresh.start_afresh(walls.write[0], walls.environ, walls.keep_fds)
    # 5 before the limits and the filter, which deny changing user.
    app = f"uid {os.geteuid()}"
    who = _become_nobody(walls.without)
    # 6 after the change of user, which resets both the death signal and dumpability.
    _die_with(parent, walls.without)
    rlimits.limit(walls.memory_bytes, walls.cpu_seconds, walls.file_bytes, walls.without)
    _no_new_privileges(walls.without)
    # 7 before Landlock, which forbids writing the namespaces' maps in /proc.
    spaces = _own_namespaces(walls)
    # Threads are counted per user and namespace: this run's only once one of both is its own.
    if spaces == "ok" or who != app:
        rlimits.limit_threads(walls.without)
    _drop_what_is_left(walls.without)
    # 8 before seccomp, which denies Landlock's own calls.
    version = landlock.restrict(
        readable, (*walls.write, paths.SINK), max_abi=walls.max_abi, without=walls.without
    )
    # 9 last: from here on only what a run itself needs is answered.
    seccomp.install(seccomp.program(os.getpid(), without=walls.without))
    return {"identity": who, "namespaces": spaces, "landlock_abi": version}


def _become_nobody(without: frozenset[str]) -> str:
    return f"uid {os.geteuid()}" if "identity" in without else identity.leave_root()


def _die_with(parent: int, without: frozenset[str]) -> None:
    """A run must not outlive its zygote, and so its worker, even when that one is killed."""
    if "deathsig" not in without:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise CageError("The sandbox's parent died")


def _no_new_privileges(without: frozenset[str]) -> None:
    """No set-uid program gives powers back; the kernel asks for it before Landlock and seccomp."""
    if "no_new_privs" not in without:
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _own_namespaces(walls: Walls) -> str:
    if not walls.use_namespaces or "namespaces" in walls.without:
        return "not asked for"
    return namespaces.leave()


def _drop_what_is_left(without: frozenset[str]) -> None:
    """Capabilities of the new user namespace go; nobody of the same user may look inside."""
    if "capabilities" not in without:
        identity.drop_capabilities()
    libc.prctl(_PR_SET_DUMPABLE, 1 if "dumpable" in without else 0)
