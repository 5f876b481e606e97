"""The `segplatform` command and the programs that `up` runs."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from segplatform import cli
from segplatform.programs import free_address, services, worker_queues

ROOT = Path(__file__).parents[2]


def segplatform(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"SEGPLATFORM_DATA_DIR": str(data), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "segplatform.cli", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_the_bare_command_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main([])
    said = capsys.readouterr().out
    assert all(f"segplatform {name}" in said for name in cli.COMMANDS)


def test_an_unknown_command_fails_and_names_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["tokens", "create"])
    assert stopped.value.code == 2
    assert "There is no command 'tokens create'" in capsys.readouterr().err


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main([*name.split(), "--help"])
    assert stopped.value.code == 0
    assert f"usage: segplatform {name} " in " ".join(capsys.readouterr().out.split())


def test_up_refuses_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = segplatform(tmp_path, "up", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"CommandError: Port {port} is in use by another program")


def test_a_free_port_gives_the_address_to_listen_on() -> None:
    assert free_address("127.0.0.1", 0) == "127.0.0.1"


def test_each_queue_has_a_worker_that_asks_it_first_or_second() -> None:
    assert worker_queues(0) == []
    assert set(worker_queues(1)[0].split(",")) == {"interactive", "default", "heavy"}
    assert worker_queues(3) == ["interactive,default", *["heavy,default,interactive"] * 2]


def test_the_web_stops_first_and_the_queue_server_last(monkeypatch: pytest.MonkeyPatch) -> None:
    found = sorted(services(host="127.0.0.1", port=1, workers=2), key=lambda s: s.stage)
    assert [s.name for s in found] == ["web", "worker-1", "worker-2", "reconcile", "queue"]
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere:6379/0")
    assert "queue" not in {s.name for s in services(host="127.0.0.1", port=1, workers=2)}
