"""Runs attempts in caged children; exec'ed by path with an environment of our choice.

One JSON request a line on its input, one JSON answer a line on its output. Standard library and
the walls only: what a child forks from must have one thread.
"""

import codecs
import ctypes
import json
import os
import select
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])

from datasets.engine.cage.confine import Walls, confine
from datasets.engine.cage.errors import CageError
from datasets.engine.cage.paths import system_paths
from tests.datasets.cage.attacks import ATTEMPTS, Target, try_it
from tests.datasets.cage.container import enter_container

PATIENCE_SECONDS = 20.0


def say(line: dict[str, Any]) -> None:
    """Write one line to whoever asked."""
    os.write(1, json.dumps(line).encode() + b"\n")


def become(uid: int) -> None:
    """Go on as another user: its interpreter may lie where that user could not start it."""
    if os.getuid() != uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as open as if it had been started by that user


def enter(request: dict[str, Any], target: Target) -> None:
    """Put this process where a recipe would be: streams, user, folder, walls."""
    os.setsid()
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(1, 2)
    os.chdir(target.scratch)
    if request["walls"] is None:
        return
    os.closerange(3, 1024)
    walls = {**request["walls"], "without": frozenset(request["walls"]["without"])}
    confine(Walls(read=[Path(target.inputs)], write=[Path(target.scratch)], **walls))


def child(request: dict[str, Any], target: Target, names: list[str], pipe: int) -> None:
    """Enter the cage, make the attempts, leave without coming back."""
    try:
        os.dup2(pipe, 1)
        enter(request, target)
        for name in names:
            say(try_it(ATTEMPTS[name], target))
    except CageError as error:
        say({"name": "confine", "outcome": "refused", "evidence": str(error)})
    except BaseException as error:
        say({"name": "confine", "outcome": "broken", "evidence": repr(error)})
    finally:
        os._exit(0)


def hear(pipe: int, pid: int) -> bytes:
    """Read until the child is done, or kill it."""
    heard, until = b"", time.monotonic() + PATIENCE_SECONDS
    while True:
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            os.kill(pid, signal.SIGKILL)
            return heard
        chunk = os.read(pipe, 65536)
        if not chunk:
            return heard
        heard += chunk


def run_child(request: dict[str, Any], names: list[str]) -> list[dict[str, Any]]:
    """Make attempts in one child; give what it said and, where it was killed, by what."""
    scratch = tempfile.mkdtemp(dir=request["runs"])
    target = replace(Target(**request["target"]), scratch=scratch)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        child(request, target, names, writer)
    os.close(writer)
    heard = hear(reader, pid)
    os.close(reader)
    _, status = os.waitpid(pid, 0)
    said = [line for line in heard.decode(errors="replace").splitlines() if line]
    answers = [json.loads(line) if line[0] == "{" else {"noise": line} for line in said]
    missing = [name for name in names if name not in {one.get("name") for one in answers}]
    if missing and not any(one.get("name") == "confine" for one in answers):
        by = signal.Signals(status).name if os.WIFSIGNALED(status) else f"status {status}"
        answers.append({"name": missing[0], "outcome": "killed", "evidence": by})
        answers += run_child(request, missing[1:]) if missing[1:] else []
    return answers


def groups(request: dict[str, Any]) -> list[list[str]]:
    """Divide the attempts among children: in a whole cage none should change anything."""
    # First the one that looks for open files, before the others leave some.
    names = sorted(request["names"], key=lambda name: name != "inherited_descriptors")
    if request["walls"] and not request["walls"]["without"]:
        return [names]
    alone = [[name] for name in names if ATTEMPTS[name].alone]
    return [[name for name in names if not ATTEMPTS[name].alone], *alone]


def main() -> None:
    """Serve until the input ends."""
    # What is loaded on first use, from the interpreter's folder, which the user may not read.
    system_paths()
    for name in ("ascii", "idna", "utf-8"):
        codecs.lookup(name)
    if sys.argv[3] == "container":
        enter_container()
    become(int(sys.argv[2]))
    for line in sys.stdin:
        request = json.loads(line)
        answers: list[dict[str, Any]] = []
        for names in groups(request):
            answers += run_child(request, names) if names else []
        say({"answers": answers})


main()
