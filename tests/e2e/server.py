"""One real `segplatform up` for the browser tests: web, workers and queue, production settings."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from fcntl import LOCK_EX, LOCK_SH, flock
from pathlib import Path

from segplatform.processes import bound_to
from tests.template_database import database_copy

ROOT = Path(__file__).parents[2]
START_SECONDS = 90.0  # a loaded machine; two or three when it has nothing else to do
STOP_SECONDS = 30.0
LINK = re.compile(r"https?://\S+/start/\S+")


@dataclass(frozen=True)
class App:
    """A running server."""

    base_url: str
    data: str
    pid: int

    @property
    def env(self) -> dict[str, str]:
        """Return the environment of its commands."""
        return environment(self.data, self.base_url.rpartition(":")[2])

    @property
    def output(self) -> str:
        """Return all it has printed so far."""
        return log_of(self.data).read_text(errors="replace")

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


def log_of(data: str) -> Path:
    """Return where a server writes what it prints: beside its data."""
    return Path(f"{data}.log")


def free_port() -> int:
    """Return a port that is free right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: str, port: str) -> dict[str, str]:
    """Return a clean environment: nothing of the developer's own installation or of pytest."""
    dropped = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "COV", "PYTEST")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {
        **kept,
        "SEGPLATFORM_DATA_DIR": data,
        "SEGPLATFORM_PORT": port,
        "PYTHONUNBUFFERED": "1",
        "SEGPLATFORM_LOG_FORMAT": "text",
    }


@contextmanager
def running(data: Path, *options: str) -> Iterator[App]:
    """Run `segplatform up` on ``data`` until the block ends; it must then stop as it should.

    It stops by itself where this process is killed.
    """
    port = str(free_port())
    with log_of(str(data)).open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "segplatform.cli", "up", *options],
            cwd=ROOT, env=environment(str(data), port), stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=bound_to(os.getpid(), signal.SIGINT),
        )  # fmt: skip
    app = App(f"http://127.0.0.1:{port}", str(data), process.pid)
    try:
        wait_until_ready(app, process)
        yield app
    finally:
        stop(app, process)


@contextmanager
def shared(folder: Path) -> Iterator[App]:
    """Use the one server of all test processes, which meet in ``folder``.

    The first starts it, and stops it when nobody uses it any more: who does holds a shared lock.
    """
    address = folder / "server.json"
    with (folder / "users.lock").open("w") as users, ExitStack() as ours:
        with (folder / "start.lock").open("w") as starting:
            flock(starting, LOCK_EX)
            flock(users, LOCK_SH)
            if address.exists():
                app = App(**json.loads(address.read_text()))
            else:
                data = Path(tempfile.mkdtemp(dir=folder))
                database_copy(data / "segplatform.sqlite3")
                app = ours.enter_context(running(data))
                address.write_text(json.dumps(asdict(app)))
                ours.callback(address.unlink)
                ours.callback(flock, users, LOCK_EX)  # waits for all others, before it stops
        yield app


def wait_until_ready(app: App, process: subprocess.Popen[bytes]) -> None:
    """Wait for the line that says where it is."""
    until = time.monotonic() + START_SECONDS
    while "Segplatform is ready" not in app.output:
        assert process.poll() is None, app.output
        assert time.monotonic() < until, app.output
        time.sleep(0.05)


def stop(app: App, process: subprocess.Popen[bytes]) -> None:
    """Press Ctrl-C; what does not stop in time, or not in order, fails the test."""
    process.send_signal(signal.SIGINT)
    try:
        code = process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"segplatform up did not stop:\n{app.output}") from None
    assert code == 0, f"segplatform up ended with {code}:\n{app.output}"
