"""What Python and its libraries need to read, and nothing else of the machine."""

import sys
import sysconfig
from functools import cache
from pathlib import Path

_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache")
_FACTS = (
    "/usr/share/zoneinfo",
    "/etc/timezone",
    "/etc/mime.types",  # xlsxwriter
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",  # DuckDB 2.0 crashes where it cannot read its own limits
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
)
_OWN = ("cgroup", "comm", "fd", "limits", "maps", "smaps_rollup", "stat", "statm", "status")
"""Of /proc/self: not the whole folder, whose ``net`` and ``mountinfo`` tell of the machine."""
SINK = Path("/dev/null")
"""The one thing outside scratch that may be written."""


def library_paths() -> tuple[Path, ...]:
    """Return the interpreter's library folders, and only those.

    Beside them may lie a checkout, data, settings.
    """
    keys = ("stdlib", "platstdlib", "purelib", "platlib")
    found = [f"{sys.base_prefix}/lib", *(sysconfig.get_paths()[key] for key in keys)]
    return tuple(dict.fromkeys(Path(path) for path in found))


@cache
def system_paths() -> tuple[Path, ...]:
    """Return the folders and files every run may read, whether they exist or not."""
    own = (f"/proc/self/{name}" for name in _OWN)
    return (*library_paths(), *(Path(path) for path in (*_LIBRARIES, *_FACTS, *own)))
