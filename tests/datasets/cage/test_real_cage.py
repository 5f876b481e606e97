"""The way a recipe really goes: attempts sent as the script of a Python recipe."""

import inspect
import json
import os
import platform
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType

import pytest

from datasets.engine.cage.client import Cage, Limits
from tests.datasets.cage.attacks import (
    ATTEMPTS,
    base,
    files,
    kernel,
    leaks,
    limits,
    network,
    privileges,
    processes,
    tampering,
)
from tests.datasets.cage.conftest import EVERYWHERE
from tests.datasets.cage.test_attacks import DOCUMENTED
from tests.datasets.cage.world import World

THEMES = (files, tampering, network, processes, privileges, kernel, leaks, limits)
ROOM = Limits(seconds=30, memory_bytes=2**30, disk_bytes=2**26)
KILLED = {"call_as_32_bit", "call_as_x32"}
KNOWN = {
    **DOCUMENTED,
    "inherited_descriptors": "3 tells the worker of progress and errors; 4 is the run's folder.",
}
OWN = {"evidence": "descriptors [3, 4]"}
# One of our own modules: a script has no such package, its text comes along.
_IMPORT = re.compile(r"^from tests\.[^\n(]*(\([^)]*\)|[^\n]*)\n", re.MULTILINE)
_RUN = """
import json, pandas
target = Target(**json.loads({target!r}))
for one in ATTEMPTS.values():
    if one.name in {names!r}:
        print(json.dumps(try_it(one, target)))
output = pandas.DataFrame({{"done": [1]}})
"""


def script(theme: ModuleType, world: World, scratch: Path) -> str:
    """Write a recipe that makes a theme's attempts and prints what came of each."""
    parts = [_IMPORT.sub("", inspect.getsource(part)) for part in (base, theme)]
    known = asdict(replace(world.target(), scratch=str(scratch)))
    return "\n".join([*parts, _RUN.format(target=json.dumps(known), names=of_theme(theme))])


def of_theme(theme: ModuleType) -> list[str]:
    """Name the attempts that such a recipe makes."""
    mine = {name for name in EVERYWHERE if ATTEMPTS[name].run.__module__ == theme.__name__}
    return sorted(mine - KILLED)


@pytest.mark.parametrize("theme", THEMES, ids=lambda one: one.__name__.rpartition(".")[2])
def test_a_recipe_gets_nowhere(
    cage: Cage, worlds: Callable[[int], World], tmp_path: Path, theme: ModuleType
) -> None:
    world = worlds(os.getuid())
    scratch = tmp_path / "scratch"
    scratch.mkdir(mode=0o700)
    before, lines = world.state(), list[str]()
    done = cage.run(
        "python",
        {"code": script(theme, world, scratch), "inputs": []},
        inputs=None,
        scratch=scratch,
        limits=ROOM,
        on_line=lines.append,
        on_step=lambda _fraction, _message: None,
    )
    assert done.reason == "ok", (done.error, lines[-3:])
    answers = {one["name"]: one for one in map(json.loads, lines)}
    assert sorted(answers) == of_theme(theme)
    escaped = {name for name, one in answers.items() if one["outcome"] == "escaped"}
    assert {name: answers[name] for name in escaped - set(KNOWN)} == {}
    assert answers.get("inherited_descriptors", OWN)["evidence"] == "descriptors [3, 4]"
    assert world.state() == before


@pytest.mark.parametrize("name", sorted(KILLED))
def test_a_call_of_another_machine_ends_the_recipe(cage: Cage, tmp_path: Path, name: str) -> None:
    if platform.machine() != "x86_64":
        pytest.skip("only x86_64 has second tables of calls")
    text = _IMPORT.sub("", inspect.getsource(base) + inspect.getsource(kernel))
    tmp_path.chmod(0o700)
    done = cage.run(
        "python",
        {"code": f"{text}\n{name}(None)", "inputs": []},
        inputs=None,
        scratch=tmp_path,
        limits=ROOM,
        on_line=lambda _line: None,
        on_step=lambda _fraction, _message: None,
    )
    assert done.reason == "crash"
    assert done.error is not None
    assert "not allowed" in done.error.message
