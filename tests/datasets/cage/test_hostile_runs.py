"""Runs that lie, hide, flood or crash: told in a sentence, and survived."""

import json
from pathlib import Path

import pytest

from datasets.engine.cage.folders import Unreadable, erase, usage
from tests.datasets.cage.keeper import limits, run

CRASHES = {
    "segfault": "import ctypes; ctypes.string_at(0)",
    "abort": "import os; os.abort()",
    "exit": "import os; os._exit(0)",
    "exit with a code": "import os; os._exit(3)",
    "own kill": "import os; os.kill(os.getpid(), 9)",
    "recursion in C": "import sys; sys.setrecursionlimit(10**9)\nclass A:\n"
    "  def __getattr__(self, name): return getattr(self, name)\nA().x",
}
NATIVE = (
    "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.malloc.restype = ctypes.c_void_p\n"
    "while True: ctypes.memset(ctypes.c_void_p(libc.malloc(2**22)), 1, 2**22)"
)
FLOODS = {
    "lines": "while True: print('x' * 1000)",
    "no line breaks": "import os\nwhile True: os.write(1, b'x' * 65536)",
    "report": "import os\nwhile True: os.write(3, b'x' * 65536)",
    "steps": "import json, os\nword = json.dumps({'step': 0.5, 'message': 'm' * 9999}) + '\\n'\n"
    "while True: os.write(3, word.encode())",
}
HIDDEN = {
    "deep folders": "import os, time\nfor i in range(3000): os.mkdir('d'); os.chdir('d')\n"
    "time.sleep(9)",
    "a folder that nobody may list": "import os, time\nos.mkdir('d', 0o300)\n"
    "for i in range(3000): open(f'd/{i}', 'w').close()\ntime.sleep(9)",
}
FORGED = ["[" * 90_000, '{"step": 1e999}', '{"step": "x"}', '{"step": -5}', '{"step": 9}', "null"]


@pytest.mark.parametrize("name", CRASHES)
def test_a_crash_is_told_and_survived(name: str) -> None:
    outcome, _ = run(CRASHES[name])

    assert outcome.reason == "crash"
    assert outcome.error is not None
    assert outcome.error.message.startswith("The code ")
    assert outcome.error.message.endswith(".")
    assert run("print('next')")[1].lines == ["next"]


def test_recursion_is_an_error_with_its_line() -> None:
    outcome, _ = run("def f():\n    f()\nf()")

    assert outcome.reason == "error"
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.line) == ("RecursionError", 2)


def test_memory_taken_by_a_library_counts() -> None:
    outcome, _ = run(NATIVE, within=limits(20, memory_bytes=400 * 2**20))

    assert outcome.reason == "memory"
    assert outcome.error is not None
    assert "400 MB of memory" in outcome.error.message
    assert outcome.memory_bytes < 1000 * 2**20


def test_one_great_array_is_told_with_its_line() -> None:
    outcome, _ = run("x = 1\nnp.ones(10**9)")

    assert outcome.reason == "memory"
    assert outcome.error is not None
    assert outcome.error.line == 2


def test_too_much_on_the_disk_is_noticed_after_the_end_too() -> None:
    outcome, _ = run("for i in range(20): open(str(i), 'wb').write(bytes(4 * 2**20))")

    assert outcome.reason == "disk"
    assert outcome.error is not None
    assert "50 MB of files" in outcome.error.message


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_files_are_noticed_and_removed(name: str, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir(0o700)
    outcome, _ = run(HIDDEN[name], scratch=scratch)
    erase(scratch)

    assert outcome.reason == "files"
    assert not scratch.exists()


def test_a_log_is_cut_and_the_run_goes_on() -> None:
    outcome, heard = run("for i in range(5000): print('x' * 50)", within=limits(log_bytes=10_000))

    assert outcome.reason == "ok"
    assert sum(map(len, heard.lines)) < 10_200
    assert heard.lines[-1].startswith("…")


@pytest.mark.parametrize("name", FLOODS)
def test_floods_are_stopped(name: str) -> None:
    outcome, heard = run(FLOODS[name], within=limits(log_bytes=2**17))

    assert outcome.reason == "log"
    assert sum(map(len, heard.lines)) <= 2**17 + 200
    assert all(len(message) <= 200 for _, message in heard.steps)


def test_forged_reports_are_bounded() -> None:
    words = json.dumps([*FORGED, '{"error": 1}', '{"result": 1}'])
    code = f"import os\nfor word in {words}: os.write(3, word.encode() + b'\\n')\nos._exit(0)"

    outcome, heard = run(code)

    assert (outcome.reason, outcome.result) == ("ok", {})
    assert all(0 <= part <= 1 for part, _ in heard.steps)


def test_a_tree_too_deep_to_count_is_said(tmp_path: Path) -> None:
    deep = tmp_path.joinpath("a", *["b"] * 70)
    deep.mkdir(parents=True)

    with pytest.raises(Unreadable):
        usage(tmp_path / "a", 10**9, 10**9)
    erase(tmp_path / "a")
    assert not (tmp_path / "a").exists()
