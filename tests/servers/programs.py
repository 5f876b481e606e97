"""Real servers as programs of a test process: found, started on a port of their own, ended."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

STARTS_WITHIN = 60


def program(*names: str) -> str:
    """Give the path of the first program that is here; skip the test where none is."""
    here = Path(__file__).parents[2]
    for name in names:
        for folder in (None, f"{here}/.venv/bin", "/usr/sbin", f"{here}/node_modules/.bin"):
            if found := shutil.which(name, path=folder):
                return found
    pytest.skip(f"{names[0]} is not on this machine")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def running(
    command: list[str], folder: Path, answers: Callable[[], object]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the tests are done; it is there once ``answers`` raises nothing."""
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(server, folder / "log", answers)
        yield server
    finally:
        server.kill()  # what it would tidy up is thrown away
        server.wait()


def _wait(server: subprocess.Popen[bytes], log: Path, answers: Callable[[], object]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while why := _why_not(answers):
        said = log.read_text(errors="replace")[-2000:]
        assert server.poll() is None, f"it ended at once: {said}"
        assert time.monotonic() < until, f"no answer ({why}): {said}"
        time.sleep(0.1)


def _why_not(answers: Callable[[], object]) -> str:
    try:
        answers()
    except Exception as error:
        return repr(error)
    return ""
