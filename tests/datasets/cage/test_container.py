"""In a container as Docker makes it: its filter is really there, and the cage holds within it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.datasets.cage.conftest import Labs, Worlds
from tests.datasets.cage.lab import ROOT, Setting
from tests.datasets.cage.test_bombs import BOMBS

UNCAGED = Setting("a container without a cage", container=True, caged=False)
SCRIPT = Path(__file__).with_name("poor_cage.py")
POOR = (
    "an endless loop",
    "memory, bit by bit",
    "one big file",
    "space taken, not written",
    "many files",
    "files deleted while open",
)
PATIENCE_SECONDS = 120.0


def test_the_containers_filter_is_what_docker_denies(labs: Labs, worlds: Worlds) -> None:
    denied = ["unshare_user", "use_the_keyring", "add_a_key", "handle_page_faults"]
    found = labs(UNCAGED).run(UNCAGED, worlds(UNCAGED.uid), [*denied, "memory_file"])
    assert {found[name]["outcome"] for name in denied} == {"blocked"}
    assert found["memory_file"]["outcome"] == "escaped", "the filter is not more than Docker's"


def test_bombs_end_on_the_poorest_machine() -> None:
    command = [sys.executable, "-B", str(SCRIPT), str(ROOT), *POOR]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found = json.loads(done.stdout)
    status = found["status"]
    assert (status["ok"], status["landlock_abi"]) == (True, 1), status
    assert status["namespaces"].startswith("denied"), status
    for name in POOR:
        one = found["bombs"][name]
        assert one["reason"] in BOMBS[name].reasons, (name, one)
        assert one["message"].endswith(".") or one["reason"] == "error", one
        assert (one["next"], one["lines"]) == ("ok", ["hello"]), (name, one)
