"""Real worker processes on the test database, for tests of any app."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parents[1]
# What a worker imports before it forks would take longer than the one job of a burst.
CODE = """
import sys, django
django.setup()
from projects import hooks
from projects.jobs.worker import work
burst = "burst" in sys.argv
if burst:
    hooks.worker_start.clear()
work(sys.argv[1].split(","), "test", burst=burst)
"""


@contextmanager
def running_worker(queues: str = "interactive,default") -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker until the block ends."""
    process = _start(queues)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def work_off(queues: str = "interactive,default") -> None:
    """Run what is queued, then return."""
    assert _start(queues, "burst").wait(60) == 0


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", CODE, *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=worker_environment(), start_new_session=True)


def worker_environment() -> dict[str, str]:
    """Name the test database, as a worker of another machine would."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "segplatform.settings",
        "SEGPLATFORM_DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": _database_url(),
    }


def _database_url() -> str:
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    # The host may be the folder of a socket, whose slashes must not look like the URL's own.
    user, password, host = (quote(str(at[key]), safe="") for key in ("USER", "PASSWORD", "HOST"))
    port = f":{at['PORT']}" if at["PORT"] else ""
    return f"postgresql://{user}:{password}@{host}{port}/{at['NAME']}"
