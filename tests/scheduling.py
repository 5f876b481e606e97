"""How `pytest -n` shares out the tests: file by file, the browser tests last and in one process.

Last, because Playwright leaves an event loop running in its process, in which Django refuses the
database to whatever test comes after.

(``--dist loadgroup`` would say the same, but xdist 3.8 does not group under pytest 9.2.)
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

E2E = "tests/e2e/"


class OneServer(LoadScopeScheduling):
    """Keeps the browser tests together: they share one running server."""

    def _split_scope(self, nodeid: str) -> str:
        return E2E if nodeid.startswith(E2E) else nodeid.split("::", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneServer:
    """Give xdist our way, whatever ``--dist`` says; it would start with the largest files."""
    config.option.loadscopereorder = False
    return OneServer(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the browser tests to the end."""
    items.sort(key=lambda item: item.nodeid.startswith(E2E))
