"""A recipe that takes too much is stopped with a reason, and the next one runs as ever."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from datasets.engine.cage.client import Cage, Limits, Outcome

ROOM = Limits(seconds=10, memory_bytes=600 * 2**20, disk_bytes=30 * 2**20, files=200)
SHORT = replace(ROOM, seconds=0.5)


@dataclass(frozen=True)
class Bomb:
    """A script, the limits it runs under and how it may end."""

    code: str
    reasons: tuple[str, ...]
    limits: Limits = ROOM


BOMBS = {
    "an endless loop": Bomb("while True: pass", ("time",), SHORT),
    "sleep": Bomb("import time; time.sleep(1000)", ("time",), SHORT),
    "all signals ignored": Bomb(
        "import signal\n"
        "for n in range(1, 64):\n"
        "    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "while True: pass",
        ("time",),
        SHORT,
    ),
    "everything caught": Bomb(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        ("time",),
        SHORT,
    ),
    "stopped by itself": Bomb(
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", ("time",), SHORT
    ),
    "a slow pattern": Bomb("import re; re.match('(a+)+$', 'a' * 64 + 'b')", ("time",), SHORT),
    "a huge number": Bomb("9 ** 9 ** 9", ("time",), SHORT),
    "streams closed": Bomb("import os; os.closerange(0, 64)\nwhile True: pass", ("time",), SHORT),
    "memory, bit by bit": Bomb(
        "kept = []\nwhile True: kept.append(bytearray(b'x') * 2**24)", ("memory",)
    ),
    "memory, shared": Bomb(
        "import mmap\nkept = []\n"
        "while True:\n    one = mmap.mmap(-1, 2**24)\n    one.write(b'x' * 2**24)\n"
        "    kept.append(one)",
        ("memory",),
    ),
    "memory, all at once": Bomb("np.ones(10**12)", ("memory",)),
    "one big file": Bomb(
        "with open('big', 'wb') as file:\n    while True: file.write(bytes(2**20))", ("disk",)
    ),
    "space taken, not written": Bomb(
        "import os\nwith open('big', 'wb') as file: os.posix_fallocate(file.fileno(), 0, 2**33)",
        ("disk", "error"),
    ),
    "files deleted while open": Bomb(
        "import os\nkept = []\n"
        "while True:\n    kept.append(open('big', 'wb', buffering=0))\n    os.unlink('big')\n"
        "    kept[-1].write(bytes(2**22))",
        ("disk", "error"),
    ),
    "files without a name": Bomb(
        "import os\nkept = []\n"
        "while True:\n    kept.append(os.open('.', os.O_TMPFILE | os.O_WRONLY))\n"
        "    os.write(kept[-1], bytes(2**22))",
        ("disk", "error"),
    ),
    "many files": Bomb("for n in range(10**6): open(str(n), 'w').close()", ("files", "disk")),
    "threads without end": Bomb(
        "import threading, time\n"
        "while True: threading.Thread(target=time.sleep, args=(9,)).start()",
        ("error", "memory", "crash", "time"),
        replace(ROOM, seconds=3),
    ),
    "an end that raises": Bomb(
        "import atexit, sys\natexit.register(lambda: 1 / 0)\nsys.exit(7)", ("error",)
    ),
}
NEXT = Bomb("print('hello')\noutput = pd.DataFrame({'a': [1]})", ())


def run(cage: Cage, folder: Path, bomb: Bomb) -> tuple[Outcome, list[str]]:
    """Run a script in a scratch folder of its own; give the outcome and the lines it printed."""
    scratch, lines = folder / "scratch", list[str]()
    scratch.mkdir(mode=0o700)
    done = cage.run(
        "python",
        {"code": bomb.code, "inputs": []},
        inputs=None,
        scratch=scratch,
        limits=bomb.limits,
        on_line=lines.append,
        on_step=lambda _fraction, _message: None,
    )
    return done, lines


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_the_bomb_is_stopped_and_the_next_recipe_runs(
    cage: Cage, tmp_path: Path, name: str
) -> None:
    bomb = BOMBS[name]
    done, lines = run(cage, tmp_path, bomb)
    assert done.reason in bomb.reasons, done
    assert done.error is not None
    assert done.error.message.endswith(".") or done.reason == "error"
    assert done.seconds < bomb.limits.seconds + 5
    assert sum(map(len, lines)) <= bomb.limits.log_bytes + 2**16
    (tmp_path / "next").mkdir()
    after, said = run(cage, tmp_path / "next", NEXT)
    assert (after.reason, said) == ("ok", ["hello"])


def test_disk_limits_hold_for_what_was_left(cage: Cage, tmp_path: Path) -> None:
    run(cage, tmp_path, BOMBS["one big file"])
    left = sum(path.stat().st_size for path in (tmp_path / "scratch").rglob("*"))
    assert left <= 2 * ROOM.disk_bytes
