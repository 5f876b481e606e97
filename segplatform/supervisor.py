"""A small supervisor: starts services, relays their output, restarts and stops them in order."""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import TextIO

from segplatform.processes import sweep

TURN_SECONDS = 0.25
FIRST_RESTART_SECONDS = 0.5
LONGEST_RESTART_SECONDS = 30.0
HEALTHY_SECONDS = 30.0  # one that lived this long starts its back-off anew
LAST_GRACE_SECONDS = 2.0
CHUNK_BYTES = 65_536


@dataclass(frozen=True)
class Service:
    """One program to keep running.

    Services of a lower ``stage`` are stopped first; ``grace`` are the seconds it gets for that.
    Lines that contain ``noise`` are not relayed.
    """

    name: str
    spawn: Callable[[], subprocess.Popen[bytes]]
    stage: int
    grace: float = 5.0
    noise: str = ""


@dataclass
class Child:
    """A service and its process of the moment."""

    service: Service
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    restart_at: float = 0.0
    rest: bytes = field(default=b"", repr=False)


class Supervisor:
    """Runs services until it is told to stop; one thread, no polling of files.

    ``tick`` is called on every turn (about four a second); ``form`` makes one line of a service's
    name and what it said.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        out: TextIO | None = None,
        tick: Callable[[], None] = lambda: None,
        form: Callable[[str, str], str] | None = None,
    ) -> None:
        self.children = [Child(service) for service in services]
        self.out, self.tick = out or sys.stdout, tick
        self.form = form or self._beside_its_name
        self.stop_requests = 0
        self.width = max((len(service.name) for service in services), default=0)
        self.selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Start everything, keep it running, and stop it in order on SIGINT or SIGTERM."""
        with self._signals():
            try:
                for child in self.children:
                    self._start(child)
                while not self.stop_requests:
                    self._turn()
                    for child in self.children:
                        self._revive(child)
                    self.tick()
            finally:
                self._stop_all()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Count stop signals, each of which also wakes the selector."""
        reader, writer = socket.socketpair()
        reader.setblocking(False)
        writer.setblocking(False)
        self.selector.register(reader, selectors.EVENT_READ)
        old_wakeup = signal.set_wakeup_fd(writer.fileno())
        watched = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to be left alone
            watched.append(signal.SIGHUP)
        old = {signum: signal.signal(signum, self._on_signal) for signum in watched}
        try:
            yield
        finally:
            for signum, handler in old.items():
                signal.signal(signum, handler)
            signal.set_wakeup_fd(old_wakeup)
            self.selector.close()
            reader.close()
            writer.close()

    def _on_signal(self, signum: int, frame: object) -> None:
        self.stop_requests += 1

    def _start(self, child: Child) -> None:
        child.process = child.service.spawn()
        child.started = time.monotonic()
        if child.process.stdout:
            os.set_blocking(child.process.stdout.fileno(), False)
            self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _turn(self, seconds: float = TURN_SECONDS) -> None:
        """Wait for output or a signal, and pass the output on."""
        for key, _ in self.selector.select(seconds):
            if isinstance(key.data, Child):
                self._relay(key.data)
            else:
                with suppress(BlockingIOError):
                    os.read(key.fd, CHUNK_BYTES)

    def _relay(self, child: Child) -> None:
        """Print the child's whole lines, each with its name in front."""
        pipe = child.process.stdout if child.process else None
        if pipe is None or pipe.closed:
            return
        try:
            chunk = os.read(pipe.fileno(), CHUNK_BYTES)
        except BlockingIOError:
            return
        if not chunk:
            self.selector.unregister(pipe)
            pipe.close()
            return
        *lines, child.rest = (child.rest + chunk).split(b"\n")
        for line in lines:
            text, noise = line.decode(errors="replace").rstrip(), child.service.noise
            if not noise or noise not in text:
                self._say(child.service.name, text)

    def _say(self, name: str, text: str) -> None:
        with suppress(OSError):  # the terminal may be gone; the work goes on
            self.out.write(f"{self.form(name, text)}\n")
            self.out.flush()

    def _beside_its_name(self, name: str, text: str) -> str:
        return f"{name:<{self.width}} | {text}"

    def _revive(self, child: Child) -> None:
        """Notice the end of a child, and start it again after a growing pause."""
        now = time.monotonic()
        if child.process is not None:
            if child.process.poll() is None:
                return
            self._bury(child, now)
        if now < child.restart_at:
            return
        try:
            self._start(child)
        except (OSError, RuntimeError) as error:
            self._postpone(child, now, str(error))

    def _bury(self, child: Child, now: float) -> None:
        code = self._clear(child)
        if now - child.started > HEALTHY_SECONDS:
            child.failures = 0
        self._postpone(child, now, f"ended with {code}")

    def _postpone(self, child: Child, now: float, reason: str) -> None:
        pause = min(LONGEST_RESTART_SECONDS, FIRST_RESTART_SECONDS * 2**child.failures)
        child.failures += 1
        child.restart_at = now + pause
        self._say(child.service.name, f"{reason}; starting again in {pause:g} s")

    def _clear(self, child: Child) -> int | None:
        """Relay the last words of an ended child and kill what it left; return its exit code."""
        process, pipe = child.process, child.process.stdout if child.process else None
        if process is None:
            return None
        sweep(process.pid)
        self._relay(child)
        if child.rest:
            self._say(child.service.name, child.rest.decode(errors="replace"))
        if pipe and not pipe.closed:
            self.selector.unregister(pipe)
            pipe.close()
        child.process, child.rest = None, b""
        return process.returncode

    def _stop_all(self) -> None:
        """Stop stage after stage; what does not go in its grace is told again, then killed."""
        alive = [child for child in self.children if child.process is not None]
        alive.sort(key=lambda child: child.service.stage)
        for _, stage in groupby(alive, key=lambda child: child.service.stage):
            children = list(stage)
            grace = max(child.service.grace for child in children)
            self._signal(children)
            if not self._gone_within(children, grace):
                self._signal(children)
                self._gone_within(children, LAST_GRACE_SECONDS)
            for child in children:
                self._end(child)

    def _signal(self, children: Sequence[Child]) -> None:
        for child in children:
            if child.process and child.process.poll() is None:
                child.process.terminate()

    def _gone_within(self, children: Sequence[Child], seconds: float) -> bool:
        """Wait until all have ended; a further Ctrl-C cuts the waiting short."""
        until = time.monotonic() + seconds
        asked = self.stop_requests
        while any(child.process and child.process.poll() is None for child in children):
            if time.monotonic() > until or self.stop_requests > max(asked, 1):
                return False
            self._turn(0.05)
        return True

    def _end(self, child: Child) -> None:
        if child.process and child.process.poll() is None:
            child.process.kill()
            child.process.wait()
        self._clear(child)
        self._say(child.service.name, "stopped")
