"""How tests are shared out: each runs once, none that needs the database after a browser test."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from xdist.scheduler import loadscope

from tests.scheduling import E2E, FileByFile

NODES = 3


class Node:
    """A test process as xdist sees it; it begins with a test once it knows the next one."""

    def __init__(self) -> None:
        self.gateway = SimpleNamespace(id="gw")
        self.shutting_down = False
        self.waiting: list[int] = []
        self.ran: list[int] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        assert not self.shutting_down
        self.waiting += indices

    def shutdown(self) -> None:
        self.shutting_down = True

    def run_one(self) -> Iterator[int]:
        if len(self.waiting) > (0 if self.shutting_down else 1):
            self.ran.append(self.waiting.pop(0))
            yield self.ran[-1]


def names(files: dict[str, int]) -> list[str]:
    return [f"{file}::test_{number}" for file, count in files.items() for number in range(count)]


FILES = {f"tests/area/test_{number}.py": 1 + number % 5 for number in range(12)}
BROWSER = {f"{E2E}test_{number}.py": 1 + number % 3 for number in range(6)}


@pytest.mark.parametrize("count", [1, 2, NODES])
@pytest.mark.parametrize("files", [{**FILES, **BROWSER}, FILES, BROWSER, {f"{E2E}test_a.py": 1}])
def test_every_test_runs_once_and_browsers_come_last_in_their_process(
    files: dict[str, int], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tests, nodes = names(files), [Node() for _ in range(count)]
    monkeypatch.setattr(loadscope, "parse_tx_spec_config", lambda config: nodes)
    config: Any = SimpleNamespace(option=SimpleNamespace(loadscopereorder=False))
    plan: Any = FileByFile(config)
    for node in nodes:
        plan.add_node(node)
        plan.add_node_collection(node, tests)
    plan.schedule()
    while found := [(node, ran) for node in nodes for ran in node.run_one()]:
        for node, ran in found:
            plan.mark_test_complete(node, ran)
    assert sorted(ran for node in nodes for ran in node.ran) == list(range(len(tests)))
    for node in nodes:
        browsers = [tests[ran].startswith(E2E) for ran in node.ran]
        assert browsers == sorted(browsers)
    if count > 1 and files == {**FILES, **BROWSER}:
        assert [tests[node.ran[0]].startswith(E2E) for node in nodes] == [True] + [False] * (
            count - 1
        )
