"""What runs inside the cage: the tasks by name, and what a task is given and may raise."""

import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from datasets.engine.cage.messages import (
    MAX_STEP_TEXT,
    REPORT_FD,
    fraction,
    pack,
    plain_text,
    send_all,
)

STEP_SECONDS = 0.05

_MODULES = {
    "file": "datasets.engine.cage.task_file",
    "probe": "datasets.engine.cage.task_probe",
    "python": "datasets.engine.cage.task_python",
    "retype": "datasets.engine.cage.task_retype",
}


class TaskError(Exception):
    """An error of the user's own code or data.

    ``kind`` is its short name ("NameError"), ``message`` a sentence for the person and ``line``
    the 1-based line of their code, where there is one.
    """

    def __init__(self, kind: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.line = kind, message, line


class Report:
    """What a task reports with."""

    def __init__(self, fd: int = REPORT_FD) -> None:
        self.fd, self._last = fd, 0.0

    def step(self, done: float, message: str = "") -> None:
        """Report the fraction done (0 to 1) and what is going on; at most 20 a second are sent."""
        part, now = fraction(done), time.monotonic()
        if part is None or (now - self._last < STEP_SECONDS and part < 1):
            return
        self._last = now
        self.send({"step": part, "message": plain_text(message, MAX_STEP_TEXT)})

    def send(self, message: dict[str, Any]) -> None:
        """Send one message to the worker."""
        send_all(self.fd, pack(message))


Task = Callable[[dict[str, Any], Path | None, Path, Report], dict[str, Any]]


def find(name: str) -> Task:
    """Return a task; raises ``KeyError`` for a name that is none."""
    task: Task = import_module(_MODULES[name]).run
    return task


def load_all() -> None:
    """Import every task, before the walls go up."""
    for module in _MODULES.values():
        import_module(module)
