"""The fetching process from outside: started with nothing of ours, watched, ended with its group.

What it says is believed only in the form of ``fetch_answer``.
"""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasets.engine.cage.outcome import size
from datasets.engine.cage.watch import Limits, Watch
from datasets.engine.remote.fetch_answer import MAX_LINE, Answer, line_of
from datasets.engine.remote.kind_words import TOO_LARGE
from datasets.engine.remote.request import FILE, Act, Request
from segplatform.kernel.errors import TooLarge, UserError
from segplatform.kernel.progress import Progress

LOOK_SECONDS = 0.1
ROOT = Path(__file__).resolve().parents[3]
GONE = (
    "What fetches stopped working in the middle. Try again; if that does not help, tell the "
    "operator."
)
TOO_MUCH = {
    "time": "This took longer than {seconds} seconds and was stopped. Check that the server is "
    "quick enough, or ask for less.",
    "memory": "Fetching this takes more than the {memory} of memory that it may use. Choose fewer "
    "columns or rows, or ask the operator for more.",
    "disk": "There is more to fetch than the {disk} that this server accepts. Choose less of it, "
    "or ask the operator for more.",
}


class RemoteFault(RuntimeError):
    """A fault of ours while something was fetched: its kind and places, nobody's words."""


@dataclass(frozen=True)
class Call:
    """One connection as it is called; ``folder`` is empty, this call's alone, and absolute."""

    kind: str
    settings: dict[str, Any]
    secrets: dict[str, Any] = field(repr=False)
    folder: Path
    limits: Limits
    max_bytes: int
    allow: tuple[str, ...] = ()
    plain: bool = False


def remote_call(call: Call, act: Act, progress: Progress, **args: Any) -> Answer:
    """Do one thing with a connection; raises its ``UserError``, and what ``progress.step`` raises.

    What was fetched lies in ``call.folder / FILE`` then.
    """
    limits = call.limits
    request = Request(
        kind=call.kind, act=act, settings=call.settings, secrets=call.secrets,
        scratch=str(call.folder), allow=list(call.allow), plain=call.plain,
        memory_bytes=limits.memory_bytes, max_bytes=call.max_bytes, **args,
    )  # fmt: skip
    process = _start(call.folder)
    try:
        answer = _listen(process, request, Watch(limits, call.folder), progress)
    finally:
        _end(process)
    if answer.refused:
        raise answer.refused.error()
    if answer.failed:
        raise RemoteFault(f"{answer.failed.kind} at {answer.failed.where}")
    if act == "fetch":
        _require_file(call)
    return answer


def environment(folder: Path) -> dict[str, str]:
    """Give all that the process knows of its surroundings: no secret, no proxy, no credentials.

    Libraries look for credentials in the home folder and at the cloud's own addresses, too.
    """
    nothing = os.devnull
    return {
        "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8", "TZ": "UTC",
        "AWS_CONFIG_FILE": nothing, "AWS_SHARED_CREDENTIALS_FILE": nothing,
        "AWS_EC2_METADATA_DISABLED": "true", "NO_GCE_CHECK": "true",
        "PGPASSFILE": nothing, "PGSERVICEFILE": nothing, "PGSYSCONFDIR": str(folder),
    }  # fmt: skip


def _start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-E", "-s", "-B", "-m", "datasets.engine.remote.process"],
        cwd=ROOT,
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # nothing that a library says of credentials is kept
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it with all that it may have started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError):
                pipe.close()


def _listen(
    process: subprocess.Popen[bytes], request: Request, watch: Watch, progress: Progress
) -> Answer:
    """Hand over the request, pass progress on, and give the answer."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the process was started without pipes")
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(request.model_dump()).encode())
        process.stdin.close()
    last: tuple[float, str] = (0.0, "")
    for data in _lines(process, watch):
        if data is None:
            progress.step(*last)  # which is where a cancel is noticed
            continue
        try:
            line = line_of(data)
        except ValueError:
            raise UserError(GONE) from None
        if line.answer:
            return line.answer
        if line.log:
            progress.log(line.log)
        last = line.step or last
        progress.step(*last)
    raise UserError(GONE)


def _lines(process: subprocess.Popen[bytes], watch: Watch) -> Iterator[bytes | None]:
    """Yield what it says, line by line, and None whenever there was nothing for a moment."""
    handle, kept = process.stdout.fileno() if process.stdout else -1, b""
    while True:
        ready = select.select([handle], [], [], LOOK_SECONDS)[0]
        if reason := watch.broken(process.pid):
            _raise_too_much(reason, watch.limits)
        if not ready:
            yield None
            continue
        data = os.read(handle, 2**16)
        if not data:
            return
        *lines, kept = (kept + data).split(b"\n")
        yield from lines
        if len(kept) > MAX_LINE:
            return


def _raise_too_much(reason: str, limits: Limits) -> None:
    sentence = TOO_MUCH.get(reason, GONE)
    raise TooLarge(
        sentence.format(
            seconds=f"{limits.seconds:,.0f}",
            memory=size(limits.memory_bytes),
            disk=size(limits.disk_bytes),
        )
    )


def _require_file(call: Call) -> None:
    """Raise unless a plain file of the size that is allowed lies there."""
    path = call.folder / FILE
    if path.is_symlink() or not path.is_file():
        raise UserError(GONE)
    if path.stat().st_size > call.max_bytes:
        raise TooLarge(TOO_LARGE)
