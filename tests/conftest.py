"""Fixtures for all tests: the data directory and a real queue server of this test process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as examples

from tests.environment import HOME
from tests.loading import pytest_collection
from tests.lock_order import locks_in_order
from tests.scheduling import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from tests.template_database import database_copy

__all__ = [
    "locks_in_order", "pytest_collection", "pytest_collection_modifyitems",
    "pytest_xdist_make_scheduler",
]  # fmt: skip


# A machine with much to do is no finding. (Where CI is set, hypothesis draws the same examples in
# every run by itself, and others' changes do not fail on what it happens to find.)
examples.register_profile(
    "busy", examples.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
examples.load_profile("busy")


def pytest_configure() -> None:
    """Let static files be looked up when they are asked for.

    Each test client builds the middleware anew, and WhiteNoise would list all files each time:
    that was half of the time of a test that only asks for a page.
    """
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Keep the test database in a file: workers are processes of their own and need it too."""
    if on_sqlite():
        path = Path(HOME.name) / "test.sqlite3"
        database_copy(path)
        settings.DATABASES["default"]["TEST"]["NAME"] = str(path)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Let the copied database be as it is; it goes with the folder that it lies in."""
    return on_sqlite()


def on_sqlite() -> bool:
    """Say whether the tests run on SQLite."""
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")


@pytest.fixture(scope="session")
def queue_server() -> Iterator[str]:
    """Start a real Valkey for this test process; give its address."""
    from segplatform.queue_server import QueueServer

    server = QueueServer(Path(HOME.name) / "queue")
    yield server.start()
    server.stop()


@pytest.fixture
def data_dir() -> Path:
    """Give the data directory that the tests' settings name."""
    return Path(HOME.name)
