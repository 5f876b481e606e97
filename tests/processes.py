"""Other processes as proc(5) tells of them: one may be gone at any moment, also midway."""

from pathlib import Path


def stat_of(pid: int) -> list[str]:
    """Read the state of a process, its parent and more; nothing where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_alive(pid: int) -> bool:
    """Say whether a process runs: one that has ended and was not looked after yet does not."""
    return bool(stat := stat_of(pid)) and stat[0] != "Z"


def parent_of(pid: int) -> int | None:
    """Return the parent of a process; None where it is gone."""
    stat = stat_of(pid)
    return int(stat[1]) if stat else None


def children_of(pid: int) -> list[int]:
    """List the processes that one forked and that are still there."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(each) for each in found]
