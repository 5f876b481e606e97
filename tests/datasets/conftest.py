"""A real worker for tests that need one, on the test database."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.workers import forked_worker


@pytest.fixture(scope="module")
def worker(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, queue_server: str
) -> Iterator[None]:
    """Run one worker for a module's tests; ask for it with ``usefixtures``."""
    with django_db_blocker.unblock(), forked_worker():
        yield
