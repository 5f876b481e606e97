"""Asks the helper to make attempts against a world, under walls of the test's choice."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.datasets.cage.world import World

ROOT = Path(__file__).parents[3]
HELPER = Path(__file__).parent / "helper.py"
PATIENCE_SECONDS = 60.0
NOBODY = 65534
PUBLIC_PYTHON = "/usr/bin/python3"
"""An interpreter that every user may read, unlike one in a home folder."""


@dataclass(frozen=True)
class Setting:
    """A machine to hold on: who the run is, what its kernel offers; ``caged`` False for none.

    In a ``container`` the run's parent has Docker's default filter and capabilities.
    """

    name: str
    nobody: bool = False
    namespaces: bool = True
    max_abi: int = 99
    without: frozenset[str] = frozenset()
    python: str = sys.executable
    caged: bool = True
    container: bool = False

    def walls(self) -> dict[str, Any] | None:
        """Give the walls in words the helper can read, or None where there are none."""
        if not self.caged:
            return None
        return {
            "memory_bytes": 512 * 2**20,
            "cpu_seconds": 20,
            "file_bytes": 2**20,
            "max_abi": self.max_abi,
            "use_namespaces": self.namespaces,
            "without": sorted(self.without),
        }

    def impossible(self) -> str | None:
        """Say why this machine cannot play the setting; None where it can."""
        if self.nobody and os.getuid() != 0:
            return "only root can become another user"
        if self.python != sys.executable and not _runs(self.python):
            return f"no Python 3.11 or later at {self.python}"
        return None

    @property
    def uid(self) -> int:
        """The user that the app and the run's parent are."""
        return NOBODY if self.nobody else os.getuid()


def _runs(python: str) -> bool:
    """Tell whether this interpreter exists and is young enough for the cage."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-I", "-c", check], check=False).returncode == 0
    except FileNotFoundError:
        return False


class Lab:
    """One helper process of user ``uid``; ``environ`` is all it is told of the world outside."""

    def __init__(
        self, uid: int, environ: dict[str, str], *, python: str = sys.executable,
        container: bool = False,
    ) -> None:  # fmt: skip
        where = "container" if container else "host"
        self.process = subprocess.Popen(
            [python, "-I", "-B", str(HELPER), str(ROOT), str(uid), where],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ,
            text=True,
        )

    def run(
        self, setting: Setting, world: World, names: Sequence[str]
    ) -> dict[str, dict[str, str]]:
        """Make attempts; map each name to its outcome and evidence."""
        request = {
            "walls": setting.walls(),
            "target": asdict(world.target()),
            "runs": str(world.runs),
            "names": list(names),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], PATIENCE_SECONDS)[0]:
            raise TimeoutError(f"the helper does not answer ({setting.name})")
        answers = json.loads(self.process.stdout.readline())["answers"]
        return {one.pop("name", "noise"): one for one in answers}

    def children(self) -> list[str]:
        """Name the processes that the attempts left behind."""
        pid = self.process.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()

    def close(self) -> None:
        """Stop the helper."""
        self.process.kill()
        self.process.communicate()
