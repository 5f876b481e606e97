"""A victim world: an app's folder, a program like the app, and what changed in them."""

import ctypes
import hashlib
import json
import os
import secrets
import select
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from tests.datasets.cage.attacks.base import Target, call

VICTIM = Path(__file__).parent / "victim.py"
PATIENCE_SECONDS = 10.0


def handle_of(path: Path) -> str:
    """Give the file handle of a path in hex, or "" where the file system has none."""
    room = ctypes.create_string_buffer((128).to_bytes(4, sys.byteorder) + bytes(132), 136)
    mount = ctypes.c_int()
    try:
        call("name_to_handle_at", -100, str(path).encode(), room, ctypes.byref(mount), 0)
    except OSError:
        return ""
    return room.raw[: 8 + int.from_bytes(room.raw[:4], sys.byteorder)].hex()


def furnish(app: Path, secret: str) -> None:
    """Make an app's folder: settings, database, uploads of somebody else."""
    media = app / "media"
    (media / "empty").mkdir(parents=True)
    (app / "settings.env").write_text(f"SECRET_KEY={secret}\n")
    for name in ("old", "other", "third", "upload"):
        (media / f"{name}.csv").write_text("email,spent\nann@example.com,12.50\n")
    with sqlite3.connect(app / "app.sqlite3") as database:
        database.execute("CREATE TABLE customer (email TEXT)")
        database.execute("INSERT INTO customer VALUES ('ann@example.com')")
    database.close()


class World:
    """One victim; ``uid`` owns its folder and runs its program."""

    def __init__(self, uid: int) -> None:
        self.uid = uid
        self.base = Path(tempfile.mkdtemp(prefix="seg-cage-"))
        self.app, self.inputs = self.base / "app", self.base / "inputs"
        self.outside, self.runs = self.base / "outside", self.base / "runs"
        self.secret = "-".join(("seg", "secret", secrets.token_hex(16)))
        for folder in (self.app, self.inputs, self.outside, self.runs):
            folder.mkdir()
        furnish(self.app, self.secret)
        (self.inputs / "sales.parquet").write_bytes(b"PAR1")
        self._give_away()
        self.victim = subprocess.Popen(
            [sys.executable, "-I", "-S", str(VICTIM), str(self.app), str(uid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"SECRET_KEY": self.secret},
            cwd="/",
        )
        self.about = self._answer()

    def _give_away(self) -> None:
        self.base.chmod(0o755)
        for folder, _folders, files in os.walk(self.base):
            for path in (folder, *(os.path.join(folder, name) for name in files)):
                os.chown(path, self.uid, -1)
        self.app.chmod(0o700)

    def _answer(self) -> dict[str, Any]:
        stream = self.victim.stdout
        assert stream is not None
        if not select.select([stream], [], [], PATIENCE_SECONDS)[0]:
            return {"dead": "the victim does not answer"}
        return dict(json.loads(stream.readline() or '{"dead": "the victim is gone"}'))

    def target(self) -> Target:
        """Say what an attacker may know; the scratch folder is the run's."""
        return Target(
            app=str(self.app),
            settings=str(self.app / "settings.env"),
            database=str(self.app / "app.sqlite3"),
            upload=str(self.app / "media" / "upload.csv"),
            inputs=str(self.inputs),
            scratch="",
            outside=str(self.outside),
            secret_digest=hashlib.sha256(self.secret.encode()).hexdigest(),
            unix=str(self.app / "app.sock"),
            abstract=f"seg-{self.about['victim']}",
            packages=sysconfig.get_paths()["purelib"],
            handle=handle_of(self.app / "settings.env"),
            uid=self.uid,
            network=os.readlink("/proc/self/ns/net"),
            **self.about,
        )

    def state(self) -> dict[str, Any]:
        """Give the state of the victim's program and of every file it has."""
        assert self.victim.stdin is not None
        try:
            self.victim.stdin.write(b"state\n")
            self.victim.stdin.flush()
            process = self._answer()
        except BrokenPipeError:
            process = {"dead": "the victim is gone"}
        return {"process": process, **{place: files(getattr(self, place)) for place in PLACES}}

    def close(self) -> None:
        """Stop the victim's program and remove its folder."""
        self.victim.kill()
        self.victim.communicate()
        shutil.rmtree(self.base, ignore_errors=True)


PLACES = ("app", "inputs", "outside")


def files(folder: Path) -> dict[str, tuple[object, ...]]:
    """Map every path below a folder to its owner, mode, times and content."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        now = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        facts = (now.st_mode, now.st_uid, now.st_gid, now.st_size, now.st_mtime_ns, now.st_nlink)
        found[str(path.relative_to(folder))] = (*facts, digest)
    return found
