"""How a run ended, and the sentences that say so."""

import signal
from dataclasses import dataclass, field
from typing import Any

from datasets.engine.cage.messages import EXIT_REFUSED, EXIT_THREADS
from datasets.engine.cage.watch import Limits


@dataclass(frozen=True)
class ErrorInfo:
    """What went wrong: a short type, a sentence, and the 1-based line of the user's own code."""

    type: str
    message: str
    line: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    ``reason`` is "ok", "error" (of the user's code), "time", "memory", "disk", "files", "log",
    "crash" or "refused" (nothing was run). ``error`` is set unless it is "ok". ``result`` is what
    the task returned; user code can forge it, so check it before use. ``memory_bytes`` is the
    peak.
    """

    reason: str
    error: ErrorInfo | None = None
    result: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    memory_bytes: int = 0


_OF_ERRORS = {
    "MemoryError": "memory",
    "ArrowMemoryError": "memory",
    "OutOfMemoryException": "memory",
}
_DISK_ERRNOS = ("[Errno 27]", "[Errno 28]", "[Errno 122]")  # EFBIG, ENOSPC, EDQUOT
_OF_SIGNALS = {signal.SIGXCPU: "time", signal.SIGXFSZ: "disk"}
_CRASHES = {
    signal.SIGSEGV: "it used memory that is not its own (in a library, or by endless recursion)",
    signal.SIGBUS: "it used memory that is not its own",
    signal.SIGABRT: "a library gave up",
    signal.SIGSYS: "it asked the system for something that is not allowed",
    signal.SIGKILL: "the system ended it, most likely because the server ran out of memory",
    signal.SIGFPE: "a calculation failed in a library",
}


def sentence(reason: str, limits: Limits) -> str:
    """Return the sentence for a limit that the run went over."""
    operator = "or ask the operator for more"
    return {
        "time": f"The code ran longer than the {_seconds(limits.seconds)} it may take and was "
        f"stopped. Work on fewer rows, {operator}.",
        "memory": f"The code needed more than the {size(limits.memory_bytes)} of memory it may "
        f"take. Leave out columns or rows first, {operator}.",
        "disk": f"The code wrote more than the {size(limits.disk_bytes)} of files it may write "
        f"(or the server's disk is nearly full). Write less, {operator}.",
        "files": f"The code made more than the {limits.files:,} files and folders it may make, or "
        "hid them, and was stopped. Write fewer files.",
        "log": "The code printed without end and was stopped. Print less.",
    }[reason]


def ended(exit_code: int, told: dict[str, Any], limits: Limits) -> tuple[str, ErrorInfo | None]:
    """Return reason and error of a run that ended by itself.

    ``exit_code`` is negative for a signal, as ``os.waitstatus_to_exitcode`` has it; ``told`` is
    the last word of the run ("result", "error" or "refused").
    """
    if exit_code in (EXIT_REFUSED, EXIT_THREADS):
        why = str(told.get("refused") or f"the run had more than one thread (exit {exit_code})")
        return "refused", ErrorInfo("Refused", f"The sandbox could not be closed: {why}.")
    if exit_code == 0 and "result" in told:
        return "ok", None
    if exit_code > 0 and "error" in told:
        return _failed(told["error"], limits)
    return _crashed(exit_code, limits)


def _failed(error: Any, limits: Limits) -> tuple[str, ErrorInfo]:
    """Read the error that the run reported; one about memory or disk gets its own sentence."""
    facts = error if isinstance(error, dict) else {}
    kind, message = str(facts.get("kind", "Error")), str(facts.get("message", ""))
    line = facts.get("line")
    line = line if isinstance(line, int) and not isinstance(line, bool) else None
    reason = _OF_ERRORS.get(kind, "error")
    if kind == "OSError" and any(number in message for number in _DISK_ERRNOS):
        reason = "disk"
    text = message if reason == "error" else sentence(reason, limits)
    return reason, ErrorInfo(kind, text or f"{kind}.", line)


def _crashed(exit_code: int, limits: Limits) -> tuple[str, ErrorInfo]:
    if exit_code >= 0:
        text = "The code ended the process itself (os._exit); let it run to its last line instead."
        return "crash", ErrorInfo("Crash", text)
    number = -exit_code
    if number in _OF_SIGNALS:
        return killed(_OF_SIGNALS[signal.Signals(number)], limits)
    why = _CRASHES.get(signal.Signals(number), f"signal {number}")
    return "crash", ErrorInfo("Crash", f"The code crashed Python: {why}.")


def killed(reason: str, limits: Limits) -> tuple[str, ErrorInfo]:
    """Return reason and error of a run that was stopped at a limit."""
    return reason, ErrorInfo("Stopped", sentence(reason, limits))


def size(count: int) -> str:
    """Write a number of bytes for a person."""
    for unit, name in ((2**30, "GB"), (2**20, "MB")):
        if count >= unit:
            return f"{count / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{count:,} bytes"


def _seconds(count: float) -> str:
    return f"{count:g} second" + ("" if count == 1 else "s")
