"""Landlock: which files this process may open, and that it reaches nobody by TCP or signal.

Rights, sizes and versions are those of linux/landlock.h. What is *handled* is denied wherever no
rule allows it; older kernels handle less, and seccomp stands in for what they lack.
"""

import ctypes
import os
import stat
import struct
from collections.abc import Sequence
from pathlib import Path

from datasets.engine.cage import libc
from datasets.engine.cage.errors import CageError

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
(
    MAKE_CHAR,
    MAKE_DIR,
    MAKE_REG,
    MAKE_SOCK,
    MAKE_FIFO,
    MAKE_BLOCK,
    MAKE_SYM,
    REFER,
    TRUNCATE,
    IOCTL_DEV,
) = (1 << bit for bit in range(6, 16))

NAMES = ("landlock.read", "landlock.write", "landlock.exec", "landlock.net", "landlock.scope")
"""Groups of rights that a test may leave unhandled."""

_READING = READ_FILE | READ_DIR
_FOR_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
# Neither links (MAKE_SYM, REFER) nor sockets, pipes and devices: the result is fetched from here.
_SCRATCH = _READING | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | TRUNCATE
_ALL_TCP = 0b11
"""Bind and connect."""
_ALL_SCOPES = 0b11
"""Abstract Unix sockets and signals."""
_VERSION_FLAG, _PATH_BENEATH = 1, 1


def abi() -> int:
    """Return the kernel's Landlock version; 0 where it is missing, off or forbidden."""
    try:
        return libc.syscall("landlock_create_ruleset", 0, 0, _VERSION_FLAG)
    except OSError:
        return 0


def restrict(
    read: Sequence[Path],
    write: Sequence[Path],
    *,
    max_abi: int = 99,
    without: frozenset[str] = frozenset(),
) -> int:
    """Let this thread read and write under these paths only, for good; return the version used.

    A path that does not exist is passed over. Raises ``CageError`` without Landlock.
    """
    version = min(abi(), max_abi)
    if version < 1:
        raise CageError("Landlock is not available on this kernel")
    handled = _handled(version, without)
    try:
        _bind(handled, read, write, _attributes(version, handled, without))
    except OSError as error:
        raise CageError(f"Landlock could not be set up ({error})") from error
    return version


def _handled(version: int, without: frozenset[str]) -> int:
    """Return the file rights this version knows, less the groups left out."""
    rights = REFER - 1  # the first version knows every right before this one
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)):
        rights |= right if version >= since else 0
    for name, group in (("read", _READING), ("exec", EXECUTE)):
        rights &= ~group if f"landlock.{name}" in without else ~0
    if "landlock.write" in without:
        rights &= EXECUTE | _READING
    return rights


def _attributes(version: int, rights: int, without: frozenset[str]) -> bytes:
    """Return ``struct landlock_ruleset_attr`` as this version knows it."""
    network = 0 if "landlock.net" in without else _ALL_TCP
    scope = 0 if "landlock.scope" in without else _ALL_SCOPES
    size = 8 if version < 4 else 16 if version < 6 else 24
    return struct.pack("=QQQ", rights, network, scope)[:size]


def _bind(handled: int, read: Sequence[Path], write: Sequence[Path], attributes: bytes) -> None:
    memory = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = libc.syscall("landlock_create_ruleset", ctypes.addressof(memory), len(attributes), 0)
    try:
        for paths, rights in ((read, _READING), (write, _SCRATCH)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        libc.syscall("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    """Add a rule for what lies at and beneath ``path``."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _FOR_FILES
        if rights:
            memory = ctypes.create_string_buffer(struct.pack("=Qi", rights, place), 12)
            libc.syscall("landlock_add_rule", ruleset, _PATH_BENEATH, ctypes.addressof(memory), 0)
    finally:
        os.close(place)
