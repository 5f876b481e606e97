"""Files that were sent together: one folder, in which each has a number; their names lie beside."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

NAMES = "names.json"
MAX_FILES = 2_000
_NUMBER = re.compile(r"(\d+)")


def names_write(folder: Path, names: Sequence[str]) -> None:
    """Say what the files 0, 1, … of a folder are called."""
    (folder / NAMES).write_text(json.dumps(list(names)), encoding="utf-8")


def folder_files(folder: Path) -> list[tuple[str, Path]]:
    """List the files of a folder in the order of their names, ``day_2`` before ``day_10``."""
    names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
    found = [(str(name), folder / str(number)) for number, name in enumerate(names)]
    return sorted(found, key=lambda item: natural(item[0]))


def natural(name: str) -> list[tuple[int, int, str]]:
    """Return what to sort names by, so that numbers in them count as numbers."""
    return [
        (0, int(part), part) if part.isdecimal() and part.isascii() else (1, 0, part.casefold())
        for part in _NUMBER.split(name)
        if part
    ]


def distinct(names: Iterable[str]) -> list[str]:
    """Make names different: the second ``day.csv`` becomes ``day.csv (2)``."""
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    result = []
    for name in names:
        free = name
        while free in taken:
            seen[name] += 1
            free = f"{name} ({seen[name] + 1})"
        taken.add(free)
        result.append(free)
    return result
