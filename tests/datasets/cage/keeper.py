"""One cage for all tests of the keeper, and short ways to run code in it."""

import atexit
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from datasets.engine.cage.client import Cage, Limits, Outcome
from datasets.engine.cage.folders import erase

OUTPUT = "\noutput = pd.DataFrame({'a': [1]})"
MEMORY, DISK = 2**30, 50 * 2**20


@cache
def the_keeper() -> Cage:
    cage = Cage()
    atexit.register(cage.close)
    return cage


@dataclass
class Heard:
    """What came out of a run while it went on."""

    lines: list[str] = field(default_factory=list)
    steps: list[tuple[float, str]] = field(default_factory=list)


def limits(seconds: float = 20, **others: int) -> Limits:
    return Limits(seconds, **{"memory_bytes": MEMORY, "disk_bytes": DISK, **others})


def run(
    code: str,
    cage: Cage | None = None,
    within: Limits | None = None,
    scratch: Path | None = None,
    **hooks: Any,
) -> tuple[Outcome, Heard]:
    """Run a Python recipe without inputs; its output is set for it."""
    heard, folder = Heard(), scratch or Path(mkdtemp(prefix="segplatform-test-"))
    try:
        outcome = (cage or the_keeper()).run(
            "python",
            {"code": code + OUTPUT, "inputs": []},
            inputs=None,
            scratch=folder,
            limits=within or limits(),
            on_line=hooks.get("on_line", heard.lines.append),
            on_step=hooks.get("on_step", lambda *step: heard.steps.append(step)),
        )
    finally:
        if not scratch:
            erase(folder)
    return outcome, heard


def gone(pid: int) -> bool:
    """Tell whether a process has ended (a zombie has)."""
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
