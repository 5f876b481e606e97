"""Worlds and labs of the cage's tests; each setting's attempts are made once a session."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from datasets.engine.cage.client import Cage
from tests.datasets.cage.attacks import ATTEMPTS
from tests.datasets.cage.keeper import the_keeper
from tests.datasets.cage.lab import Lab, Setting
from tests.datasets.cage.world import World

EVERYWHERE = [name for name, attempt in ATTEMPTS.items() if not attempt.asked]
Labs = Callable[[Setting], Lab]
Worlds = Callable[[int], World]


@dataclass(frozen=True)
class Record:
    """What the attempts of one setting came to, and the victim before and after them."""

    answers: dict[str, dict[str, str]]
    before: dict[str, Any]
    after: dict[str, Any]
    left: list[str]

    def escaped(self) -> dict[str, str]:
        """Map the attempts that got through to their evidence."""
        return {
            name: answer["evidence"]
            for name, answer in self.answers.items()
            if answer.get("outcome") == "escaped"
        }


def left(lab: Lab, world: World) -> list[str]:
    """Name what outlived the attempts: children, whoever works in a run's folder, shared memory."""
    runs = str(world.runs)
    found = [f"child {pid}" for pid in lab.children()]
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if os.readlink(link).startswith(runs):
                found.append(str(link))
    planted = shared_memory()
    if planted:  # perhaps by the attempts of another test process, which take it away at once
        time.sleep(0.5)
    return found + [str(path) for path in planted & shared_memory()]


def shared_memory() -> set[Path]:
    return set(Path("/dev/shm").glob("segplatform-attack-*"))


@pytest.fixture(scope="session", autouse=True)
def _only_on_linux() -> None:
    if sys.platform != "linux":
        pytest.skip("the cage is made of walls that only Linux has")


@pytest.fixture(scope="session")
def labs() -> Iterator[Labs]:
    """Give a setting's helper, started as the zygote is: with nothing in its environment."""
    made: dict[tuple[int, str, bool], Lab] = {}

    def of(setting: Setting) -> Lab:
        if why := setting.impossible():
            pytest.skip(why)
        key = (setting.uid, setting.python, setting.container)
        if key not in made:
            made[key] = Lab(setting.uid, {}, python=setting.python, container=setting.container)
        return made[key]

    yield of
    for one in made.values():
        one.close()


@pytest.fixture(scope="session")
def worlds() -> Iterator[Worlds]:
    """Give the victim world of a user, made on first use; nothing may ever change in it."""
    made: dict[int, World] = {}

    def of(uid: int) -> World:
        if uid not in made:
            made[uid] = World(uid)
        return made[uid]

    yield of
    for world in made.values():
        world.close()


@pytest.fixture(scope="session")
def record(labs: Labs, worlds: Worlds) -> Callable[[Setting], Record]:
    """Make all attempts under a setting, once."""
    known: dict[Setting, Record] = {}

    def of(setting: Setting) -> Record:
        if setting not in known:
            lab, world = labs(setting), worlds(setting.uid)
            before = world.state()
            answers = lab.run(setting, world, EVERYWHERE)
            known[setting] = Record(answers, before, world.state(), left(lab, world))
        return known[setting]

    return of


@pytest.fixture(scope="session")
def cage() -> Cage:
    """Give the real cage, the one that all these tests share."""
    one = the_keeper()
    assert one.status().ok, one.status().reason  # has booted then, and times count from here
    return one
