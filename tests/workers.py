"""Real worker processes on the test database, for tests of any app."""

import atexit
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from select import select
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parents[1]
CODE = """
import sys, django
django.setup()
from projects.jobs.worker import work
work(sys.argv[1].split(","), "test")
"""
# Imports take longer than the jobs of most tests: a process that has done them, and nothing else,
# forks a worker for each line that it reads: queues, and "stays" for one that goes on. It answers
# with the pid of what stays, or with the code that the worker ended with.
PARENT = """
import gc, os, signal, sys, traceback, django
django.setup()
from datasets.apps import preload as preload_datasets
from mllab.apps import preload as preload_lab
from projects import hooks
from projects.jobs import registry
from projects.jobs.worker import work
from segplatform.processes import die_with_parent
hooks.worker_start.clear()
for load in (registry.discover, preload_datasets, preload_lab):
    load()
gc.collect()
gc.freeze()  # else each worker walks over all of it at its start, and copies it
for line in sys.stdin:
    queues, *stays = line.split()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            die_with_parent(os.getppid(), signal.SIGKILL)
            os.setsid()
            work(queues.split(","), "test", burst=not stays)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    if stays:
        print(pid, flush=True)
        continue
    _, status = os.waitpid(pid, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
gc.unfreeze()  # DuckDB's bindings report every frozen object as leaked at the exit
"""
BURST_SECONDS = 120  # of a busy machine


@contextmanager
def running_worker(queues: str = "interactive,default") -> Iterator[None]:
    """Run a worker until the block ends; it starts as those of an installation do."""
    process = _start(CODE, queues)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def forked_worker(queues: str = "interactive,default") -> Iterator[None]:
    """Run a worker until the block ends, which is there at once."""
    pid = int(_answer(f"{queues} stays"))
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)


def work_off(queues: str = "interactive,default") -> None:
    """Run what is queued in a worker of its own, then return."""
    assert _answer(queues) == b"0\n"


def _answer(line: str) -> bytes:
    parent = _parent()
    assert parent.stdin
    assert parent.stdout
    parent.stdin.write(f"{line}\n".encode())
    parent.stdin.flush()
    if not select([parent.stdout], [], [], BURST_SECONDS)[0]:
        parent.kill()
        _parent.cache_clear()
        raise AssertionError(f"the worker did not end within {BURST_SECONDS} seconds")
    return parent.stdout.readline()


@cache
def _parent() -> subprocess.Popen[bytes]:
    parent = _start(PARENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(parent.communicate)  # its input ends, and so does it
    return parent


def _start(code: str, *arguments: str, **pipes: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=worker_environment(), start_new_session=True, **pipes
    )


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
