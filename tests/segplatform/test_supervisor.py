"""The supervisor: relays output, restarts what ends, stops in order, leaves nothing behind."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from segplatform import supervisor as module
from segplatform.logs import as_json_line
from segplatform.processes import spawn
from segplatform.supervisor import Service, Supervisor
from tests.processes import is_alive

PATIENCE_SECONDS = 60  # of a busy machine
QUIET = "import time; time.sleep(300)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, lambda *a: 0)
print("deaf", flush=True)
while True:
    time.sleep(1)
"""


def service(name: str, code: str, stage: int = 1, grace: float = 5.0) -> Service:
    return Service(name, partial(spawn, [sys.executable, "-c", code]), stage, grace)


def run(*services: Service, until: str = "", count: int = 1) -> str:
    """Run the services until ``until`` was printed ``count`` times, then stop; give the output."""
    out = io.StringIO()
    deadline = time.monotonic() + PATIENCE_SECONDS

    def tick() -> None:
        if out.getvalue().count(until) >= count or time.monotonic() > deadline:
            os.kill(os.getpid(), signal.SIGTERM)

    Supervisor(services, out=out, tick=tick).run()
    return out.getvalue()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_RESTART_SECONDS", 0.05)
    monkeypatch.setattr(module, "LAST_GRACE_SECONDS", 0.2)
    monkeypatch.setattr(module, "TURN_SECONDS", 0.02)


def gone(pid: int) -> bool:
    """Wait for the kernel, which ends a process a little after it was told to."""
    until = time.monotonic() + PATIENCE_SECONDS
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not is_alive(pid)


def test_it_puts_the_name_before_each_line() -> None:
    code = f"print('one'); print('two', flush=True)\n{QUIET}"
    said = run(service("web", code), service("worker-1", QUIET), until="two")
    assert "web      | one\nweb      | two\n" in said


def test_it_writes_json_where_it_is_asked_to() -> None:
    out = io.StringIO()
    code = f"print('plain'); print('{{\"event\": \"own\"}}', flush=True)\n{QUIET}"
    until = time.monotonic() + PATIENCE_SECONDS

    def tick() -> None:
        if "own" in out.getvalue() or time.monotonic() > until:
            os.kill(os.getpid(), signal.SIGTERM)

    Supervisor([service("queue", code)], out=out, tick=tick, form=as_json_line).run()
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == [
        "plain", "own", "stopped",
    ]  # fmt: skip


def test_it_keeps_noise_to_itself() -> None:
    code = f"print('advice one'); print('news', flush=True)\n{QUIET}"
    noisy = Service("queue", partial(spawn, [sys.executable, "-c", code]), 1, noise="advice")
    said = run(noisy, until="news")
    assert "advice" not in said


def test_it_stops_stage_after_stage() -> None:
    said = run(service("queue", QUIET, 3), service("web", QUIET, 1), service("worker", QUIET, 2))
    assert [line.split()[0] for line in said.splitlines()] == ["web", "worker", "queue"]


def test_it_starts_again_what_ended_and_waits_longer_each_time() -> None:
    said = run(service("web", "print('up')"), until="up", count=3)
    assert "ended with 0; starting again in 0.05 s" in said
    assert "starting again in 0.1 s" in said


def test_it_goes_on_when_a_service_cannot_be_started_again() -> None:
    attempts: list[int] = []

    def flaky() -> subprocess.Popen[bytes]:
        attempts.append(1)
        if len(attempts) == 2:
            raise OSError("no room")
        return spawn([sys.executable, "-c", "print('up')"])

    said = run(Service("web", flaky, 1), until="up", count=2)
    assert "no room; starting again" in said


def test_it_kills_what_does_not_listen() -> None:
    said = run(service("deaf", STUBBORN, grace=0.2), until="deaf | deaf")
    assert said.endswith("deaf | stopped\n")


def test_it_leaves_no_grandchild(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {QUIET!r}])\n"
        "print('pid', child.pid, flush=True)\n"
        f"{QUIET}"
    )
    said = run(service("web", code), until="pid")
    pid = int(said.split("pid ")[1].split()[0])
    assert gone(pid)


def test_a_first_start_that_fails_stops_the_rest() -> None:
    out = io.StringIO()

    def broken() -> subprocess.Popen[bytes]:
        raise OSError("no such program")

    services = [service("web", QUIET), Service("worker", broken, 2)]
    with pytest.raises(OSError, match="no such program"):
        Supervisor(services, out=out).run()
    assert out.getvalue() == "web    | stopped\n"


@pytest.mark.skipif(sys.platform != "linux", reason="parent-death signals are Linux's")
def test_its_children_die_with_it() -> None:
    code = (
        "import sys; from functools import partial\n"
        "from segplatform.processes import spawn\n"
        "from segplatform.supervisor import Service, Supervisor\n"
        f"code = 'import os; print(\"pid\", os.getpid(), flush=True)\\n{QUIET}'\n"
        "Supervisor([Service('web', partial(spawn, [sys.executable, '-c', code]), 1)]).run()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline().split()[-1])
        assert is_alive(pid)
        process.kill()
        process.wait()
    assert gone(pid)
