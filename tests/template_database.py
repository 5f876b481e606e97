"""An SQLite database with all migrations applied, made once and then copied.

Sixty migrations take five seconds of processor time, and each test process and each server of the
tests began with them. ``test_up.py`` starts from nothing, and so does what runs on PostgreSQL.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from fcntl import LOCK_EX, flock
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".pytest_cache" / "database"
DEPENDS_ON = ("*/migrations/*.py", "segplatform/settings.py", "requirements.lock")


def database_copy(target: Path) -> None:
    """Write a migrated database to ``target``; several processes may ask at once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    template = FOLDER / f"{_state()}.sqlite3"
    with (FOLDER / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not template.exists():
            for old in FOLDER.glob("*.sqlite3"):
                old.unlink()
            _make(template)
    shutil.copyfile(template, target)


def _state() -> str:
    """Name what the tables depend on: our migrations, and those of the libraries."""
    found = hashlib.sha256()
    for pattern in DEPENDS_ON:
        for path in sorted(ROOT.glob(pattern)):
            found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:32]


def _make(template: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="seg-template-") as home:
        made = Path(home) / "segplatform.sqlite3"
        env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT, env={**env, "SEGPLATFORM_DATA_DIR": home}, check=True,
        )  # fmt: skip
        with closing(sqlite3.connect(made)) as con:
            con.execute("PRAGMA journal_mode=DELETE")  # one file holds all of it
        shutil.copyfile(made, template.with_suffix(".new"))
    template.with_suffix(".new").rename(template)
