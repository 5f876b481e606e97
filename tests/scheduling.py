"""How `pytest -n` shares out the tests: file by file, browser tests in processes of their own.

Playwright leaves an event loop running in its process, in which Django refuses the database to
whatever test comes after: who has begun with browser tests goes on with them to the end. One
process begins with them at once, for they wait for pages and jobs while the others compute; the
others come to help when nothing else is left. The browser tests of one process come last.

(``--dist loadfile`` would say the same, but it starts with the largest files.)
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

E2E = "tests/e2e/"
LONGEST = (
    "test_pages.py", "test_main_job.py", "test_hostile_names.py", "test_python_recipe.py",
    "test_lab.py", "test_recipes.py",
)  # fmt: skip
"""Begun last, one of them would run alone at the end, while the other processes have nothing."""


class FileByFile(LoadScopeScheduling):
    """Gives each process whole files, in the order in which they were collected."""

    browsing: WorkerController | None = None
    """The process that begins with the browser tests."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::", 1)[0]

    def _reschedule(self, node: WorkerController) -> None:
        if self.workqueue and not node.shutting_down and self._next_of(node) is None:
            node.shutdown()  # what is left needs a process without an event loop
        else:
            super()._reschedule(node)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if len(self.nodes) > 1 and self.browsing is None:
            self.browsing = node
        if (scope := self._next_of(node)) is not None:
            self.workqueue.move_to_end(scope, last=False)
            super()._assign_work_unit(node)

    def _next_of(self, node: WorkerController) -> str | None:
        """Name the file that this process is to run next; none where there is none for it."""
        browser = next((scope for scope in self.workqueue if scope.startswith(E2E)), None)
        other = next((scope for scope in self.workqueue if not scope.startswith(E2E)), None)
        if any(scope.startswith(E2E) for scope in self.assigned_work[node]):
            return browser
        return browser or other if node is self.browsing else other or browser


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileByFile:
    """Give xdist our way, whatever ``--dist`` says."""
    config.option.loadscopereorder = False
    return FileByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the browser tests to the end, those that take longest before the others."""
    items.sort(key=lambda item: _place(item.nodeid))


def _place(nodeid: str) -> int:
    if not nodeid.startswith(E2E):
        return 0
    name = nodeid.removeprefix(E2E).split("::", 1)[0]
    return 1 + (LONGEST.index(name) if name in LONGEST else len(LONGEST))
