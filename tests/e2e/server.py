"""One real `segplatform up` for the browser tests: web, workers and queue, production settings."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 90.0  # a loaded machine; two or three when it has nothing else to do
STOP_SECONDS = 30.0
LINK = re.compile(r"https?://\S+/start/\S+")


@dataclass
class App:
    """The running server."""

    base_url: str
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def output(self) -> str:
        """Return all it has printed so far."""
        return self.log.read_text(errors="replace")

    @property
    def first_link(self) -> str:
        """Return the one-time link that it printed at its start."""
        found = LINK.search(self.output)
        assert found, self.output
        return found.group()

    def command(self, *words: str) -> str:
        """Run a `segplatform` command on this server's data; give what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "segplatform.cli", *words],
            cwd=ROOT, env=self.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sign_in_link(self, email: str) -> str:
        """Create a person; give the one-time link with which they sign in."""
        printed = self.command("user", "create", email, "--address", self.base_url)
        return printed.strip().splitlines()[-1]


def free_port() -> int:
    """Return a port that is free right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path, port: int) -> dict[str, str]:
    """Return a clean environment: nothing of the developer's own installation or of pytest."""
    dropped = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "COV", "PYTEST")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    ours = {"SEGPLATFORM_DATA_DIR": str(data), "SEGPLATFORM_PORT": str(port)}
    return {**kept, **ours, "PYTHONUNBUFFERED": "1"}


@contextmanager
def running(data: Path, *options: str) -> Iterator[App]:
    """Run `segplatform up` on ``data`` until the block ends; it must then stop by itself."""
    port = free_port()
    env = environment(data, port)
    log = data.parent / f"{data.name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "segplatform.cli", "up", *options],
            cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    app = App(f"http://127.0.0.1:{port}", env, log, process)
    try:
        wait_until_ready(app)
        yield app
    finally:
        stop(app)


def wait_until_ready(app: App) -> None:
    """Wait for the line that says where it is."""
    until = time.monotonic() + START_SECONDS
    while "Segplatform is ready" not in app.output:
        assert app.process.poll() is None, app.output
        assert time.monotonic() < until, app.output
        time.sleep(0.05)


def stop(app: App) -> None:
    """Press Ctrl-C; what does not stop in time is killed, and fails the test."""
    app.process.send_signal(signal.SIGINT)
    try:
        app.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        app.process.kill()
        app.process.wait()
        raise AssertionError(f"segplatform up did not stop:\n{app.output}") from None
