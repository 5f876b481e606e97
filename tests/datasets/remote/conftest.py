"""A real PostgreSQL for the tests of connections, where the machine has its programs."""

from collections.abc import Iterator

import pytest

from tests.datasets.remote.pg_server import Server, programs, running


@pytest.fixture(scope="package")
def postgres() -> Iterator[Server]:
    """Start a server; skip, and say so, where there is none to start."""
    found = programs()
    if found is None:
        pytest.skip("this machine has no PostgreSQL server (initdb): install Debian's postgresql")
    with running(found) as server:
        yield server
