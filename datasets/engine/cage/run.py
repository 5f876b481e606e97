"""One run as the worker sees it: its pipes and control socket, from the request to its end."""

import os
import select
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from datasets.engine.cage.errors import CageError
from datasets.engine.cage.messages import (
    MAX_MESSAGE,
    MAX_PACKET,
    MAX_STEP_TEXT,
    Lines,
    fraction,
    job_file,
    plain_text,
    request,
    unpack,
)
from datasets.engine.cage.outcome import Outcome, ended, killed
from datasets.engine.cage.watch import Limits, Watch

OnLine = Callable[[str], None]
OnStep = Callable[[float, str], None]

LONGEST_LINE = 4000
MAX_REPORTS = 8 * MAX_MESSAGE
READ_BYTES = 2**16
TICK_SECONDS = 0.05
STEP_SECONDS = 0.15
BOOT_SECONDS = 120.0
LAST_WORDS_SECONDS = 10.0
CUT = "… the log is longer than what is kept of it; the rest is left out."


class Run:
    """A run, as a context manager: leaving it kills what is still running.

    Raises ``CageError`` where the zygote is gone, and what ``on_line`` and ``on_step`` raise.
    """

    def __init__(self, limits: Limits, scratch: Path, on_line: OnLine, on_step: OnStep) -> None:
        self.limits, self.on_line, self.on_step = limits, on_line, on_step
        self.watch = Watch(limits, scratch)
        self.control, self._other_control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.log, self._log_writer = os.pipe()
        self.report, self._report_writer = os.pipe()
        self.lines, self.reports = Lines(LONGEST_LINE), Lines(MAX_MESSAGE)
        self.kept = self.reported = self.pid = 0
        self.step: tuple[float, str] = (0.0, "")
        self.told: dict[str, Any] = {}
        self.over: str | None = None
        self.end: dict[str, Any] = {}
        self._next_step = self._give_up = 0.0

    def __enter__(self) -> "Run":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.control.close()  # which kills the run, if it still goes on
        for fd in (self.log, self.report):
            os.close(fd)
        self._close_theirs()

    def start(self, door: socket.socket, job: dict[str, Any]) -> None:
        """Send the job to the zygote."""
        file = job_file(job)
        try:
            theirs = [file, self._log_writer, self._report_writer, self._other_control.fileno()]
            request(door, theirs)
        except OSError as error:
            raise CageError("the sandbox's keeper is gone") from error
        finally:
            os.close(file)
            self._close_theirs()
        for fd in (self.log, self.report):
            os.set_blocking(fd, False)

    def _close_theirs(self) -> None:
        self._other_control.close()
        for name in ("_log_writer", "_report_writer"):
            fd = getattr(self, name)
            if fd >= 0:
                os.close(fd)
                setattr(self, name, -1)

    def finish(self) -> Outcome:
        """Follow the run to its end and say how it went."""
        poll = select.poll()
        for fd in (self.control.fileno(), self.log, self.report):
            poll.register(fd, select.POLLIN)
        while not self.end:
            for fd, event in poll.poll(TICK_SECONDS * 1000):
                if fd == self.control.fileno():
                    self._hear()
                elif not self._read(fd) and event & select.POLLHUP:
                    poll.unregister(fd)
            self._look()
        return self._outcome()

    def _hear(self) -> None:
        """Take the zygote's word: which process runs, or how it ended."""
        packet = self.control.recv(MAX_PACKET)
        if not packet:
            raise CageError("the sandbox's keeper ended in the middle of a run")
        word = unpack(packet)
        if "pid" in word:
            self.pid = int(word["pid"])
            self.watch = Watch(self.limits, self.watch.scratch)  # its time counts from here
            self._next_step = 0.0
        else:
            self.end = word

    def _look(self) -> None:
        """Check the limits, and tell the caller where the run is (who may raise to stop it)."""
        if self.pid and not self.end:
            self._check()
        elif not self.pid and self.watch.seconds > BOOT_SECONDS:
            raise CageError(f"the sandbox's keeper did not answer within {BOOT_SECONDS:.0f} s")
        if self.watch.seconds >= self._next_step or self.end:
            self._next_step = self.watch.seconds + STEP_SECONDS
            self.on_step(*self.step)

    def _check(self) -> None:
        """Have the run killed at the first limit it breaks; then wait a while for its end."""
        if self.over:
            if self.watch.seconds > self._give_up:  # the kernel itself cannot end it now
                self.end = {"status": signal.SIGKILL, "memory": self.watch.memory_bytes}
            return
        self.over = self.watch.broken(self.pid)
        if self.over:
            self._give_up = self.watch.seconds + LAST_WORDS_SECONDS
            self.control.shutdown(socket.SHUT_WR)  # the zygote kills the run when it sees this

    def _read(self, fd: int) -> bool:
        """Read what there is on a pipe; False when there was nothing."""
        try:
            data = os.read(fd, READ_BYTES)
        except BlockingIOError:
            return False
        if fd == self.log:
            self._logged(data)
        else:
            self._reported(data)
        return bool(data)

    def _logged(self, data: bytes) -> None:
        """Pass on lines until the log is full; the rest only counts."""
        self.watch.printed += len(data)
        room = self.limits.log_bytes - self.kept
        if room <= 0:
            return
        self.kept += min(len(data), room)
        self._pass_on(self.lines.feed(data[:room]))
        if len(data) >= room:
            self._pass_on(self.lines.end())
            self.on_line(CUT)

    def _pass_on(self, lines: Any) -> None:
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip("\r").rsplit("\r", 1)[-1]
            self.on_line(plain_text(text, LONGEST_LINE))

    def _reported(self, data: bytes) -> None:
        """Read the messages of the confined child: anybody's words, so nothing is believed."""
        self.reported += len(data)
        if self.reported > MAX_REPORTS:
            self.watch.printed += self.limits.log_bytes * 1000
            return
        for line in self.reports.feed(data):
            word = unpack(line)
            if "step" in word:
                part = fraction(word["step"])
                text = plain_text(word.get("message", ""), MAX_STEP_TEXT)
                self.step = (self.step[0] if part is None else part, text)
            elif word:
                self.told = word

    def _outcome(self) -> Outcome:
        while self._read(self.log) or self._read(self.report):
            pass
        self._pass_on(self.lines.end())
        self.over = self.over or self.watch.disk()
        code = os.waitstatus_to_exitcode(int(self.end["status"]))
        reason, error = (
            killed(self.over, self.limits) if self.over else ended(code, self.told, self.limits)
        )
        found = self.told.get("result") if reason == "ok" else None
        result = found if isinstance(found, dict) else {}
        memory = max(int(self.end["memory"]), self.watch.memory_bytes)
        return Outcome(reason, error, result, self.watch.seconds, memory)
