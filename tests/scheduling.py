"""How `pytest -n` shares out the tests: file by file, all browser tests to one process.

(``--dist loadgroup`` would say the same, but xdist 3.8 does not group under pytest 9.2.)
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


class OneServer(LoadScopeScheduling):
    """Keeps the browser tests together: they share one running server."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/e2e" if nodeid.startswith("tests/e2e/") else nodeid.split("::", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneServer:
    """Give xdist our way, whatever ``--dist`` says."""
    return OneServer(config, log)
