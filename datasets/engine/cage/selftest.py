"""Attacks the cage from inside before any user code runs; what gets through turns it off."""

import os
import socket
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.engine.cage import landlock
from datasets.engine.cage.errors import CageError
from datasets.engine.cage.outcome import Outcome
from datasets.engine.cage.status import Leak, Status, refusal
from datasets.engine.cage.watch import Limits

if TYPE_CHECKING:
    from datasets.engine.cage.client import Cage

LIMITS = Limits(seconds=20, memory_bytes=2**30, disk_bytes=2**20)
FEWEST_PROBES = 12
CONTENT = "a secret of the app"


def selftest(cage: "Cage") -> list[Leak]:
    """Run the probes; return what got through, an empty list when the cage holds.

    Raises ``CageError`` where the cage does not start or does not finish the probes.
    """
    return _tried(cage)[0]


def examine(cage: "Cage") -> Status:
    """Return whether this machine holds user code, with the reason where it does not."""
    abi = landlock.abi()
    if not cage.setup.walls:
        return Status(False, refusal(abi, "", "the operator turned it off"), abi, unsafe=True)
    try:
        leaks, walls = _tried(cage)
    except (CageError, OSError) as error:
        return Status(False, refusal(abi, "", str(error).rstrip(".")), abi)
    spaces, names = str(walls.get("namespaces", "")), tuple(leak.name for leak in leaks)
    reason = refusal(abi, spaces, f"it let through: {', '.join(names)}") if leaks else ""
    abi = int(walls.get("landlock_abi", abi))
    return Status(not leaks, reason, abi, spaces, str(walls.get("identity", "")), names)


def _tried(cage: "Cage") -> tuple[list[Leak], dict[str, Any]]:
    """Run the probes against real targets; return the leaks and what became of each wall."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="segplatform-")))
        scratch, victim = folder / "scratch", folder / "victim"
        scratch.mkdir(0o700)
        victim.write_text(CONTENT)
        before = _state(victim)
        targets = stack.enter_context(_targets(folder, victim))
        found = cage.run(
            "probe", targets, inputs=None, scratch=scratch, limits=LIMITS,
            on_line=lambda line: None, on_step=lambda fraction, message: None,
        )  # fmt: skip
        leaks = _leaks(found)
        if _state(victim) != before:
            leaks.append(Leak("file of the app changed", str(victim)))
        return leaks, dict(found.result.get("walls", {}))


def _state(victim: Path) -> tuple[object, ...]:
    if not victim.exists():
        return ()
    facts = victim.stat()
    return victim.read_text(), facts.st_mode, facts.st_mtime_ns, facts.st_uid


def _leaks(found: Outcome) -> list[Leak]:
    """Read the probes' answer; one that is not complete is an error, never a pass."""
    if found.reason != "ok" or found.result.get("tried", 0) < FEWEST_PROBES:
        raise CageError(found.error.message if found.error else "the self-test did not finish")
    return [Leak(name, detail) for name, detail in found.result["leaks"].items()]


@contextmanager
def _targets(folder: Path, victim: Path) -> Iterator[dict[str, Any]]:
    """Give the probes something real to reach: a file, sockets that listen, this process."""
    name, path = f"segplatform-{uuid.uuid4().hex}", str(folder / "socket")
    with ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        for address in (path, "\0" + name):
            server = stack.enter_context(socket.socket(socket.AF_UNIX))
            server.bind(address)
            server.listen()
        yield {
            "victim": str(victim),
            "folder": str(folder),
            "pid": os.getpid(),
            "tcp": tcp.getsockname()[1],
            "udp": udp.getsockname()[1],
            "unix": path,
            "abstract": name,
        }
