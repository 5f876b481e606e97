"""The self-test: green on this machine, red as soon as a wall is missing, and refusals."""

import json

import pytest

from datasets.engine.cage import landlock, selftest
from datasets.engine.cage.client import Cage, Setup
from datasets.engine.cage.selftest import examine
from datasets.engine.cage.status import Status, refusal
from tests.datasets.cage.keeper import run, the_keeper


def test_the_cage_holds_on_this_machine() -> None:
    status = the_keeper().status()

    assert (status.ok, status.reason, status.leaks) == (True, "", ())
    assert status.landlock_abi >= 1
    assert Status.from_dict(json.loads(json.dumps(status.as_dict()))) == status


@pytest.mark.parametrize(
    ("rule", "leak"),
    [
        ("landlock.read", "read file of the app"),
        ("landlock.write", "file of the app changed"),
        ("socket", "tcp"),
        ("fork", "fork"),
        ("execve", "start a program"),
        ("kill", "signal to the worker"),
    ],
)
def test_a_missing_wall_is_noticed(rule: str, leak: str) -> None:
    cage = Cage(Setup(preload=False, without=(rule,), use_namespaces=False, max_abi=2))
    try:
        status = cage.status()
        refused, heard = run("print('ran')", cage)
    finally:
        cage.close()

    assert not status.ok
    assert leak in status.leaks
    assert "offers no sandbox" in status.reason
    assert leak in status.reason
    assert (refused.reason, heard.lines) == ("refused", [])
    assert refused.error is not None
    assert refused.error.message == status.reason


def test_a_machine_without_landlock_is_refused() -> None:
    cage = Cage(Setup(preload=False, max_abi=0))
    try:
        status = cage.status()
        refused, heard = run("print('ran')", cage)
    finally:
        cage.close()

    assert not status.ok
    assert (refused.reason, heard.lines) == ("refused", [])


def test_a_zygote_that_does_not_start_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.engine.cage.client.ZYGOTE", "/nowhere/zygote.py")
    cage = Cage(Setup(preload=False))
    try:
        status = cage.status()
    finally:
        cage.close()

    assert not status.ok
    assert "keeper" in status.reason


def test_half_a_self_test_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "FEWEST_PROBES", 10_000)

    status = examine(the_keeper())

    assert not status.ok
    assert "did not finish" in status.reason


def test_the_refusal_names_what_is_missing() -> None:
    assert refusal(0, "denied: Operation not permitted") == (
        "Python recipes are off: this machine offers no sandbox (Landlock: not available; user "
        "namespaces: denied). Ask the operator: see docs/sandbox.md."
    )
    assert landlock.abi() >= 0
