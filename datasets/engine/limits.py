"""A cap on the memory of this process while it reads what a person uploaded."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def memory_limit(size: int) -> Iterator[None]:
    """Let this process take ``size`` more bytes of private memory than it has; then MemoryError.

    RLIMIT_DATA, not RLIMIT_AS: allocators reserve addresses far beyond what they use. Where the
    system does not say what the process holds (macOS), there is no cap.
    """
    held = _private_bytes()
    if held is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = held + size if hard == resource.RLIM_INFINITY else min(held + size, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _private_bytes() -> int | None:
    """Return the bytes of private writable memory of this process, None where nobody says."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next((x for x in status.read_text().splitlines() if x.startswith("VmData:")), None)
    return int(line.split()[1]) * 1024 if line else None
