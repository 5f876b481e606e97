"""The keeper's ordinary days: results, live lines, cancel, forks, and deaths around a run."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from datasets.engine.cage.client import Cage, Setup
from datasets.engine.cage.errors import CageError
from datasets.engine.cage.run import STEP_SECONDS, TICK_SECONDS
from tests.datasets.cage.keeper import gone, limits, run, the_keeper

ROOT = Path(__file__).parents[3]


class Stopped(Exception):
    pass


def wait_for(true: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait for less than a run that nobody ends would last: say whether it came true."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


LONG = limits(300)
"""Room for runs that wait for the test, which a busy machine may hold up."""


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Give an empty folder of a run, in which the test can leave files for it."""
    found = tmp_path / "scratch"
    found.mkdir(mode=0o700)
    return found


def waits_for(name: str) -> str:
    """Write code that goes on once a file of this name is in its folder."""
    return f"import os, time\nwhile not os.path.exists({name!r}): time.sleep(0.01)\n"


def test_result_progress_and_log_come_through() -> None:
    outcome, heard = run("progress(0.5, 'half')\nprint('hello')\nimport time; time.sleep(0.3)")

    assert (outcome.reason, outcome.error) == ("ok", None)
    assert outcome.result == {"notes": []}
    assert heard.lines == ["hello"]
    assert (0.5, "half") in heard.steps
    assert outcome.seconds > 0.3
    assert outcome.memory_bytes > 50 * 2**20


def test_lines_come_while_the_run_goes_on(scratch: Path) -> None:
    code = "".join(f"print({n})\n" + waits_for(f"heard-{n}") for n in range(3))
    outcome, _ = run(
        code, within=LONG, scratch=scratch,
        on_line=lambda line: (scratch / f"heard-{line}").touch(),
    )  # fmt: skip

    assert outcome.reason == "ok"


def test_lines_are_fit_for_a_page() -> None:
    _, heard = run(r"print('a\x00\x1b[31mb\tc'); print('\ud800'); print('10%\r100%'); print('é')")

    assert heard.lines == ["a\ufffd\ufffd[31mb    c", "\\ud800", "100%", "é"]


def test_error_has_type_message_and_line() -> None:
    outcome, _ = run("x = 1\nx.nothing")

    assert outcome.reason == "error"
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.line) == ("AttributeError", 2)
    assert "nothing" in outcome.error.message


def test_an_exception_in_on_step_kills_the_run() -> None:
    pids: list[int] = []

    def on_step(fraction: float, message: str) -> None:
        if pids:
            raise Stopped

    with pytest.raises(Stopped):
        run(
            "import os, time\nprint(os.getpid())\ntime.sleep(300)",
            within=LONG,
            on_line=lambda line: pids.append(int(line)),
            on_step=on_step,
        )

    assert wait_for(lambda: gone(pids[0]))


def test_on_step_is_called_five_times_a_second_while_nothing_happens(scratch: Path) -> None:
    steps: list[float] = []

    def on_step(fraction: float, message: str) -> None:
        steps.append(fraction)
        if len(steps) == 6:
            (scratch / "enough").touch()

    outcome, _ = run(waits_for("enough"), within=LONG, scratch=scratch, on_step=on_step)

    assert outcome.reason == "ok"
    assert STEP_SECONDS + TICK_SECONDS <= 0.2


def test_on_step_is_called_while_the_zygote_boots() -> None:
    cage, steps, before = Cage(Setup(checked=False)), list[float](), list[int]()
    try:
        run(
            "print('begins')",
            cage,
            on_line=lambda line: before.append(len(steps)),
            on_step=lambda fraction, message: steps.append(fraction),
        )
    finally:
        cage.close()

    assert before[0] >= 2  # it loads pandas first, which takes longer than two steps


def test_runs_do_not_mix_and_draw_different_numbers() -> None:
    code = (
        "import os, random, sys, uuid\nprint(os.listdir('.'), hasattr(sys, 'mine'))\n"
        "sys.mine = 1; os.environ['MINE'] = '1'; open('left', 'w').close()\n"
        "print(random.random(), np.random.rand())"
    )
    (_, first), (_, second) = run(code), run(code)

    assert first.lines[0] == second.lines[0] == "[] False"
    assert first.lines[1] != second.lines[1]
    assert set(first.lines[1].split()).isdisjoint(second.lines[1].split())


SEARCH = """
import ctypes
hits = 0
for line in open('/proc/self/maps'):
    place, mode = line.split()[:2]
    if mode == 'rw-p':
        low, high = (int(edge, 16) for edge in place.split('-'))
        hits += ctypes.string_at(low, high - low)[::-1].count(b'tcejorp-rehto-elppaenip')
print(hits > 0)
"""


def test_no_code_of_an_earlier_run_is_left_in_memory() -> None:
    _, own = run("mine = 'pineapple-other-project'" + SEARCH)
    _, others = run(SEARCH)

    assert (own.lines, others.lines) == (["True"], ["False"])


def test_environment_and_memory_hold_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "the-secret-of-the-app")
    cage = Cage(Setup(checked=False, preload=False))
    try:
        _, heard = run("import os; print(sorted(os.environ), 'SECRET_KEY' in os.environ)", cage)
        zygote = Path(f"/proc/{cage._process.pid}/environ").read_bytes()
    finally:
        cage.close()

    assert "False" in heard.lines[0]
    assert b"SECRET" not in zygote


def test_the_zygote_has_one_thread() -> None:
    run("")

    assert len(os.listdir(f"/proc/{the_keeper()._process.pid}/task")) == 1


def test_two_runs_at_once(tmp_path: Path) -> None:
    found: list[str] = []
    folders = [tmp_path / "one", tmp_path / "other"]

    def one(own: Path, other: Path) -> None:
        code = "print('here')\n" + waits_for("other-is-here")
        outcome, _ = run(
            code, within=LONG, scratch=own, on_line=lambda line: (other / "other-is-here").touch()
        )
        found.append(outcome.reason)

    for folder in folders:
        folder.mkdir(mode=0o700)
    threads = [threading.Thread(target=one, args=each) for each in (folders, folders[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["ok", "ok"]


def test_forked_children_use_the_cage_of_their_parent() -> None:
    the_keeper().status()
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            outcome, heard = run("print('from a horse')")
            os._exit(0 if heard.lines == ["from a horse"] and outcome.reason == "ok" else 1)
        assert os.waitpid(pid, 0)[1] == 0

    assert run("")[0].reason == "ok"


def _forked_run(code: str) -> tuple[int, int]:
    """Start a run in a forked child; return the child's pid and the run's."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        run(code, on_line=lambda line: os.write(writer, f"{line}\n".encode()) and None)
        os._exit(0)
    os.close(writer)
    with open(reader) as lines:
        return pid, int(lines.readline())


def test_death_of_the_process_that_asked_kills_the_run_only() -> None:
    horse, pid = _forked_run("import os, time; print(os.getpid()); time.sleep(300)")

    os.kill(horse, signal.SIGKILL)
    os.waitpid(horse, 0)

    assert wait_for(lambda: gone(pid))
    assert run("")[0].reason == "ok"


def test_death_of_the_worker_kills_zygote_and_run() -> None:
    code = (
        "from datasets.engine.cage.client import Cage, Setup\n"
        "from tests.datasets.cage.keeper import run\n"
        "cage = Cage(Setup(checked=False, preload=False))\n"
        "print(cage._process.pid, flush=True)\n"
        "run('import os, time; print(os.getpid()); time.sleep(300)', cage,"
        " on_line=lambda line: print(line, flush=True))\n"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout
    zygote, pid = int(worker.stdout.readline()), int(worker.stdout.readline())

    worker.kill()
    worker.wait()
    worker.stdout.close()

    assert wait_for(lambda: gone(zygote) and gone(pid))


def test_death_of_the_zygote_kills_the_run_and_is_told() -> None:
    cage, pids = Cage(Setup(checked=False, preload=False)), list[int]()

    def on_line(line: str) -> None:
        pids.append(int(line))
        os.kill(cage._process.pid, signal.SIGKILL)

    with pytest.raises(CageError):
        run("import os, time; print(os.getpid()); time.sleep(300)", cage, on_line=on_line)
    assert wait_for(lambda: gone(pids[0]))
    assert not cage.alive()
    with pytest.raises(CageError):
        run("", cage)
    cage.close()


def test_without_walls_the_limits_still_hold() -> None:
    cage = Cage(Setup(walls=False, preload=False))
    try:
        free, heard = run("print(open('/etc/passwd').read()[:4])", cage)
        stopped, _ = run("while True: pass", cage, limits(0.5))
        status = cage.status()
    finally:
        cage.close()

    assert (free.reason, heard.lines) == ("ok", ["root"])
    assert stopped.reason == "time"
    assert (status.ok, status.unsafe) == (False, True)
