"""`segplatform up` as a whole: it starts, serves, refuses a second, stops, and starts again."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from tests.e2e.server import ROOT, App, running


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


def second_start(app: App) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "segplatform.cli", "up"]
    return subprocess.run(
        command, cwd=ROOT, env=app.env, capture_output=True, text=True, check=False
    )


def test_it_starts_serves_stops_and_finds_everything_as_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with running(data, "--workers", "1") as app:
        with urlopen(f"{app.base_url}/api/v1/health") as answer:
            assert json.load(answer)["queue"] == "ok"
        refused = second_start(app)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert f"(process {app.pid}, {app.base_url})" in refused.stderr
        app.command("user", "create", "ann@example.com")
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
