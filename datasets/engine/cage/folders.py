"""Looks through and removes folders that hostile code has written."""

import os
import stat
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_DEPTH = 64


class Unreadable(Exception):
    """A folder that hides what it holds, or lies too deep."""


@dataclass(frozen=True)
class Usage:
    """What a folder takes: bytes on the disk, and entries."""

    bytes: int
    entries: int


def usage(folder: Path, most_bytes: int, most_entries: int) -> Usage:
    """Count what lies in the folder; stops early once over either number.

    Raises ``Unreadable`` for a tree that cannot be counted (a folder made without permission to
    read it, or nested over 64 deep).
    """
    size = entries = 0
    for found in _walk(folder):
        size, entries = size + found.st_blocks * 512, entries + 1
        if size > most_bytes or entries > most_entries:
            break
    return Usage(size, entries)


def _walk(folder: Path) -> Iterator[os.stat_result]:
    waiting = [(str(folder), 0)]
    while waiting:
        path, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise Unreadable(path)
        for entry, facts in _entries(path):
            yield facts
            if stat.S_ISDIR(facts.st_mode):
                waiting.append((entry.path, depth + 1))


def _entries(path: str) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    """Yield the entries of one folder; what disappears meanwhile is left out."""
    try:
        with os.scandir(path) as found:
            for entry in found:
                try:
                    yield entry, entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise Unreadable(path) from error


def erase(folder: Path) -> None:
    """Remove a folder and all in it, however deep, and whatever its permissions.

    Sub-folders are moved up before they are emptied, so that neither the path nor the stack
    grows with the depth. Nothing is followed. A folder that is not there is fine.
    """
    try:
        _open_up(folder)
        waiting = [folder]
        while waiting:
            waiting.extend(_empty(waiting.pop(), folder))
        for entry in os.scandir(folder):
            os.rmdir(entry.path)
        os.rmdir(folder)
    except FileNotFoundError:
        return


def _empty(path: Path, top: Path) -> Iterator[Path]:
    """Remove the files of one folder and yield its folders, moved up beside it."""
    with os.scandir(path) as entries:
        found = list(entries)
    for entry in found:
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry.path)
            continue
        _open_up(Path(entry.path))
        moved = top / uuid.uuid4().hex
        os.rename(entry.path, moved)
        yield moved


def _open_up(path: Path) -> None:
    """Make a folder ours to empty (its maker may have left out the permissions)."""
    if stat.S_ISDIR(os.lstat(path).st_mode):
        os.chmod(path, 0o700)
