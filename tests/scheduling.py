"""How `pytest -n` shares out the tests: file by file, the browser tests last.

Last, because Playwright leaves an event loop running in its process, in which Django refuses the
database to whatever test comes after. Each process that gets browser tests starts one server.

(``--dist loadfile`` would say the same, but it starts with the largest files.)
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

E2E = "tests/e2e/"
LONGEST = ("test_pages.py", "test_main_job.py", "test_hostile_names.py", "test_recipes.py")
"""Begun last, one of them would run alone at the end, while the other processes have nothing."""


class FileByFile(LoadScopeScheduling):
    """Gives each process whole files, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::", 1)[0]


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
