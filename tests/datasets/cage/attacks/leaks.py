"""Finding the app's secret: in environments, in own memory, in open descriptors."""

import ctypes
import hashlib
import os
import re
import stat
from pathlib import Path

from tests.datasets.cage.attacks.base import Target, attempt

# In two pieces: the pattern itself must not be what is found in memory.
_SHAPE = re.compile(b"seg-" + b"secret-[0-9a-f]{32}")


def _has_it(target: Target, chunk: bytes) -> bool:
    found = _SHAPE.findall(chunk)
    return any(hashlib.sha256(one).hexdigest() == target.secret_digest for one in found)


@attempt()
def environment_of_the_parent(target: Target) -> str | None:
    text = Path(f"/proc/{os.getppid()}/environ").read_bytes()
    return f"{len(text)} bytes of the parent's environment"


@attempt()
def environment_of_the_app(target: Target) -> str | None:
    text = Path(f"/proc/{target.victim}/environ").read_bytes()
    return "the secret is in it" if _has_it(target, text) else None


@attempt()
def environments_of_all(target: Target) -> str | None:
    pids = [name for name in os.listdir("/proc") if name.isdigit()]
    read = [pid for pid in pids if pid != str(os.getpid()) and _readable(f"/proc/{pid}/environ")]
    return f"{len(read)} environments" if read else None


def _readable(path: str) -> bool:
    try:
        Path(path).read_bytes()
    except OSError:
        return False
    return True


@attempt()
def command_line_of_the_app(target: Target) -> str | None:
    return f"{Path(f'/proc/{target.victim}/cmdline').read_bytes()!r}"


@attempt()
def own_environment(target: Target) -> str | None:
    known = "\n".join(f"{key}={value}" for key, value in os.environ.items())
    here = Path("/proc/self/environ").read_bytes() if _readable("/proc/self/environ") else b""
    return "the secret is in it" if _has_it(target, known.encode() + here) else None


@attempt(alone=True)
def own_memory(target: Target) -> str | None:
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, modes, _offset, _device, _inode, *name = line.split(maxsplit=5)
        if not modes.startswith("rw") or (name and name[0].startswith("[v")):
            continue
        start, end = (int(part, 16) for part in span.split("-"))
        if _has_it(target, ctypes.string_at(start, end - start)):
            return f"the secret is in own memory ({name or 'anonymous'})"
    return None


@attempt(alone=True)
def inherited_descriptors(target: Target) -> str | None:
    """Anything open besides the three streams, or a stream that is no pipe or /dev/null."""
    odd = []
    for fd in range(1024):
        try:
            found = os.fstat(fd)
        except OSError:
            continue
        plain = stat.S_ISFIFO(found.st_mode) or stat.S_ISCHR(found.st_mode)
        if fd > 2 or not plain:
            odd.append(fd)
    return f"descriptors {odd}" if odd else None


@attempt()
def descriptors_of_the_app(target: Target) -> str | None:
    return f"{os.listdir(f'/proc/{target.victim}/fd')}"


@attempt()
def open_files_of_the_app(target: Target) -> str | None:
    return f"{len(os.listdir(f'/proc/{target.victim}/map_files'))} mapped files"


@attempt()
def processes_of_the_machine(target: Target) -> str | None:
    return f"{len([name for name in os.listdir('/proc') if name.isdigit()])} processes"


@attempt()
def connections_of_the_machine(target: Target) -> str | None:
    """A network namespace of our own has none; without one, the app's must not be seen."""
    seen = Path("/proc/self/net/unix").read_text() + Path("/proc/self/net/tcp").read_text()
    known = target.abstract in seen or f":{target.tcp:04X} " in seen
    return "who listens and who talks to whom" if known else None


@attempt()
def connections_by_thread(target: Target) -> str | None:
    seen = Path("/proc/thread-self/net/unix").read_text()
    return "who listens and who talks to whom" if target.abstract in seen else None


@attempt()
def mounts_of_the_machine(target: Target) -> str | None:
    return f"{len(Path('/proc/self/mountinfo').read_text())} characters of the mount table"
