"""How test processes load the tests: each begins with another part of the files.

Each process of `pytest -n` loads all files, and the first to load one rewrites its assertions,
which takes longer than all else, and stores what it made. In a fresh checkout all of them would
rewrite all files at the same time; this way each finds most of them done by the others.
"""

import os
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Load this process's part of the files before pytest loads all of them in order."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker or session.config.args != session.config.getini("testpaths"):
        return  # who asks for a few files waits for those only
    count = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    for file in files[int(worker.removeprefix("gw")) :: count]:
        try:
            import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        except (Exception, pytest.skip.Exception):
            continue  # pytest will load it again, and report
