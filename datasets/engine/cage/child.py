"""One run, from the fork on: takes its descriptors, puts up the walls, runs the task, ends."""

import fcntl
import io
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from datasets.engine.cage.confine import Walls, confine
from datasets.engine.cage.fresh import start_afresh
from datasets.engine.cage.handover import hand_over
from datasets.engine.cage.libc import prctl
from datasets.engine.cage.messages import (
    EXIT_REFUSED,
    EXIT_THREADS,
    INPUTS_FD,
    REPORT_FD,
    SCRATCH_FD,
    alias,
    plain_text,
    read_job,
)
from datasets.engine.cage.setup import ENVIRON
from datasets.engine.cage.tasks import Report, Task, TaskError, find

if TYPE_CHECKING:
    from datasets.engine.cage.setup import Setup

PR_SET_PDEATHSIG = 1  # linux/prctl.h
MAX_MESSAGE_TEXT = 2000


def live(setup: "Setup", fds: list[int], parent: int) -> NoReturn:
    """Run the job of these four descriptors (job, log, report, control), then end the process."""
    code = EXIT_REFUSED
    try:
        if len(os.listdir("/proc/self/task")) != 1:
            os._exit(EXIT_THREADS)
        _die_with(parent)
        code = _live(setup, fds)
    except BaseException as error:
        _say(str(error))
    finally:
        os._exit(code)


def _die_with(parent: int) -> None:
    """Ask the kernel to end this process when the zygote is gone."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(EXIT_REFUSED)


def _live(setup: "Setup", fds: list[int]) -> int:
    job_fd, log, report, _ = fds
    job = read_job(job_fd)
    scratch = Path(job["scratch"])
    inputs = Path(job["inputs"]) if job["inputs"] else None
    task = find(job["task"])  # its module is read while it still can be
    if setup.walls and "identity" not in setup.without:
        hand_over(scratch, inputs, linked=job["linked"])
    keep = _descriptors(log, report, scratch, inputs)
    found = _confined(setup, job, keep)
    _streams()
    return _run(task, job, alias(INPUTS_FD) if inputs else None, found)


def _descriptors(log: int, report: int, scratch: Path, inputs: Path | None) -> tuple[int, ...]:
    """Put every descriptor in its place and close all others; return those beside 0, 1, 2.

    The folders stay open: their names ``/proc/self/fd/4`` and ``5`` work for a user id that may
    not search the folders above, and tell the code nothing of where the server keeps its data.
    """
    folder = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW
    places = {0: os.open("/dev/null", os.O_RDONLY), 1: log, 2: log, REPORT_FD: report}
    places[SCRATCH_FD] = os.open(scratch, folder)
    if inputs:
        places[INPUTS_FD] = os.open(inputs, folder)
    high = {place: fcntl.fcntl(fd, fcntl.F_DUPFD, 32) for place, fd in places.items()}
    for place, fd in high.items():
        os.dup2(fd, place)
    os.closerange(max(places) + 1, os.sysconf("SC_OPEN_MAX"))
    return tuple(place for place in places if place > 2)


def _confined(setup: "Setup", job: dict[str, Any], keep: tuple[int, ...]) -> dict[str, Any]:
    """Put up the walls and return what became of each."""
    walls = Walls(
        read=[alias(INPUTS_FD)] if INPUTS_FD in keep else [],
        write=[alias(SCRATCH_FD)],
        memory_bytes=job["memory_bytes"],
        cpu_seconds=job["cpu_seconds"],
        file_bytes=job["disk_bytes"],
        max_abi=setup.max_abi,
        use_namespaces=setup.use_namespaces,
        without=frozenset(setup.without),
        environ=ENVIRON,
        keep_fds=keep,
    )
    if setup.walls:
        return confine(walls)
    start_afresh(walls.write[0], walls.environ, walls.keep_fds)
    return {}


def _streams() -> None:
    """Make what is printed reach the log line by line."""
    for name, fd in (("stdout", 1), ("stderr", 2)):
        raw = open(fd, "wb", buffering=0, closefd=False)  # noqa: SIM115 (open for the whole run)
        stream = io.TextIOWrapper(
            io.BufferedWriter(raw), "utf-8", "backslashreplace", line_buffering=True
        )
        setattr(sys, name, stream)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115


def _run(task: Task, job: dict[str, Any], inputs: Path | None, found: dict[str, Any]) -> int:
    """Run the task and report how it ended; only the probes are told of the walls."""
    report = Report()
    if job["task"] == "probe":
        job["args"]["walls"] = found
    try:
        result = task(job["args"], inputs, alias(SCRATCH_FD), report)
        report.send({"result": result})
        code = 0
    except BaseException as error:
        report.send({"error": _facts(error)})
        code = 1
    _flush()
    return code


def _facts(error: BaseException) -> dict[str, Any]:
    if isinstance(error, TaskError):
        kind, message, line = error.kind, error.message, error.line
    else:
        kind, message, line = type(error).__name__, str(error), None
    return {
        "kind": plain_text(kind, 100),
        "message": plain_text(message, MAX_MESSAGE_TEXT),
        "line": line if isinstance(line, int) else None,
    }


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        _quietly(stream.flush)


def _quietly(work: Callable[[], Any]) -> None:
    with suppress(BaseException):  # the code may have closed or replaced it
        work()


def _say(sentence: str) -> None:
    """Tell the worker why nothing was run."""
    _quietly(lambda: Report().send({"refused": plain_text(sentence, MAX_MESSAGE_TEXT)}))
