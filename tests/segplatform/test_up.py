"""`segplatform up` as a whole: it starts, serves, refuses a second, stops, and starts again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from tests.e2e.server import ROOT, App, running
from tests.processes import parent_of


def children(pid: int) -> list[int]:
    """Return the processes below this one."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    below = [child for child, parent in pairs if parent == pid]
    return below + [deeper for child in below for deeper in children(child)]


def stopped(app: App) -> list[str]:
    lines = app.output.splitlines()
    return [line.split()[0] for line in lines if line.endswith("| stopped")]


def still_there(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def programs(app: App) -> dict[str, int]:
    """Return the process of each program that the supervisor started, by what it runs."""
    found = {}
    for pid in children(app.pid):
        if parent_of(pid) == app.pid:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            found[b" ".join(words[:4]).decode()] = pid
    return found


def kill_all_programs(app: App) -> None:
    """Kill each program but the supervisor; wait until all of them are there again."""
    before = programs(app)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 60
    while not (app.output.count("starting again in 0.5 s") == 4 and answers(app)):
        assert time.monotonic() < until, app.output
        time.sleep(0.1)
    after = programs(app)
    assert set(after) == set(before)
    assert not set(after.values()) & set(before.values())
    assert app.output.count("ended with -9; starting again in 0.5 s") == len(before)


def answers(app: App) -> bool:
    """Say whether the web serves, with queue and database behind it."""
    try:
        with urlopen(f"{app.base_url}/api/v1/health") as answer:
            found = json.load(answer)
    except OSError:
        return False
    return bool(found["queue"] == found["database"] == "ok")


def second_start(app: App) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "segplatform.cli", "up"]
    return subprocess.run(
        command, cwd=ROOT, env=app.env, capture_output=True, text=True, check=False
    )


def test_it_starts_serves_stops_and_finds_everything_as_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with running(data, "--workers", "1") as app:
        assert answers(app)
        refused = second_start(app)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert f"(process {app.pid}, {app.base_url})" in refused.stderr
        app.command("user", "create", "ann@example.com")
        kill_all_programs(app)
        below = children(app.pid)
        assert len(below) >= 5
    assert still_there(below) == []
    assert stopped(app) == ["web", "worker-1", "reconcile", "queue"]
    with running(data, "--workers", "0") as again:
        refused = subprocess.run(
            [sys.executable, "-m", "segplatform.cli", "user", "create", "ann@example.com"],
            cwd=ROOT, env=again.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert refused.returncode == 1
    assert os.listdir(data / "queue")
