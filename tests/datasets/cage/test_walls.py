"""The walls put up for real, each in a forked child that tells what it finds."""

import json
import os
import resource
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from datasets.engine.cage import (
    confine as confining,
)
from datasets.engine.cage import (
    fresh,
    identity,
    landlock,
    machine,
    namespaces,
    paths,
    rlimits,
    rules,
    seccomp,
)
from datasets.engine.cage.confine import Walls, confine
from datasets.engine.cage.errors import CageError

MIB = 2**20
needs_landlock = pytest.mark.skipif(landlock.abi() == 0, reason="this kernel has no Landlock")


@pytest.fixture
def walls(tmp_path: Path) -> Walls:
    if uid := identity.cage_uid():
        os.chown(tmp_path, uid, uid)
    return Walls([], [tmp_path], memory_bytes=256 * MIB, cpu_seconds=9, file_bytes=MIB)


def in_child(work: Callable[[], Any]) -> Any:
    """Return what ``work`` returns in a forked child; a ``CageError`` as its sentence."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            found = work()
        except BaseException as error:
            found = f"{type(error).__name__}: {error}"
        os.write(theirs, json.dumps(found).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(text or b'"nothing said"')


def caged(walls: Walls, look: Callable[[dict[str, Any]], Any]) -> Any:
    """Return what ``look`` sees from inside; every file of the test's stays open."""
    kept = tuple(int(name) for name in os.listdir("/proc/self/fd"))
    return in_child(lambda: look(confine(replace(walls, keep_fds=(*kept, *range(3, 64))))))


def status() -> dict[str, str]:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


@needs_landlock
def test_a_confined_process_has_no_powers_left(walls: Walls) -> None:
    found = caged(walls, lambda facts: {**facts, **status()})
    assert found["landlock_abi"] == landlock.abi()
    assert (found["NoNewPrivs"], found["Seccomp"]) == ("1", "2")
    assert {int(found[key], 16) for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {
        0
    }
    uid = identity.cage_uid() if os.geteuid() == 0 else os.geteuid()
    assert found["Uid"].split() == [str(uid or 0)] * 4


@needs_landlock
def test_the_limits_hold_inside(walls: Walls) -> None:
    wanted = {"CORE": 0, "CPU": 9, "FSIZE": MIB, "MEMLOCK": 0, "MSGQUEUE": 0}
    wanted["NOFILE"] = rlimits.OPEN_FILES
    kinds = {name: getattr(resource, f"RLIMIT_{name}") for name in wanted}
    found = caged(walls, lambda _: {name: resource.getrlimit(kinds[name]) for name in wanted})
    assert found == {name: [value, value] for name, value in wanted.items()}
    ceiling = rlimits.address_space() + walls.memory_bytes + 2 * 2**30
    assert caged(walls, lambda _: resource.getrlimit(resource.RLIMIT_AS)[1]) <= ceiling


def test_too_much_memory_is_an_error_at_its_line(walls: Walls) -> None:
    found = caged(walls, lambda _: len(bytearray(3 * 2**30)))
    assert found.startswith("MemoryError")


@needs_landlock
def test_only_scratch_is_writable_and_only_what_was_named_readable(walls: Walls) -> None:
    def look(_facts: dict[str, Any]) -> list[str]:
        Path("mine").write_text("text", encoding="ascii")
        said = [Path.cwd().joinpath("mine").read_text(encoding="ascii")]
        for path, mode in (("/etc/passwd", "r"), (__file__, "r"), ("/tmp/theirs", "w")):
            try:
                open(path, mode).close()
                said.append(f"{path} opened")
            except PermissionError:
                said.append("refused")
        return said

    assert caged(walls, look) == ["text", "refused", "refused", "refused"]


@needs_landlock
@pytest.mark.parametrize("abi", range(1, 8))
def test_every_version_of_landlock_takes_its_rules(walls: Walls, abi: int) -> None:
    if landlock.abi() < abi:
        pytest.skip(f"this kernel knows version {landlock.abi()} only")
    found = caged(replace(walls, max_abi=abi, use_namespaces=False), lambda facts: facts)
    assert (found["landlock_abi"], found["namespaces"]) == (abi, "not asked for")


def test_without_landlock_nothing_runs(walls: Walls) -> None:
    found = caged(replace(walls, max_abi=0), lambda _: "ran")
    assert found == "CageError: Landlock is not available on this kernel"


def test_namespaces_that_are_denied_are_no_reason_to_stop(
    walls: Walls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(name: str, *_: int) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(namespaces.libc, "syscall", denied)
    assert in_child(namespaces.leave) == "denied: Operation not permitted"


def test_beside_another_thread_nothing_runs(walls: Walls) -> None:
    def look() -> None:
        wait = threading.Event()
        threading.Thread(target=wait.wait, daemon=True).start()
        confine(walls)

    assert in_child(look).startswith("CageError: A process with 2 threads cannot be confined")


def test_a_rule_that_does_not_exist_is_refused(walls: Walls) -> None:
    with pytest.raises(CageError, match="no such rule: sockets"):
        confine(replace(walls, without=frozenset({"sockets"})))


def test_the_environment_is_new_and_random_numbers_differ(walls: Walls) -> None:
    def look(_facts: dict[str, Any]) -> list[Any]:
        import random

        return [sorted(os.environ), os.environ["HOME"], random.random()]

    walls = replace(walls, environ={"MINE": "1"})
    (names, home, first), (_, _, second) = caged(walls, look), caged(walls, look)
    assert set(names) == {"HOME", "TMPDIR", "MINE", *fresh.ENVIRONMENT}
    assert home == str(walls.write[0])
    assert first != second


def test_files_of_the_parent_are_closed(walls: Walls) -> None:
    def look() -> str:
        for fd in (50, 51, 60):
            os.dup2(0, fd)
        fresh.start_afresh(walls.write[0], {}, [50, *range(3, 48)])
        return " ".join(str(fd) for fd in range(48, 64) if os.path.exists(f"/proc/self/fd/{fd}"))

    assert in_child(look) == "50"


def test_the_steps_come_in_the_one_order_that_works(
    walls: Walls, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    steps = {
        fresh: ("require_one_thread", "start_afresh"),
        identity: ("leave_root", "drop_capabilities"),
        rlimits: ("limit", "limit_threads"),
        namespaces: ("leave",),
        landlock: ("restrict",),
        seccomp: ("install",),
    }
    for module, names in steps.items():
        for name in names:
            monkeypatch.setattr(module, name, lambda *_, name=name, **__: said.append(name))
    monkeypatch.setattr(
        confining.libc,
        "prctl",
        lambda option, *values: said.append(f"prctl {option} {values[0]:d}"),
    )
    confine(walls)
    assert said == [
        *("require_one_thread", "start_afresh", "leave_root", "prctl 1 9", "limit"),
        *("prctl 38 1", "leave", "limit_threads", "drop_capabilities", "prctl 4 0"),
        *("restrict", "install"),
    ]


def test_what_may_be_read_is_neither_home_nor_checkout() -> None:
    allowed = [path.resolve() for path in paths.system_paths()]
    for private in (
        "/etc",
        "/root",
        "/home",
        "/proc",
        "/tmp",
        "/var",
        str(Path(__file__).parents[3]),
    ):
        assert not any(Path(private) == path or path in Path(private).parents for path in allowed)
    assert Path(os.__file__).parent.resolve() in allowed
    assert all(path.is_absolute() for path in allowed)


def test_a_user_id_is_taken_only_where_it_can_read_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library = tmp_path / "lib"
    library.mkdir()
    monkeypatch.setattr(identity, "library_paths", lambda: (library,))
    monkeypatch.setattr(identity, "_held", lambda: identity._TO_CHANGE_USER)
    for folder in (tmp_path, *(one for one in tmp_path.parents if "pytest-" in one.name)):
        folder.chmod(0o755)
    if not all(folder.stat().st_mode & 0o001 for folder in library.parents):
        pytest.skip("the temporary folder lies in a private one")
    library.chmod(0o700)
    assert identity._uid.__wrapped__() is None
    library.chmod(0o755)
    assert identity._uid.__wrapped__() in identity._UNUSED_UIDS
    tmp_path.chmod(0o700)
    assert identity._uid.__wrapped__() is None


def test_no_user_id_is_taken_without_the_powers_or_outside_the_namespace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identity, "library_paths", lambda: ())
    monkeypatch.setattr(identity, "_held", lambda: 1)
    assert identity._uid.__wrapped__() is None
    monkeypatch.setattr(identity, "_held", lambda: identity._TO_CHANGE_USER)
    monkeypatch.setattr(identity, "_exists_here", lambda uid: uid < 60_000)
    assert identity._uid.__wrapped__() is None


def test_an_unknown_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = os.uname_result(("Linux", "host", "6", "1", "riscv64"))
    monkeypatch.setattr(os, "uname", lambda: unknown)
    with pytest.raises(CageError, match="this is riscv64"):
        machine.this_machine()


def test_rule_names_are_unique() -> None:
    assert len(rules.RULE_NAMES) == len(set(rules.RULE_NAMES))
    assert set(rules.RULE_NAMES) >= rules.REFUSED_WITHOUT
    assert sys.platform == "linux"
